"""How attachments are sealed: a random key each, every part by itself, and a manifest that authenticates the end.

* The attachment's key is sealed with the report's data key, so that whoever opens the report opens its files, and
  a report whose key was destroyed keeps no file.
* A part is sealed alone (XChaCha20-Poly1305, random nonce); the associated data names report, attachment, copy and
  number. Any process can seal any part, a part can be sent again, and none opens in another's place.
* The manifest says how many bytes the copy has: a copy that was cut off does not open as a whole one. While a file
  is still coming in, its progress stands in the manifest's place, sealed as something else.
* Lengths are hidden: a part is padded to its full size, the only part of a small file to a power of two.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import orjson
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from services.reports import sealing
from services.reports.keys import KEY_BYTES
from services.reports.model.attachments import PART_BYTES
from services.reports.model.report import ContentUnreadable

VERSION = 1
_NONCE_BYTES = 24
_TAG_BYTES = 16
_END = b"\x80"
_LEAST_PADDED = 4096

# A full part, sealed.
SEALED_PART_BYTES = 1 + _NONCE_BYTES + PART_BYTES + len(_END) + _TAG_BYTES


@dataclass(frozen=True)
class AttachmentKey:
    """The key of one attachment, opened."""

    report_id: str
    attachment_id: str
    key: bytes

    @classmethod
    def new(cls, report_id: str, attachment_id: str) -> AttachmentKey:
        """A random one."""
        return cls(report_id, attachment_id, secrets.token_bytes(KEY_BYTES))

    @classmethod
    def opened(cls, report_id: str, attachment_id: str, sealed: bytes, data_key: bytes) -> AttachmentKey:
        """That of ``sealed_with``; ``ContentUnreadable`` when it was changed."""
        return cls(report_id, attachment_id, sealing.open_text(data_key, report_id, _key_of(attachment_id), sealed))

    def sealed_with(self, data_key: bytes) -> bytes:
        """For the document: sealed with the report's data key."""
        return sealing.seal_text(data_key, self.report_id, _key_of(self.attachment_id), self.key)

    def seal_record(self, copy: str, kind: str, record: dict[str, Any]) -> bytes:
        """What is known of a copy. ``kind``: ``progress`` while it grows, ``manifest`` once it is complete."""
        return sealing.seal_text(self.key, self.report_id, self._record(copy, kind), orjson.dumps(record))

    def open_record(self, copy: str, kind: str, sealed: bytes) -> dict[str, Any]:
        """The record of ``seal_record``; ``ContentUnreadable`` when it was changed or is of another kind."""
        text = sealing.open_text(self.key, self.report_id, self._record(copy, kind), sealed)
        record: dict[str, Any] = orjson.loads(text)
        return record

    def seal_part(self, copy: str, number: int, content: bytes) -> bytes:
        """A part, at most ``PART_BYTES`` long."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        padding = bytes(_padded_size(number, len(content)) - len(content) - 1)
        padded = b"".join((content, _END, padding))
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(padded, self._part(copy, number), nonce, self.key)
        return b"".join((bytes((VERSION,)), nonce, sealed))

    def open_part(self, copy: str, number: int, sealed: bytes) -> bytes:
        """The part of ``seal_part``; ``ContentUnreadable`` when it was changed or belongs elsewhere."""
        if sealed[:1] != bytes((VERSION,)):
            raise ContentUnreadable(self.report_id)
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            padded = crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, self._part(copy, number), nonce, self.key)
        except (CryptoError, ValueError, TypeError) as error:
            raise ContentUnreadable(self.report_id) from error
        return padded[: padded.rindex(_END)]

    def _record(self, copy: str, kind: str) -> str:
        return f"attachment/{self.attachment_id}/{copy}/{kind}"

    def _part(self, copy: str, number: int) -> bytes:
        """The associated data of a part. Ids and names of copies hold no NUL."""
        names = (self.report_id, self.attachment_id, copy, str(number))
        return b"\0".join((b"mingjing.attachment", str(VERSION).encode(), *(name.encode() for name in names)))


def _key_of(attachment_id: str) -> str:
    return f"attachment-key/{attachment_id}"


def _padded_size(number: int, length: int) -> int:
    if number or length >= PART_BYTES:
        return PART_BYTES + 1
    return max(_LEAST_PADDED, 1 << length.bit_length())
