"""An identity's key passed on: who asked opens it, for this report and request alone, and nothing can be changed."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings.crypto_generichash import generichash_blake2b_salt_personal

from contracts.reports.schemas.identity_requests import PUBLIC_KEY_BYTES, SEALED_KEY_BYTES
from services.reports import identity_grants, keys
from services.reports.keys import public_key
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.sealing import Sealer, new_data_key

DESK, CUSTODIAN, LOOKUP, SUPERIOR, REQUESTER, OTHER = (bytes([number]) * 32 for number in range(1, 7))
SEALER = Sealer.of((DESK,), public_key(CUSTODIAN), LOOKUP, superior_public=public_key(SUPERIOR))
IDENTITY = json.dumps({"name": "张三", "phone": "13800000000"}).encode()


def sealed_identity(report_id="r1"):
    return SEALER.seal_identity(report_id, IDENTITY)


def granted(identity, report_id="r1", request_id="q1", to=REQUESTER, custodian=CUSTODIAN):
    key = (identity["key_id"], identity["sealed_key"])
    return identity_grants.resealed(report_id, request_id, key, [custodian], public_key(to))


def test_who_asked_opens_the_identity_with_the_private_key_of_the_request():
    identity = sealed_identity()

    opened = identity_grants.opened("r1", "q1", granted(identity), identity["sealed"], REQUESTER)

    assert opened == IDENTITY


@pytest.mark.parametrize(
    ("report_id", "request_id", "private_key"),
    [("r1", "q1", OTHER), ("r1", "q2", REQUESTER), ("r2", "q1", REQUESTER), ("r1", "q1", CUSTODIAN)],
    ids=["somebody else's key", "another request", "another report", "the custodian's own key"],
)
def test_it_opens_for_nobody_else_and_in_no_other_place(report_id, request_id, private_key):
    identity = sealed_identity()

    with pytest.raises((ContentUnreadable, KeyMissing)):
        identity_grants.opened(report_id, request_id, granted(identity), identity["sealed"], private_key)


def test_no_key_of_the_services_opens_what_the_custodian_passed_on():
    identity = sealed_identity()
    passed_on = granted(identity)

    for private_key in (DESK, LOOKUP):
        with pytest.raises((ContentUnreadable, KeyMissing)):
            identity_grants.opened("r1", "q1", passed_on, identity["sealed"], private_key)


def test_the_key_of_one_report_opens_no_other_reports_identity():
    passed_on = granted(sealed_identity("r1"))

    with pytest.raises(ContentUnreadable):
        identity_grants.opened("r1", "q1", passed_on, sealed_identity("r2")["sealed"], REQUESTER)


@settings(max_examples=40)
@given(st.data())
def test_no_byte_of_what_was_passed_on_can_be_changed(data):
    identity = sealed_identity()
    changed = bytearray(granted(identity))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(ContentUnreadable):
        identity_grants.opened("r1", "q1", bytes(changed), identity["sealed"], REQUESTER)


def test_only_the_custodians_private_key_passes_a_key_on():
    with pytest.raises(KeyMissing) as missing:
        granted(sealed_identity(), custodian=OTHER)

    assert missing.value.key_id == SEALER.custodian_id


def test_an_older_key_of_the_custodian_passes_on_what_was_sealed_to_it():
    identity = sealed_identity()
    key = (identity["key_id"], identity["sealed_key"])

    passed_on = identity_grants.resealed("r1", "q1", key, [OTHER, CUSTODIAN], public_key(REQUESTER))

    assert identity_grants.opened("r1", "q1", passed_on, identity["sealed"], REQUESTER) == IDENTITY


def test_lengths_are_those_of_the_contract():
    assert len(granted(sealed_identity())) == SEALED_KEY_BYTES
    assert len(public_key(REQUESTER)) == PUBLIC_KEY_BYTES


def test_a_fingerprint_is_eight_groups_and_differs_for_every_key():
    mine = identity_grants.fingerprint(public_key(REQUESTER))

    assert [len(group) for group in mine.split(" ")] == [4] * 8
    assert mine == identity_grants.fingerprint(public_key(REQUESTER))
    assert mine != identity_grants.fingerprint(public_key(OTHER))
    as_libsodium = generichash_blake2b_salt_personal(b"mingjing.identity-request\0" + public_key(REQUESTER), 16)
    assert mine.replace(" ", "") == as_libsodium.hex()


@pytest.mark.parametrize("number", [0, 1], ids=["zero", "one"])
def test_points_of_small_order_take_no_seals(number):
    assert not keys.takes_seals(number.to_bytes(32, "little"))


def test_what_is_sealed_in_libsodiums_own_forms_opens_here():
    """As the web client will make and open it: written down in docs/decisions/0025, done here by libsodium alone."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt, crypto_box_seal, crypto_box_seal_open

    identity = sealed_identity()
    identity_key = crypto_box_seal_open(identity["sealed_key"], public_key(CUSTODIAN), CUSTODIAN)
    wrapping, nonce = new_data_key(), b"n" * 24
    padded = identity_key + b"\x80" + bytes(1024 - len(identity_key) - 1)
    place = b"mingjing.report\x001\x00r1\x00identity-request/q1"
    sealed = b"\x01" + nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(padded, place, nonce, wrapping)
    passed_on = crypto_box_seal(wrapping, public_key(REQUESTER)) + sealed

    assert len(base64.b64decode(base64.b64encode(passed_on))) == SEALED_KEY_BYTES
    assert identity_grants.opened("r1", "q1", passed_on, identity["sealed"], REQUESTER) == IDENTITY
