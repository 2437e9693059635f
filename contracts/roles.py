"""The roles of DOMAIN.md, and the two sets that operations name besides single roles."""

from __future__ import annotations

from typing import Final

MEMBER: Final = "member"
HANDLER: Final = "handler"
DESK: Final = "desk"
CUSTODIAN: Final = "custodian"
SUPERVISOR: Final = "supervisor"
EDITOR: Final = "editor"
REVIEWER: Final = "reviewer"
TRAINER: Final = "trainer"
LEADER: Final = "leader"
ADMIN: Final = "admin"
AUDITOR: Final = "auditor"

ALL_ROLES: Final = frozenset(
    {MEMBER, HANDLER, DESK, CUSTODIAN, SUPERVISOR, EDITOR, REVIEWER, TRAINER, LEADER, ADMIN, AUDITOR}
)

# Any signed-in person, whatever their roles.
ANY_ROLE: Final = frozenset({"*"})
# No account is needed; a token that is sent all the same is still verified.
PUBLIC: Final = frozenset({"public"})
