"""The identity service: its entrypoints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis import Configuration, Database, every, serve
from contracts.call import Call
from contracts.identity import operations
from contracts.operation import Operation
from services.identity import handlers
from services.identity.settings import load_settings
from services.identity.store import IdentityStore


def answer(operation: Operation, handler: Callable[..., Any]) -> Any:
    """The entrypoint of an operation; all handlers here take the same four things."""

    @serve(operation)
    def method(self: Any, request: dict[str, Any], call: Call) -> Any:
        return handler(self.store, self.settings, request, call)

    return method


class IdentityService:
    """Units, people, lines of work, accounts, roles, sign-in."""

    name = "identity"
    store = Database(IdentityStore)
    settings = Configuration(load_settings)

    sign_in = answer(operations.sign_in, handlers.sign_in)
    refresh_session = answer(operations.refresh_session, handlers.refresh_session)
    end_session = answer(operations.end_session, handlers.end_session)
    list_ended_sessions = answer(operations.list_ended_sessions, handlers.list_ended_sessions)

    signing_keys = answer(operations.signing_keys, handlers.signing_keys)
    revoke_signing_key = answer(operations.revoke_signing_key, handlers.revoke_signing_key)

    change_password = answer(operations.change_password, handlers.change_password)
    issue_activation_codes = answer(operations.issue_activation_codes, handlers.issue_activation_codes)
    redeem_activation_code = answer(operations.redeem_activation_code, handlers.redeem_activation_code)
    unlock_person = answer(operations.unlock_person, handlers.unlock_person)
    enrol_totp = answer(operations.enrol_totp, handlers.enrol_totp)
    confirm_totp = answer(operations.confirm_totp, handlers.confirm_totp)
    disable_totp = answer(operations.disable_totp, handlers.disable_totp)
    reset_totp = answer(operations.reset_totp, handlers.reset_totp)

    me = answer(operations.me, handlers.me)
    list_people = answer(operations.list_people, handlers.list_people)
    list_directory = answer(operations.list_directory, handlers.list_directory)
    get_person = answer(operations.get_person, handlers.get_person)
    create_person = answer(operations.create_person, handlers.create_person)
    change_person = answer(operations.change_person, handlers.change_person)
    change_my_address = answer(operations.change_my_address, handlers.change_my_address)
    mail_addresses = answer(operations.mail_addresses, handlers.mail_addresses)
    recognise_people = answer(operations.recognise_people, handlers.recognise_people)
    create_admin = answer(operations.create_admin, handlers.create_admin)

    list_units = answer(operations.list_units, handlers.list_units)
    get_unit = answer(operations.get_unit, handlers.get_unit)
    create_unit = answer(operations.create_unit, handlers.create_unit)
    change_unit = answer(operations.change_unit, handlers.change_unit)

    start_people_import = answer(operations.start_people_import, handlers.start_people_import)
    get_import = answer(operations.get_import, handlers.get_import)

    list_security_log = answer(operations.list_security_log, handlers.list_security_log)

    @every(seconds=600, role="make-signing-keys")
    def make_signing_keys(self, now: datetime) -> None:
        handlers.make_signing_keys(self.store, self.settings, now)

    @every(seconds=2, role="work-on-imports")
    def work_on_imports(self, now: datetime) -> None:
        handlers.work_on_imports(self.store, self.settings, now)

    @every(seconds=5, role="let-people-follow")
    def let_people_follow(self, now: datetime) -> None:
        handlers.let_people_follow(self.store, self.settings, now)

    @every(seconds=5, role="tell-of-units")
    def tell_of_units(self, now: datetime) -> None:
        handlers.tell_marked(self.store, now)
