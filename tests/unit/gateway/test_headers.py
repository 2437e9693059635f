"""Request headers never make the gateway fail, whatever is in them, and mean what their RFCs say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import tracing
from gateway.headers import entity_tag, idempotency_key, if_match, none_match
from gateway.language import negotiate
from gateway.problems.row import Problem

T = TypeVar("T")

anything = st.text(alphabet=st.characters(codec="latin-1"), max_size=200)
near_misses = st.text(alphabet='0123456789abcdef-W/",* ;q=.zhenCN', max_size=80)


def outcome(parse: Callable[[], T]) -> tuple[T | None, int | None]:
    """What was understood, or the status of the problem."""
    try:
        return parse(), None
    except Problem as problem:
        return None, problem.row.status


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("EN-us", "en"),
        ("zh-Hant-TW", "zh-CN"),
        ("en;q=0.4, zh;q=0.5", "zh-CN"),
        ("en;q=0.5, zh;q=0.4", "en"),
        ("de, en;q=0.1", "en"),
        ("de, fr", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("*", "zh-CN"),
        ("en;q=2", "zh-CN"),
        ("english", "zh-CN"),
    ],
)
def test_the_language_is_the_best_of_those_we_speak(header: str | None, language: str) -> None:
    assert negotiate(header) == language


@given(anything | near_misses)
def test_any_accept_language_gives_one_of_our_languages(header: str) -> None:
    assert negotiate(header) in ("zh-CN", "en")


@given(st.integers(min_value=1, max_value=10**17))
def test_our_own_tag_is_understood_again(version: int) -> None:
    assert if_match(entity_tag(version), required=True) == version
    assert none_match(entity_tag(version), entity_tag(version))
    assert none_match(f'"0", W/{entity_tag(version)}', entity_tag(version))
    assert not none_match(entity_tag(version + 1), entity_tag(version))


@given(anything | near_misses)
def test_any_if_match_is_a_version_or_a_problem(header: str) -> None:
    version, status = outcome(lambda: if_match(header, required=True))
    assert status in (412, 422) or version is None or version > 0


@given(anything | near_misses)
def test_any_if_none_match_is_an_answer(header: str) -> None:
    assert none_match(header, entity_tag(1)) in (True, False)


@given(st.text(max_size=200))
def test_any_idempotency_key_is_kept_as_it_is_or_refused(header: str) -> None:
    key, status = outcome(lambda: idempotency_key(header))
    if status is None:
        assert key == header
        assert 1 <= len(header) <= 128
        assert header.isascii()
        assert header.isprintable()
    else:
        assert status == 422


@given(anything | near_misses)
def test_any_traceparent_leads_to_a_valid_one(header: str) -> None:
    assert tracing.valid(tracing.child(header))


@given(st.from_regex(r"00-[0-9a-f]{31}1-[0-9a-f]{15}1-0[01]", fullmatch=True))
def test_a_valid_traceparent_is_carried_on(header: str) -> None:
    assert tracing.trace_id(tracing.child(header)) == header[3:35]
