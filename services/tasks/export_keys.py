"""The key by which the bureau signs bundles: Ed25519 (RFC 8032), its files, signing and checking.

A file holds one key a line, ``<purpose>:<base64 of 32 bytes>``; ``#`` starts a comment. A file of public keys may hold
several: those of former years check what was signed then.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from services.tasks.model.exports import signed_bytes

PRIVATE = "export-private"
PUBLIC = "export-public"
PRIVATE_FILE = "tasks-export.key"
PUBLIC_FILE = "tasks-export.pub"

# The variable that points to the file that the service needs.
SETTINGS = {"TASKS_EXPORT_KEY_FILE": PRIVATE_FILE}

_KEY_BYTES = 32


class BadExportKey(ValueError):
    """A key text that is not of the expected form. The message never repeats the text."""


@dataclass(frozen=True)
class Signer:
    """Signs manifests. Never shown: ``repr`` leaves the key out."""

    _key: SigningKey = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Signer:
        """By the one key of this file's text; ``BadExportKey``."""
        keys = _read(text, PRIVATE)
        if len(keys) > 1:
            raise BadExportKey(f"holds {len(keys)} {PRIVATE} keys; one signs")
        return cls(SigningKey(keys[0]))

    @property
    def key_id(self) -> str:
        """The short name of its public key."""
        return key_id(bytes(self._key.verify_key))

    def signature(self, manifest: bytes) -> str:
        """The signature of this manifest, in base64."""
        return base64.b64encode(self._key.sign(signed_bytes(manifest)).signature).decode()


def public_keys(text: str) -> tuple[bytes, ...]:
    """The public keys of a file's text, at least one; ``BadExportKey``."""
    return _read(text, PUBLIC)


def signed_by(manifest: bytes, signature: bytes, keys: tuple[bytes, ...]) -> str | None:
    """The id of the key that signed this manifest; None where none of these did."""
    for key in keys:
        try:
            VerifyKey(key).verify(signed_bytes(manifest), signature)
        except (BadSignatureError, ValueError):
            continue
        return key_id(key)
    return None


def key_id(public: bytes) -> str:
    """The short name of a key: 16 hex digits of the BLAKE2b hash of its public half."""
    return hashlib.blake2b(public, digest_size=8, person=b"mingjing.export").hexdigest()


def generate(directory: Path) -> dict[str, bool]:
    """Makes the private key (mode 600) and its public half in ``directory``, keeping what exists; file name -> whether
    it was made now. Raises ``OSError``, ``BadExportKey``.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    private, public = directory / PRIVATE_FILE, directory / PUBLIC_FILE
    made = {private.name: not private.exists(), public.name: not public.exists()}
    if made[private.name]:
        _write_new(private, PRIVATE, bytes(SigningKey.generate()))
    if made[public.name]:
        [key] = _read(private.read_text(encoding="ascii"), PRIVATE)
        _write_new(public, PUBLIC, bytes(SigningKey(key).verify_key))
    return made


def _read(text: str, purpose: str) -> tuple[bytes, ...]:
    lines = [line for line in (raw.split("#", 1)[0].strip() for raw in text.splitlines()) if line]
    if not lines:
        raise BadExportKey(f"holds no {purpose} key")
    return tuple(_read_line(line, purpose) for line in lines)


def _read_line(line: str, purpose: str) -> bytes:
    found, separator, encoded = line.partition(":")
    if not separator or found.strip() != purpose:
        raise BadExportKey(f"expects a line '{purpose}:<base64>'")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error as error:
        raise BadExportKey(f"the {purpose} key is not valid base64") from error
    if len(key) != _KEY_BYTES:
        raise BadExportKey(f"the {purpose} key has {len(key)} bytes instead of {_KEY_BYTES}")
    return key


def _write_new(path: Path, purpose: str, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{purpose}:{base64.b64encode(key).decode()}\n")
