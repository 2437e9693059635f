"""The operations of the publicity service: what the gateway may ask it."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.publicity import schemas
from contracts.roles import ADMIN, AUDITOR, EDITOR, LEADER, PUBLIC, REVIEWER, SUPERVISOR

WRITERS = frozenset({EDITOR})
REVIEWERS = frozenset({REVIEWER})
READERS = frozenset({EDITOR, REVIEWER, SUPERVISOR, LEADER, ADMIN, AUDITOR})
CHANNEL_KEEPERS = frozenset({ADMIN, EDITOR})


def _operation(name: str, request: type, response: type, roles: frozenset[str], repeatable: bool = False) -> Operation:
    return Operation("publicity", name, request=request, response=response, roles=roles, repeatable=repeatable)


list_publications = _operation(
    "list_publications", schemas.ListPublications, schemas.PublicationPage, READERS, repeatable=True
)
create_publication = _operation("create_publication", schemas.CreatePublication, schemas.Publication, WRITERS)
get_publication = _operation("get_publication", schemas.PublicationRef, schemas.Publication, READERS, repeatable=True)
update_publication = _operation("update_publication", schemas.UpdatePublication, schemas.Publication, WRITERS)
submit_publication = _operation("submit_publication", schemas.PublicationRef, schemas.Publication, WRITERS)
review_publication = _operation("review_publication", schemas.ReviewPublication, schemas.Publication, REVIEWERS)
release_publication = _operation("release_publication", schemas.ReleasePublication, schemas.Publication, WRITERS)
withdraw_publication = _operation("withdraw_publication", schemas.WithdrawPublication, schemas.Publication, WRITERS)
list_deliveries = _operation("list_deliveries", schemas.ListDeliveries, schemas.DeliveryPage, READERS, repeatable=True)

list_channels = _operation("list_channels", schemas.ListChannels, schemas.ChannelPage, READERS, repeatable=True)
create_channel = _operation("create_channel", schemas.CreateChannel, schemas.Channel, CHANNEL_KEEPERS)
update_channel = _operation("update_channel", schemas.UpdateChannel, schemas.Channel, CHANNEL_KEEPERS)
test_channel = _operation("test_channel", schemas.ChannelRef, schemas.ChannelTest, CHANNEL_KEEPERS)

get_feed = _operation("get_feed", schemas.GetFeed, schemas.Feed, PUBLIC, repeatable=True)
list_notices = _operation("list_notices", schemas.ListNotices, schemas.NoticePage, PUBLIC, repeatable=True)
