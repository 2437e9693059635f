"""The use cases of identity: ``handler(store, settings, request, call)`` returns what the operation answers."""

from services.identity.handlers.activation import issue_activation_codes, redeem_activation_code
from services.identity.handlers.factors import confirm_totp, disable_totp, enrol_totp, reset_totp
from services.identity.handlers.imports import get_import, start_people_import, work_on_imports
from services.identity.handlers.keys import make_signing_keys, revoke_signing_key, signing_keys
from services.identity.handlers.passwords import change_password, unlock_person
from services.identity.handlers.people import (
    change_my_address,
    change_person,
    create_admin,
    create_person,
    get_person,
    list_directory,
    list_people,
    mail_addresses,
    me,
    recognise_people,
)
from services.identity.handlers.records import list_security_log
from services.identity.handlers.sessions import end_session, list_ended_sessions, refresh_session, sign_in
from services.identity.handlers.unit_states import tell_marked
from services.identity.handlers.units import change_unit, create_unit, get_unit, let_people_follow, list_units

__all__ = [
    "change_my_address",
    "change_password",
    "change_person",
    "change_unit",
    "confirm_totp",
    "create_admin",
    "create_person",
    "create_unit",
    "disable_totp",
    "end_session",
    "enrol_totp",
    "get_import",
    "get_person",
    "get_unit",
    "issue_activation_codes",
    "let_people_follow",
    "list_directory",
    "list_ended_sessions",
    "list_people",
    "list_security_log",
    "list_units",
    "mail_addresses",
    "make_signing_keys",
    "me",
    "recognise_people",
    "redeem_activation_code",
    "refresh_session",
    "reset_totp",
    "revoke_signing_key",
    "sign_in",
    "signing_keys",
    "start_people_import",
    "tell_marked",
    "unlock_person",
    "work_on_imports",
]
