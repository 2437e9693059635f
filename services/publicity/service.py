"""The publicity service: its entrypoints."""

from __future__ import annotations

from chassis import Configuration, Database, consume, every, serve
from contracts.publicity import events, operations
from services.publicity.channels import build
from services.publicity.handlers import channels, deliveries, feeds, publications
from services.publicity.handlers.feeds import RenderedFeeds
from services.publicity.settings import load_settings
from services.publicity.slots import Slots
from services.publicity.store import PublicityStore


class PublicityService:
    """Publications, three reviews, release and withdrawal, channels, deliveries, public feeds."""

    name = "publicity"
    store = Database(PublicityStore)
    settings = Configuration(load_settings)

    # Shared by all handlers of the process.
    slots = Slots()
    rendered = RenderedFeeds()

    @property
    def kinds(self):
        """The channels by kind."""
        return build(self.settings, self.store)

    @serve(operations.list_publications)
    def list_publications(self, request, call):
        return publications.list_page(self.store, request)

    @serve(operations.create_publication)
    def create_publication(self, request, call):
        return publications.create(self.store, request, call)

    @serve(operations.get_publication)
    def get_publication(self, request, call):
        return publications.get(self.store, request["publication_id"])

    @serve(operations.update_publication)
    def update_publication(self, request, call):
        return publications.update(self.store, request, call)

    @serve(operations.submit_publication)
    def submit_publication(self, request, call):
        return publications.submit(self.store, request, call)

    @serve(operations.review_publication)
    def review_publication(self, request, call):
        return publications.review(self.store, request, call)

    @serve(operations.release_publication)
    def release_publication(self, request, call):
        return publications.release(self.store, request, call)

    @serve(operations.withdraw_publication)
    def withdraw_publication(self, request, call):
        return publications.withdraw(self.store, request, call)

    @serve(operations.list_notices)
    def list_notices(self, request, call):
        return publications.notices(self.store, request)

    @serve(operations.list_deliveries)
    def list_deliveries(self, request, call):
        return deliveries.list_page(self.store, request)

    @serve(operations.list_channels)
    def list_channels(self, request, call):
        return channels.list_page(self.store, request)

    @serve(operations.create_channel)
    def create_channel(self, request, call):
        return channels.create(self.store, self.settings, self.kinds, request, call)

    @serve(operations.update_channel)
    def update_channel(self, request, call):
        return channels.update(self.store, self.settings, self.kinds, request, call)

    @serve(operations.test_channel)
    def test_channel(self, request, call):
        return channels.try_out(self.store, self.settings, self.kinds, request, call)

    @serve(operations.get_feed)
    def get_feed(self, request, call):
        return feeds.get_feed(self.store, self.settings, self.rendered, request)

    @consume(events.PublicationReleasedV1, concurrency=2)
    def fan_out(self, event):
        deliveries.fan_out(self.store, self.kinds, event)

    @consume(events.PublicationWithdrawnV1)
    def take_back(self, event):
        deliveries.order_withdrawal(self.store, event)

    @consume(events.DeliveryRequestedV1, concurrency=64)
    def deliver(self, event):
        deliveries.attempt(self.store, self.settings, self.kinds, self.slots, event)

    @consume(events.MailingRequestedV1, concurrency=16)
    def mail(self, event):
        patience = deliveries.PATIENCE_SECONDS
        deliveries.attempt(self.store, self.settings, self.kinds, self.slots, event, patience)

    @every(seconds=1, role="release-scheduled")
    def release_scheduled(self, now):
        publications.release_due(self.store, now)

    @every(seconds=1, role="request-due-deliveries")
    def request_due(self, now):
        deliveries.request_due(self.store, self.settings, self.kinds, self.slots, now)
