"""How reports are sealed: libsodium through PyNaCl, one data key a report, no content in clear at rest.

* Every text is sealed with the report's data key by XChaCha20-Poly1305. The associated data names the report,
  the field and the version of this layout, so that a sealed text opens only in the place that it was made
  for.
* The data key is sealed twice: to the desk's public key (staff) and under a key that is derived from the
  receipt (the reporter). The database holds neither private key nor receipt.
* The reporter's identity has a data key of its own, sealed only to the custodian's public key. This service
  has no key that opens it.
* A report about the head of the bureau (route ``above``) is sealed to the public key of the level above in place of the
  desk's and the custodian's: whoever has all keys of the bureau cannot open it.
* Texts are padded to powers of two from 1 KiB, so that their lengths tell little.
* What must be found again without being kept (receipt, idempotency key) is kept as a keyed hash (lookup.py). Of
  what a person wrote no hash is kept at all, keyed or not: a repeated request shows that it is the same by opening
  the sealed answer.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_box_seal,
    crypto_box_seal_open,
)
from nacl.exceptions import CryptoError

from chassis import clock
from contracts.reports import receipt as receipts
from services.reports.keys import KEY_BYTES, key_id, public_key
from services.reports.lookup import Lookup
from services.reports.model.conflict import ABOVE, BUREAU
from services.reports.model.report import ContentUnreadable, KeyMissing

VERSION = 1
_NONCE_BYTES = 24
_LEAST_PADDED = 1024

# Answers are kept for repeated requests for 48 hours; some hours more for replicas that were restarted later.
REPEATED_WITHIN = timedelta(hours=54)


@dataclass(frozen=True)
class Sealer:
    """The keys of the service and what is done with them.

    ``desk`` holds the desk's private keys by id, ``desk_current`` names the one that is sealed to. ``lookups``: the
    newest first, which all new hashes are made with. ``made_at``: when the process was given these keys.
    """

    desk: Mapping[str, tuple[bytes, bytes]] = field(repr=False)
    desk_current: str
    custodian_id: str
    custodian_public: bytes
    superior_id: str
    superior_public: bytes
    lookups: tuple[Lookup, ...]
    made_at: datetime = field(default_factory=clock.now)

    @classmethod
    def of(
        cls,
        desk: tuple[bytes, ...],
        custodian_public: bytes,
        lookup: bytes,
        older_lookups: tuple[bytes, ...] = (),
        *,
        superior_public: bytes,
    ) -> Sealer:
        """The sealer of these keys (32 bytes each); the first desk key is the current one."""
        pairs = {key_id(public_key(private)): (public_key(private), private) for private in desk}
        return cls(
            desk=pairs,
            desk_current=next(iter(pairs)),
            custodian_id=key_id(custodian_public),
            custodian_public=custodian_public,
            superior_id=key_id(superior_public),
            superior_public=superior_public,
            lookups=tuple(map(Lookup.of, (lookup, *older_lookups))),
        )

    # -- what is found again without being kept

    def receipt_hash(self, receipt: str) -> bytes:
        """The keyed hash under which a new report is found by its receipt (canonical form)."""
        return self.lookups[0].receipt_hash(receipt)

    def receipt_hashes(self, receipt: str) -> list[bytes]:
        """The hashes under which a report may be kept, the newest key's first."""
        return [lookup.receipt_hash(receipt) for lookup in self.lookups]

    def id_of(self, scope: str, idempotency_key: str) -> str:
        """The id that one idempotency key always leads to within ``scope``."""
        return self.lookups[0].id_of(scope, idempotency_key)

    def older_ids_of(self, scope: str, idempotency_key: str, now: datetime) -> list[str]:
        """The ids that it led to under the lookup keys before the newest; none once nobody repeats a request that was
        first made under one of them.
        """
        if now - self.made_at > REPEATED_WITHIN:
            return []
        return [lookup.id_of(scope, idempotency_key) for lookup in self.lookups[1:]]

    def seal_replay(self, report_id: str, idempotency_key: str, body: bytes, answer: bytes) -> bytes:
        """The answer to a request, for whoever repeats the request.

        The key needs the idempotency key and the body besides the server's key: neither is kept.
        """
        return _encrypt(answer, _place(report_id, "replay"), self.lookups[0].replay_key_of(idempotency_key, body))

    def open_replay(self, report_id: str, idempotency_key: str, body: bytes, sealed: bytes) -> bytes:
        """The answer of ``seal_replay``; ``ContentUnreadable`` for another key or body, or when it was changed."""
        *others, last = self.lookups
        for lookup in others:
            try:
                return _decrypt(sealed, report_id, "replay", lookup.replay_key_of(idempotency_key, body))
            except ContentUnreadable:
                # Not made under this key; the last one to be tried says so for all.
                continue
        return _decrypt(sealed, report_id, "replay", last.replay_key_of(idempotency_key, body))

    # -- the data key of a report

    def seal_data_key(self, report_id: str, data_key: bytes, receipt: str, route: str = BUREAU) -> dict[str, Any]:
        """The data key for both sides, as the report's document keeps it: ``desk`` or ``above``, and ``reporter``."""
        return {
            **({"above": self._to_superior(data_key)} if route == ABOVE else {"desk": self._to_desk(data_key)}),
            "reporter": _encrypt(data_key, _place(report_id, "data-key"), _key_of_receipt(report_id, receipt)),
        }

    def data_key_for_reporter(self, report_id: str, sealed: Mapping[str, Any], receipt: str) -> bytes:
        """The data key for the holder of the receipt; ``ContentUnreadable`` when it was changed."""
        return _decrypt(sealed["reporter"], report_id, "data-key", _key_of_receipt(report_id, receipt))

    def data_key_for_desk(self, report_id: str, sealed: Mapping[str, Any]) -> bytes:
        """The data key for staff; ``KeyMissing`` names the key pair, ``ContentUnreadable`` the report."""
        if "desk" not in sealed:
            raise KeyMissing(sealed["above"]["key_id"])
        pair = self.desk.get(sealed["desk"]["key_id"])
        if pair is None:
            raise KeyMissing(sealed["desk"]["key_id"])
        try:
            return crypto_box_seal_open(sealed["desk"]["sealed"], *pair)
        except (CryptoError, ValueError, TypeError) as error:
            raise ContentUnreadable(report_id) from error

    def rewrapped(self, report_id: str, sealed: Mapping[str, Any]) -> dict[str, Any]:
        """The desk's half of ``sealed`` under the desk's current key; raises as ``data_key_for_desk``."""
        return self._to_desk(self.data_key_for_desk(report_id, sealed))

    def seal_file_key(self, data_key: bytes) -> dict[str, Any]:
        """The key of the file of a case that nobody reported, for the desk; opened as that of a report."""
        return {"desk": self._to_desk(data_key)}

    def _to_desk(self, data_key: bytes) -> dict[str, Any]:
        public, _ = self.desk[self.desk_current]
        return {"key_id": self.desk_current, "sealed": crypto_box_seal(data_key, public)}

    def _to_superior(self, data_key: bytes) -> dict[str, Any]:
        return {"key_id": self.superior_id, "sealed": crypto_box_seal(data_key, self.superior_public)}

    # -- the identity

    def seal_identity(self, report_id: str, identity: bytes, route: str = BUREAU) -> dict[str, Any]:
        """The reporter's identity, which only the private key of the custodian opens, or that of the level above."""
        data_key = secrets.token_bytes(KEY_BYTES)
        above = route == ABOVE
        return {
            "key_id": self.superior_id if above else self.custodian_id,
            "sealed_key": crypto_box_seal(data_key, self.superior_public if above else self.custodian_public),
            "sealed": seal_text(data_key, report_id, "identity", identity),
        }


