"""The key files of the reports service: how keys are written, read and made.

A file holds one key a line, ``<purpose>:<base64 of 32 bytes>``; ``#`` starts a comment. The purpose is
written with the key so that a private key can never be put where a public one belongs. Where several are
allowed, the first is used for sealing and the others still open what was sealed to them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from nacl.bindings import crypto_box_seal, crypto_scalarmult_base
from nacl.exceptions import CryptoError

DESK_PRIVATE = "desk-private"
CUSTODIAN_PRIVATE = "custodian-private"
CUSTODIAN_PUBLIC = "custodian-public"
SUPERIOR_PRIVATE = "superior-private"
SUPERIOR_PUBLIC = "superior-public"
LOOKUP = "lookup"

KEY_BYTES = 32

DESK_FILE = "reports-desk.key"
LOOKUP_FILE = "reports-lookup.key"
CUSTODIAN_PUBLIC_FILE = "reports-custodian.pub"
CUSTODIAN_PRIVATE_FILE = "reports-custodian.key"
SUPERIOR_PUBLIC_FILE = "reports-superior.pub"
SUPERIOR_PRIVATE_FILE = "reports-superior.key"

# Pairs whose private half belongs to no service: public file, private file, purposes of both.
_HANDED_OVER = (
    (CUSTODIAN_PUBLIC_FILE, CUSTODIAN_PRIVATE_FILE, CUSTODIAN_PUBLIC, CUSTODIAN_PRIVATE),
    (SUPERIOR_PUBLIC_FILE, SUPERIOR_PRIVATE_FILE, SUPERIOR_PUBLIC, SUPERIOR_PRIVATE),
)
# The private file of each such pair -> whom it is handed to, and why it must not stay.
HAND_OVER = {
    CUSTODIAN_PRIVATE_FILE: "the identity custodian: it opens the reporters' identities",
    SUPERIOR_PRIVATE_FILE: "the level above the bureau: it opens the reports about the bureau's own head",
}

# The variable that points to each file of a generated set.
SETTINGS = {
    "REPORTS_DESK_KEY_FILE": DESK_FILE,
    "REPORTS_CUSTODIAN_PUBLIC_KEY_FILE": CUSTODIAN_PUBLIC_FILE,
    "REPORTS_LOOKUP_KEY_FILE": LOOKUP_FILE,
    "REPORTS_SUPERIOR_PUBLIC_KEY_FILE": SUPERIOR_PUBLIC_FILE,
}


class BadKey(ValueError):
    """A key text that is not of the expected form. The message never repeats the text."""


def read_keys(text: str, purpose: str) -> tuple[bytes, ...]:
    """The keys of ``text``, at least one, all of ``purpose``; ``BadKey`` otherwise."""
    lines = [line for line in (raw.split("#", 1)[0].strip() for raw in text.splitlines()) if line]
    if not lines:
        raise BadKey(f"holds no {purpose} key")
    keys = tuple(_read_key(line, purpose) for line in lines)
    if len(set(keys)) < len(keys):
        raise BadKey(f"holds the same {purpose} key twice")
    return keys


def write_key(key: bytes, purpose: str) -> str:
    """One line of a key file."""
    return f"{purpose}:{base64.b64encode(key).decode()}\n"


def public_key(private_key: bytes) -> bytes:
    """The X25519 public key of a private one."""
    return crypto_scalarmult_base(private_key)


def key_id(public: bytes) -> str:
    """The short name of a key pair: 16 hex digits of the BLAKE2b hash of its public key."""
    return hashlib.blake2b(public, digest_size=8, person=b"mingjing.key-id").hexdigest()


def lookup_key_id(key: bytes) -> str:
    """The short name of a lookup key: as hard to turn back as the key is to guess."""
    return hashlib.blake2b(key, digest_size=8, person=b"mingjing.lookup").hexdigest()


def generate(directory: Path) -> dict[str, bool]:
    """Make the set of key files in ``directory`` (mode 700, files 600), keeping every file that exists.

    Returns file name -> whether it was made now. The private keys of the custodian and of the level above are made only
    while there is no public one, so that they can be taken away from the machine for good. Raises ``OSError``,
    ``BadKey``.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {name: not (directory / name).exists() for name in (DESK_FILE, LOOKUP_FILE)}
    if made[DESK_FILE]:
        write_new(directory / DESK_FILE, write_key(secrets.token_bytes(KEY_BYTES), DESK_PRIVATE))
    if made[LOOKUP_FILE]:
        write_new(directory / LOOKUP_FILE, write_key(secrets.token_bytes(KEY_BYTES), LOOKUP))
    for public_file, private_file, public_purpose, private_purpose in _HANDED_OVER:
        made[public_file] = not (directory / public_file).exists()
        if made[public_file]:
            path = directory / private_file
            made[private_file] = not path.exists()
            if made[private_file]:
                write_new(path, write_key(secrets.token_bytes(KEY_BYTES), private_purpose))
            private, *_ = read_keys(path.read_text(encoding="ascii"), private_purpose)
            write_new(directory / public_file, write_key(public_key(private), public_purpose))
    return made


def _read_key(line: str, purpose: str) -> bytes:
    found, separator, encoded = line.partition(":")
    if not separator or found.strip() != purpose:
        raise BadKey(f"expects a line '{purpose}:<base64>'")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error as error:
        raise BadKey(f"the {purpose} key is not valid base64") from error
    if len(key) != KEY_BYTES:
        raise BadKey(f"the {purpose} key has {len(key)} bytes instead of {KEY_BYTES}")
    if purpose.endswith("-public"):
        _check_public(key, purpose)
    return key


def takes_seals(public: bytes) -> bool:
    """Whether something can be sealed to this public key (32 bytes): not every text of its length is one."""
    try:
        crypto_box_seal(b"", public)
    except CryptoError:
        return False
    return True


def _check_public(key: bytes, purpose: str) -> None:
    if not takes_seals(key):
        raise BadKey(f"the {purpose} key is no point that anything can be sealed to")


def write_new(path: Path, text: str) -> None:
    """Write a file that its owner alone may read. ``FileExistsError`` when there is one, ``OSError``."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
