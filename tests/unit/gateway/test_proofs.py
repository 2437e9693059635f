"""Proofs of work: made and read as ALTCHA does; nothing else is accepted, whatever is sent."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from altcha.v1 import verify_solution
from hypothesis import given
from hypothesis import strategies as st

from gateway.challenges.proofs import VALID_FOR, NotAccepted, Proofs
from tests.support.proofs import encoded, solution

KEY = "a key of the tests"
NOW = 1_790_000_000.0
PROOFS = Proofs(KEY)


def reason(sent: Any, *, proofs: Proofs = PROOFS, now: float = NOW) -> str:
    """Why it is not accepted."""
    with pytest.raises(NotAccepted) as raised:
        proofs.check(sent, now)
    return raised.value.reason


def test_a_solution_is_accepted_until_it_expires() -> None:
    challenge = PROOFS.challenge(1000, NOW)
    sent = solution(challenge)
    proof = PROOFS.check(sent, NOW)
    assert proof.challenge == challenge["challenge"]
    assert proof.expires == NOW + VALID_FOR.total_seconds()
    assert PROOFS.check(sent, proof.expires - 1) == proof
    assert reason(sent, now=proof.expires) == "expired"


def test_a_challenge_is_what_the_widget_and_the_library_expect() -> None:
    challenge = Proofs(KEY).challenge(500, NOW)
    assert challenge.keys() == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert (challenge["algorithm"], challenge["maxnumber"]) == ("SHA-256", 500)
    assert f"?expires={int(NOW + VALID_FOR.total_seconds())}&" in challenge["salt"]
    assert verify_solution(solution(challenge), KEY, check_expires=False) == (True, None)


def test_no_two_challenges_are_the_same() -> None:
    assert len({PROOFS.challenge(1, NOW)["challenge"] for _ in range(200)}) == 200


def test_those_who_share_the_key_accept_each_others() -> None:
    sent = solution(PROOFS.challenge(1000, NOW))
    assert Proofs(KEY).check(sent, NOW)
    assert reason(sent, proofs=Proofs("another key")) == "foreign"


def test_without_a_key_nobody_can_sign_but_the_process_itself() -> None:
    drawn = Proofs("")
    assert drawn.check(solution(drawn.challenge(100, NOW)), NOW)
    assert reason(solution(Proofs("").challenge(100, NOW)), proofs=drawn) == "foreign"


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 100_001},
        {"challenge": "0" * 64},
        {"signature": "0" * 64},
        {"salt": "abc?expires=9999999999&"},
    ],
)
def test_a_forged_solution_is_told_as_such(changed: dict[str, Any]) -> None:
    assert reason(solution(PROOFS.challenge(1000, NOW), **changed)) == "foreign"


@pytest.mark.parametrize("algorithm", ["SHA-1", "SHA-512", "none", ""])
def test_no_other_algorithm_is_tried(algorithm: str) -> None:
    assert reason(solution(PROOFS.challenge(1000, NOW), algorithm=algorithm)) == "malformed"


def test_the_expiry_cannot_be_put_off() -> None:
    challenge = PROOFS.challenge(1000, NOW)
    salt = challenge["salt"]
    later = NOW + VALID_FOR.total_seconds() + 5
    for forged in (salt.replace("?expires=", "?expires=9"), salt + "expires=9999999999&", "9" + salt):
        assert reason(solution(challenge, salt=forged), now=later) == "foreign"


@pytest.mark.parametrize(
    "sent",
    [
        *("", "x", "举报", "%%%", "bm8=", "a" * 2001, "\ud800"),
        *(7, None, True, [], {}, {"challenge": "x"}),
        *(encoded(value) for value in (1, None, [], {}, "x", [[]])),
        base64.b64encode(b"[" * 1400).decode(),
        base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_is_no_solution_at_all_is_malformed(sent: Any) -> None:
    assert reason(sent) == "malformed"


@pytest.mark.parametrize("member", ["algorithm", "challenge", "number", "salt", "signature"])
@pytest.mark.parametrize("value", [None, 1.5, "12", [], {}, -1, 2**70, "SHA-1", "A" * 64, "x" * 300])
def test_a_member_of_another_form_is_refused(member: str, value: Any) -> None:
    sent = solution(PROOFS.challenge(100, NOW), **{member: value})
    assert reason(sent) in ("malformed", "foreign")


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.b64encode(raw).decode())))
def test_whatever_is_sent_is_refused_and_breaks_nothing(sent: str) -> None:
    assert reason(sent) == "malformed"