def identity_rewrapped(
    report_id: str, identity: Mapping[str, Any], private_keys: Sequence[bytes], to: bytes
) -> dict[str, Any]:
    """``key_id`` and ``sealed_key`` of an identity for the public key ``to``, with the custodian's private keys.

    ``KeyMissing`` when none of them is the one that it was sealed to, ``ContentUnreadable`` when it was changed.
    """
    data_key = unwrapped(report_id, identity["key_id"], identity["sealed_key"], private_keys)
    return {"key_id": key_id(to), "sealed_key": crypto_box_seal(data_key, to)}


def unwrapped(report_id: str, to: str, sealed: bytes, private_keys: Sequence[bytes]) -> bytes:
    """The data key that was sealed to the key pair with the id ``to``, with the private keys of who received it.

    ``KeyMissing`` when none of them is that pair's, ``ContentUnreadable`` when it was changed.
    """
    pairs = {key_id(public_key(private)): (public_key(private), private) for private in private_keys}
    pair = pairs.get(to)
    if pair is None:
        raise KeyMissing(to)
    try:
        return crypto_box_seal_open(sealed, *pair)
    except (CryptoError, ValueError, TypeError) as error:
        raise ContentUnreadable(report_id) from error


def new_data_key() -> bytes:
    """A random key for one report."""
    return secrets.token_bytes(KEY_BYTES)


def new_receipt() -> str:
    """A receipt with 95 random bits."""
    bits = secrets.randbits(5 * receipts.PAYLOAD_SYMBOLS)
    symbols = (receipts.ALPHABET[bits >> 5 * place & 31] for place in range(receipts.PAYLOAD_SYMBOLS))
    return receipts.write("".join(symbols))


def new_id() -> str:
    """A random id. Unlike the ids of other documents it holds no time, which would tell when a reporter
    wrote."""
    return secrets.token_hex(16)


def seal_text(data_key: bytes, report_id: str, field: str, text: bytes) -> bytes:
    """``text``, padded and sealed for this field of this report."""
    return _encrypt(_padded(text), _place(report_id, field), data_key)


def open_text(data_key: bytes, report_id: str, field: str, sealed: bytes) -> bytes:
    """The text of ``seal_text``; ``ContentUnreadable`` when it was changed or comes from elsewhere."""
    return _unpadded(_decrypt(sealed, report_id, field, data_key))


def _key_of_receipt(report_id: str, receipt: str) -> bytes:
    """95 random bits need no slow derivation: no search over them ends."""
    return hashlib.blake2b(
        receipt.encode(), key=report_id.encode()[:64], person=b"mj.data-key", digest_size=KEY_BYTES
    ).digest()


def _place(report_id: str, field: str) -> bytes:
    """The associated data: where a sealed text belongs. Ids and field names hold no NUL."""
    return b"\0".join((b"mingjing.report", str(VERSION).encode(), report_id.encode(), field.encode()))


def _encrypt(text: bytes, place: bytes, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return bytes((VERSION,)) + nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(text, place, nonce, key)


def _decrypt(sealed: bytes, report_id: str, field: str, key: bytes) -> bytes:
    version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if version != bytes((VERSION,)):
        raise ContentUnreadable(report_id)
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, _place(report_id, field), nonce, key)
    except (CryptoError, ValueError, TypeError) as error:
        raise ContentUnreadable(report_id) from error


def _padded(text: bytes) -> bytes:
    """ISO/IEC 7816-4: a set bit, then zeros up to the next power of two."""
    size = max(_LEAST_PADDED, 1 << len(text).bit_length())
    return text + b"\x80" + bytes(size - len(text) - 1)


def _unpadded(padded: bytes) -> bytes:
    return padded.rstrip(b"\0")[:-1]
