"""Doubles of the outside world that speak its protocols, and fail as it does when told to."""

from tests.support.sinks.mail import MailSink
from tests.support.sinks.webhooks import WebhookSink

__all__ = ["MailSink", "WebhookSink"]
