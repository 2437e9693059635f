"""How the custodian passes an identity's key on to one person for one request (docs/decisions/0025).

All of it happens on the machines of the two people: the services carry sealed bytes between them, and have no key that
opens any. The form is that of ``sealing``, so what opens texts there opens both the key and the identity here::

    sealed key = sealed box (wrapping key, 32 random bytes, to the request's X25519 public key)      80 bytes
               + the identity's key, sealed under the wrapping key as the report's field
                 ``identity-request/<request id>``                                                 1065 bytes
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from nacl.bindings import crypto_box_seal, crypto_box_SEALBYTES

from services.reports import sealing
from services.reports.keys import KEY_BYTES, key_id, public_key

# The purpose that the key file of a request names (services/reports/keys.py).
REQUESTER_PRIVATE = "requester-private"

_BOX_BYTES = KEY_BYTES + crypto_box_SEALBYTES
_FINGERPRINTED = b"mingjing.identity-request\0"
_FINGERPRINT_BYTES = 16


def resealed(
    report_id: str, request_id: str, key: tuple[str, bytes], private_keys: Sequence[bytes], to: bytes
) -> bytes:
    """The identity's key for the public key ``to``; for the custodian's side.

    ``key``: the id of the custodian's pair that it is sealed to, and the sealed key. Raises ``KeyMissing`` when none of
    ``private_keys`` is that pair's, ``ContentUnreadable`` when it was changed.
    """
    identity_key = sealing.unwrapped(report_id, *key, private_keys)
    wrapping = sealing.new_data_key()
    return crypto_box_seal(wrapping, to) + sealing.seal_text(wrapping, report_id, _field(request_id), identity_key)


def opened(report_id: str, request_id: str, sealed_key: bytes, identity: bytes, private_key: bytes) -> bytes:
    """The identity (JSON) from what the custodian passed on; for the side of who asked.

    Raises ``ContentUnreadable`` when the key is not for this private key, this report and this request, or when
    anything was changed.
    """
    box, sealed = sealed_key[:_BOX_BYTES], sealed_key[_BOX_BYTES:]
    wrapping = sealing.unwrapped(report_id, key_id(public_key(private_key)), box, [private_key])
    identity_key = sealing.open_text(wrapping, report_id, _field(request_id), sealed)
    return sealing.open_text(identity_key, report_id, "identity", identity)


def fingerprint(public: bytes) -> str:
    """What the two people compare by telephone, so that no service can have put its own key in between: eight groups of
    four hex digits.
    """
    digest = hashlib.blake2b(_FINGERPRINTED + public, digest_size=_FINGERPRINT_BYTES).hexdigest()
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


def _field(request_id: str) -> str:
    return f"identity-request/{request_id}"
