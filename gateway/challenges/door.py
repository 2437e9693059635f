"""The front door of those who come without an account: who is let in freely, who is asked for a proof of work, who has
given one.

Beyond what is free nobody is turned away for an address's sake: a proof of work lets in at once, waiting does later,
and the answer tells both. Only who is let in counts on the hard limit, so that a flood without proofs uses nothing up
for those who share its address and give one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException

from chassis import clock
from gateway import metrics
from gateway.challenges.allowance import ALL, Allowance
from gateway.challenges.levels import level, pressure
from gateway.challenges.proofs import NotAccepted, Proof, Proofs
from gateway.limits import Limits, Meter
from gateway.limits.subjects import digest_of, key_from
from gateway.problems import core
from gateway.problems.row import Problem
from gateway.settings import Settings

HEADER = "HTTP_ALTCHA"
FIELD = "altcha"
# The refusal that says that nobody has this receipt; one with a typing error is told without looking it up.
_WRONG_RECEIPT = "ReceiptUnknown"

Raw = dict[str, Any]


class Door:
    """One a worker process; the counts behind it are shared by all workers and replicas."""

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self.limits = limits
        self._proofs = Proofs(settings.challenge_key)
        self._key = key_from(settings.challenge_key.encode())
        counters, each, total = limits.shared, settings.free_write_limit, settings.free_write_total
        self._writes = Allowance("free-write", each, total, counters)
        self._proved = Meter("proved-write-each", each, counters)
        self._all_proved = Meter("proved-write-total", total, counters)
        self._wrong_receipts = Allowance(
            "wrong-receipt", settings.wrong_receipt_limit, settings.wrong_receipt_total, counters
        )

    def visit(self, endpoint: Any, http: Any) -> Visit:
        """The request, which is not let in yet."""
        return Visit(self, http, asks=endpoint.asks_for_proof(http.method), receipt=endpoint.receipt)

    def challenge(self, environ: dict[str, Any]) -> dict[str, Any] | None:
        """What a write from this address would be asked to solve now, None while it is free."""
        now = _now()
        digest = self.limits.digest(self.limits.address(environ))
        if self._writes.look(digest, now).wait is None:
            return None
        return self._challenge(self._load(digest, now), now)

    def tell_load(self) -> None:
        """Sets the gauge to what all workers together know; for whoever reads the metrics."""
        now = _now()
        metrics.LOAD_LEVEL.set(pressure(self._writes.load(now) + self._all_proved.ask(ALL, now).load))

    def let_in(self, address: str, sent: Any, *, writes: bool, receipt: bool) -> Proof | None:
        """Counts a request, with what was sent as a proof. Problem 422 when that is none, 429 when one is needed or
        the hard limit is reached."""
        now, digest = _now(), self.limits.digest(address)
        proof = None if sent is None else self._checked(sent, digest, now)
        if proof is None and receipt:
            failures = self._wrong_receipts.look(digest, now)
            if failures.wait is not None:
                self._ask(failures.wait, digest, now)
        if writes:
            if proof is None:
                wait = self._writes.take(digest, now).wait
                if wait is not None:
                    self._ask(wait, digest, now)
            else:
                self._proved.hit(digest, now)
                self._all_proved.hit(ALL, now)
            self.limits.count("public-write", digest, now)
        return proof

    def spend(self, proof: Proof, claimant: str | None, address: str) -> None:
        """A proof counts once; again only for the same request, which ``claimant`` stands for. Problem 422."""
        now = _now()
        by = secrets.token_hex(12) if claimant is None else digest_of(self._key, claimant)
        left = max(1, int(proof.expires - now) + 1)
        if not self.limits.shared.claim(f"spent/{digest_of(self._key, proof.challenge)}", by, left):
            raise self._refused("spent", self.limits.digest(address), now)
        metrics.CHALLENGES.labels("solved").inc()

    def wrong_receipt(self, address: str) -> None:
        """Counts a receipt that nobody has."""
        self._wrong_receipts.take(self.limits.digest(address), _now())

    def _checked(self, sent: Any, digest: str, now: float) -> Proof:
        try:
            return self._proofs.check(sent, now)
        except NotAccepted as error:
            raise self._refused(error.reason, digest, now) from None

    def _ask(self, wait: float, digest: str, now: float) -> None:
        metrics.CHALLENGES.labels("asked").inc()
        challenge = self._challenge(self._load(digest, now), now)
        raise Problem(core.PROOF_NEEDED, {"retry_after": wait, "challenge": challenge})

    def _refused(self, reason: str, digest: str, now: float) -> Problem:
        metrics.CHALLENGES.labels(reason).inc()
        errors = [{"field": FIELD, "message": f"validation.proof_{reason}"}]
        challenge = self._challenge(self._load(digest, now), now)
        return Problem(core.PROOF_REFUSED, {"errors": errors, "challenge": challenge})

    def _challenge(self, load: float, now: float) -> dict[str, Any]:
        return self._proofs.challenge(level(load).max_number, now)

    def _load(self, digest: str, now: float) -> float:
        """Of everything: who is refused in one place is not given an easier challenge in another."""
        return max(self._write_load(digest, now), self._wrong_receipts.look(digest, now).load)

    def _write_load(self, digest: str, now: float) -> float:
        """With and without proofs."""
        proved = max(self._proved.look(digest, now).load, self._all_proved.look(ALL, now).load)
        return self._writes.look(digest, now).load + proved


class Visit:
    """One request of somebody without an account, on its way in."""

    def __init__(self, door: Door, http: Any, *, asks: bool, receipt: bool) -> None:
        self._door, self._http = door, http
        self._asks, self._receipt = asks, receipt
        self._address = door.limits.address(http.environ)
        self._proof: Proof | None = None

    def read(self, read: Callable[[], Raw], *, json: bool) -> Raw:
        """What the request carries, as ``read`` gives it, once it is let in. ``json``: the proof may be in there, as
        FIELD, and is taken out."""
        sent = self._http.environ.get(HEADER)
        if not (json and self._asks):
            self._let_in(sent)
            return read()
        try:
            raw = read()
        except (Problem, HTTPException):
            # Whoever is asked to wait learns that first.
            self._let_in(sent)
            raise
        in_body = raw.pop(FIELD, None)
        self._let_in(in_body if sent is None else sent)
        return raw

    def begin(self, idempotency_key: str | None) -> None:
        """The request is in order and goes to the service: what was given for it is spent."""
        if self._proof is not None:
            self._door.spend(self._proof, self._same_request(idempotency_key), self._address)

    def refused(self, refusal: str) -> None:
        """The service refused it."""
        if self._receipt and refusal == _WRONG_RECEIPT:
            self._door.wrong_receipt(self._address)

    def _let_in(self, sent: Any) -> None:
        self._proof = self._door.let_in(self._address, sent, writes=self._asks, receipt=self._receipt)

    def _same_request(self, idempotency_key: str | None) -> str | None:
        """What stands for this request and its repetitions; None when it cannot be repeated."""
        if not self._asks or idempotency_key is None:
            return None
        http = self._http
        return "\x1f".join((http.method, http.path, http.environ.get("HTTP_AUTHORIZATION", ""), idempotency_key))


def _now() -> float:
    return clock.now().timestamp()
