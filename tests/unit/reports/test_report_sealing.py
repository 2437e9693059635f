"""Sealing: what is sealed opens in its own place with the right key, and nowhere else."""

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_box_seal_open
from nacl.exceptions import CryptoError

from services.reports import sealing
from services.reports.keys import public_key
from services.reports.model.conflict import ABOVE
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.sealing import Sealer

DESK, OLD_DESK, CUSTODIAN, LOOKUP, SUPERIOR = (bytes([number]) * 32 for number in range(1, 6))
DATA_KEY = b"k" * 32
RECEIPT = sealing.new_receipt()


def sealer(*desk, lookup=LOOKUP):
    return Sealer.of(desk, public_key(CUSTODIAN), lookup, superior_public=public_key(SUPERIOR))


SEALER = sealer(DESK)

texts = st.binary(max_size=5000)


@given(texts)
def test_a_sealed_text_opens_again(text):
    sealed = sealing.seal_text(DATA_KEY, "r1", "content", text)

    assert sealing.open_text(DATA_KEY, "r1", "content", sealed) == text


@settings(max_examples=50)
@given(st.data())
def test_no_byte_of_a_sealed_text_can_be_changed(data):
    sealed = sealing.seal_text(DATA_KEY, "r1", "content", "经过".encode())
    place = data.draw(st.integers(0, len(sealed) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(sealed)
    changed[place] ^= 1 << bit

    with pytest.raises(ContentUnreadable):
        sealing.open_text(DATA_KEY, "r1", "content", bytes(changed))


@given(st.binary(max_size=200))
def test_no_other_bytes_open(rubbish):
    with pytest.raises(ContentUnreadable):
        sealing.open_text(DATA_KEY, "r1", "content", rubbish)


@pytest.mark.parametrize(("report_id", "field"), [("r2", "content"), ("r1", "answer"), ("r1", "message/m1")])
def test_a_sealed_text_cannot_be_moved_to_another_report_or_field(report_id, field):
    sealed = sealing.seal_text(DATA_KEY, "r1", "content", b"text")

    with pytest.raises(ContentUnreadable):
        sealing.open_text(DATA_KEY, report_id, field, sealed)


def test_a_sealed_text_does_not_open_as_one_of_another_version_of_the_layout(monkeypatch):
    sealed = sealing.seal_text(DATA_KEY, "r1", "content", b"text")
    monkeypatch.setattr(sealing, "VERSION", sealing.VERSION + 1)

    for passed_off in (sealed, bytes((sealing.VERSION,)) + sealed[1:]):
        with pytest.raises(ContentUnreadable):
            sealing.open_text(DATA_KEY, "r1", "content", passed_off)


@given(texts, texts)
def test_texts_of_about_the_same_length_look_the_same(one, other):
    sizes = {len(sealing.seal_text(DATA_KEY, "r1", "content", text)) for text in (one[:1000], other[:1000])}

    assert len(sizes) == 1


def test_the_size_of_a_sealed_text_is_one_of_few():
    sizes = {len(sealing.seal_text(DATA_KEY, "r1", "content", b"x" * length)) for length in range(0, 20_000, 97)}

    assert len(sizes) == 6


def test_both_sides_open_the_data_key():
    sealed = SEALER.seal_data_key("r1", DATA_KEY, RECEIPT)

    assert SEALER.data_key_for_desk("r1", sealed) == DATA_KEY
    assert SEALER.data_key_for_reporter("r1", sealed, RECEIPT) == DATA_KEY


def test_another_receipt_does_not_open_the_data_key():
    sealed = SEALER.seal_data_key("r1", DATA_KEY, RECEIPT)

    with pytest.raises(ContentUnreadable):
        SEALER.data_key_for_reporter("r1", sealed, sealing.new_receipt())


def test_a_data_key_cannot_be_moved_to_another_report():
    sealed = SEALER.seal_data_key("r1", DATA_KEY, RECEIPT)

    with pytest.raises(ContentUnreadable):
        SEALER.data_key_for_reporter("r2", sealed, RECEIPT)


def test_a_changed_data_key_does_not_open_for_the_desk():
    sealed = SEALER.seal_data_key("r1", DATA_KEY, RECEIPT)
    sealed["desk"]["sealed"] = bytes(len(sealed["desk"]["sealed"]))

    with pytest.raises(ContentUnreadable):
        SEALER.data_key_for_desk("r1", sealed)


def test_an_older_desk_key_still_opens_what_was_sealed_to_it():
    old = sealer(OLD_DESK)
    rotated = sealer(DESK, OLD_DESK)

    assert rotated.data_key_for_desk("r1", old.seal_data_key("r1", DATA_KEY, RECEIPT)) == DATA_KEY
    assert rotated.seal_data_key("r1", DATA_KEY, RECEIPT)["desk"]["key_id"] == SEALER.desk_current


def test_a_lost_key_is_named_by_its_id():
    sealed = sealer(OLD_DESK).seal_data_key("r1", DATA_KEY, RECEIPT)

    with pytest.raises(KeyMissing) as missing:
        SEALER.data_key_for_desk("r1", sealed)

    assert missing.value.key_id == sealed["desk"]["key_id"]


def test_only_the_custodians_private_key_opens_the_identity():
    identity = SEALER.seal_identity("r1", b"name")

    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the library raises
        crypto_box_seal_open(identity["sealed_key"], public_key(DESK), DESK)
    key = crypto_box_seal_open(identity["sealed_key"], public_key(CUSTODIAN), CUSTODIAN)
    assert sealing.open_text(key, "r1", "identity", identity["sealed"]) == b"name"


def test_the_service_holds_nothing_that_is_the_custodians_private_key():
    assert CUSTODIAN not in vars(SEALER).values()
    assert all(CUSTODIAN not in pair for pair in SEALER.desk.values())


def test_what_goes_to_the_level_above_opens_with_no_key_of_the_bureau():
    sealed = SEALER.seal_data_key("r1", DATA_KEY, RECEIPT, ABOVE)
    identity = SEALER.seal_identity("r1", b"name", ABOVE)

    with pytest.raises(KeyMissing) as missing:
        SEALER.data_key_for_desk("r1", sealed)
    assert missing.value.key_id == identity["key_id"] == SEALER.superior_id
    for private in (DESK, OLD_DESK, CUSTODIAN, LOOKUP):
        for box in (sealed["above"]["sealed"], identity["sealed_key"]):
            with pytest.raises(CryptoError):
                crypto_box_seal_open(box, public_key(private), private)


def test_what_goes_to_the_level_above_opens_with_its_key_and_with_the_receipt():
    sealed = SEALER.seal_data_key("r1", DATA_KEY, RECEIPT, ABOVE)

    assert crypto_box_seal_open(sealed["above"]["sealed"], public_key(SUPERIOR), SUPERIOR) == DATA_KEY
    assert SEALER.data_key_for_reporter("r1", sealed, RECEIPT) == DATA_KEY


def test_keyed_hashes_need_the_servers_key():
    other = sealer(DESK, lookup=os.urandom(32))

    assert SEALER.receipt_hash(RECEIPT) == SEALER.receipt_hash(RECEIPT)
    assert SEALER.receipt_hash(RECEIPT) != other.receipt_hash(RECEIPT)
    assert SEALER.id_of("report", "key") != other.id_of("report", "key")


@example("message/r1/", "staff", "message/r1/staff", "")
@example("rating/r1", "7", "rating/r", "17")
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_scopes_and_keys_never_run_into_each_other(scope, key, other_scope, other_key):
    same = (scope, key) == (other_scope, other_key)

    assert (SEALER.id_of(scope, key) == SEALER.id_of(other_scope, other_key)) == same


def test_a_replay_opens_for_whoever_repeats_the_request():
    sealed = SEALER.seal_replay("r1", "key", b"body", b"answer")

    assert SEALER.open_replay("r1", "key", b"body", sealed) == b"answer"


@pytest.mark.parametrize(
    ("report_id", "key", "body"), [("r2", "key", b"body"), ("r1", "k", b"body"), ("r1", "key", b"b")]
)
def test_a_replay_opens_for_nobody_else(report_id, key, body):
    sealed = SEALER.seal_replay("r1", "key", b"body", b"answer")

    with pytest.raises(ContentUnreadable):
        SEALER.open_replay(report_id, key, body, sealed)


def test_a_replay_does_not_open_with_the_database_and_the_body_alone():
    """A thief of the database who guesses both request and key still lacks the server's key."""
    thief = sealer(DESK, lookup=os.urandom(32))
    sealed = SEALER.seal_replay("r1", "key", b"body", b"answer")

    with pytest.raises(ContentUnreadable):
        thief.open_replay("r1", "key", b"body", sealed)
