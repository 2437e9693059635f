"""The channels: one file a kind, behind the one interface of ``base.py``."""

from __future__ import annotations

from services.publicity.channels.base import Channel, Parcel, Target
from services.publicity.channels.newsletter import Newsletter
from services.publicity.channels.webhook import Webhook
from services.publicity.channels.website import Shelf, Website
from services.publicity.settings import PublicitySettings

__all__ = ["Channel", "Parcel", "Target", "build"]


def build(settings: PublicitySettings, shelf: Shelf) -> dict[str, Channel]:
    """One of each kind, by its name."""
    channels: tuple[Channel, ...] = (
        Website(shelf, settings.public_url),
        Webhook(settings.allowed_networks),
        Newsletter(settings.allowed_networks, settings.mail_server),
    )
    return {channel.kind: channel for channel in channels}
