"""Identity's collections and queries: the only folder of the service that knows pymongo."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from chassis import Store, imports
from chassis.outbox.aggregates import Aggregates
from services.identity.store import accounts, guards, keys, people, records, sessions, unit_states, units


class IdentityStore(Store):
    """Everything that identity keeps, by subject."""

    database_name = "identity"
    indexes: ClassVar = {
        **accounts.INDEXES,
        **guards.INDEXES,
        **imports.INDEXES,
        **keys.INDEXES,
        **people.INDEXES,
        **records.INDEXES,
        **sessions.INDEXES,
        **unit_states.INDEXES,
        **units.INDEXES,
    }
    outboxes = ("people", "sessions", "unit_states")

    @cached_property
    def units(self) -> units.Units:
        """The tree of units."""
        return units.Units(self.db, Aggregates(self.db["units"]))

    @cached_property
    def unit_states(self) -> unit_states.UnitStates:
        """What others were told of units, and the events about it."""
        return unit_states.UnitStates(self.aggregates("unit_states"))

    @cached_property
    def people(self) -> people.People:
        """People, and the events about them."""
        return people.People(self.aggregates("people"))

    @cached_property
    def accounts(self) -> accounts.Accounts:
        """What people prove themselves with."""
        return accounts.Accounts(self.db["accounts"])

    @cached_property
    def guards(self) -> guards.Guards:
        """Failed sign-ins."""
        return guards.Guards(self.db["guards"])

    @cached_property
    def sessions(self) -> sessions.Sessions:
        """Sessions, and the events of their end."""
        return sessions.Sessions(self.aggregates("sessions"))

    @cached_property
    def keys(self) -> keys.SigningKeys:
        """Signing keys."""
        return keys.SigningKeys(self.db["signing_keys"])

    @cached_property
    def imports(self) -> imports.ImportJobs:
        """Imports of people, their files and their progress."""
        return imports.ImportJobs(self.db)

    @cached_property
    def records(self) -> records.SecurityRecords:
        """The log of security matters."""
        return records.SecurityRecords(self.db["security_log"])
