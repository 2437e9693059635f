"""The collections of the publicity service; nothing else of it knows pymongo. README.md shows the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pymongo import IndexModel

from services.publicity.store.channels import ChannelsStore, SlugTaken
from services.publicity.store.deliveries import DeliveriesStore
from services.publicity.store.publications import PublicationsStore


class PublicityStore(PublicationsStore, ChannelsStore, DeliveriesStore):
    """Publications and deliveries carry their own pending events."""

    database_name = "publicity"
    outboxes = ("publications", "deliveries")
    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        **PublicationsStore.indexes,
        **ChannelsStore.indexes,
        **DeliveriesStore.indexes,
    }


__all__ = ["PublicityStore", "SlugTaken"]
