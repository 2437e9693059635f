"""Secrets of channels are sealed, and sealed to their channel."""

from __future__ import annotations

import pytest

from services.publicity import sealing

KEY = bytes(32)


def test_what_is_sealed_opens_again_and_shows_nothing_before():
    sealed = sealing.seal(KEY, "c1", {"signing_key": "whsec_topsecret"})
    assert b"topsecret" not in sealed
    assert sealing.unseal(KEY, "c1", sealed) == {"signing_key": "whsec_topsecret"}


def test_sealing_twice_gives_two_texts():
    assert sealing.seal(KEY, "c1", {"a": "b"}) != sealing.seal(KEY, "c1", {"a": "b"})


def test_secrets_moved_to_another_channel_do_not_open():
    sealed = sealing.seal(KEY, "c1", {"a": "b"})
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(KEY, "c2", sealed)


def test_another_key_or_a_changed_byte_does_not_open():
    sealed = sealing.seal(KEY, "c1", {"a": "b"})
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(bytes(31) + b"\x01", "c1", sealed)
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(KEY, "c1", sealed[:-1] + bytes([sealed[-1] ^ 1]))
