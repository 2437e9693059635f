"""Every operation of identity, by subject: sessions and credentials, people and units, imports and records."""

from contracts.identity.operations.credentials import (
    change_password,
    confirm_totp,
    disable_totp,
    enrol_totp,
    issue_activation_codes,
    redeem_activation_code,
    reset_totp,
    unlock_person,
)
from contracts.identity.operations.imports import IMPORT_ID_PREFIX, get_import, start_people_import
from contracts.identity.operations.people import (
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
from contracts.identity.operations.records import list_security_log
from contracts.identity.operations.sessions import (
    end_session,
    list_ended_sessions,
    refresh_session,
    revoke_signing_key,
    sign_in,
    signing_keys,
)
from contracts.identity.operations.units import change_unit, create_unit, get_unit, list_units

__all__ = [
    "IMPORT_ID_PREFIX",
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
    "list_directory",
    "list_ended_sessions",
    "list_people",
    "list_security_log",
    "list_units",
    "mail_addresses",
    "me",
    "recognise_people",
    "redeem_activation_code",
    "refresh_session",
    "reset_totp",
    "revoke_signing_key",
    "sign_in",
    "signing_keys",
    "start_people_import",
    "unlock_person",
]
