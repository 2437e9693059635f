"""The service's own secret, and what is derived from it.

``IDENTITY_KEY`` holds one key a line (or comma-separated), each 32 random bytes in base64. The first one seals, all
of them open, so a key is replaced by putting a new one in front, and dropped once everything has been sealed anew.
Each purpose has its own key, derived by HMAC, so that what is written for one cannot be read as another.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

KEY_BYTES = 32


class BadKey(ValueError):
    """What was given as keys is none."""


class Unsealable(Exception):
    """None of the keys opens this: the key it was sealed under has been dropped, or it was altered."""


class Keyring:
    """Seals, opens and hashes under keys that never leave it."""

    def __init__(self, text: str) -> None:
        self._keys = [_key(part) for part in re.split(r"[\s,]+", text.strip()) if part]
        if not self._keys:
            raise BadKey("no key given")

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Encrypted and authenticated (XSalsa20-Poly1305)."""
        return bytes(SecretBox(self._derived(purpose)[0]).encrypt(plain))

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for the same purpose."""
        for key in self._derived(purpose):
            try:
                return bytes(SecretBox(key).decrypt(sealed))
            except CryptoError:
                continue
        raise Unsealable(purpose)

    def digest(self, text: str, purpose: str) -> str:
        """A keyed hash (hex) under the first key: the same for the same text, telling nothing without the key."""
        return hmac.digest(self._derived(purpose)[0], text.encode(), "sha256").hex()

    def digests(self, text: str, purpose: str) -> list[str]:
        """The keyed hashes under all keys, to find what an earlier first key made."""
        return [hmac.digest(key, text.encode(), "sha256").hex() for key in self._derived(purpose)]

    def keys_for(self, purpose: str) -> list[bytes]:
        """The derived keys, first one first."""
        return self._derived(purpose)

    def _derived(self, purpose: str) -> list[bytes]:
        return [hmac.digest(key, purpose.encode(), "sha256") for key in self._keys]


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKey("not base64") from error
    if len(key) != KEY_BYTES:
        raise BadKey(f"must hold {KEY_BYTES} bytes")
    return key
