"""The circumstances of a call survive the wire."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import clock, rpc_wire
from contracts.call import Actor, Call

texts = st.text(min_size=1, max_size=20)
actors = st.builds(
    Actor,
    id=texts,
    name=texts,
    roles=st.frozensets(texts, max_size=3),
    unit_id=st.none() | texts,
    unit_path=st.lists(texts, max_size=3).map(tuple),
    line=st.none() | texts,
    session_id=st.none() | texts,
)


@given(st.none() | actors, st.none() | texts, st.sampled_from(["zh-CN", "en"]))
def test_a_call_arrives_as_it_was_sent(actor: Actor | None, key: str | None, language: str) -> None:
    now = clock.now()
    sent = Call(now, now + timedelta(seconds=5), actor, key, language)
    received = rpc_wire.call_of(rpc_wire.headers_of(sent), None)
    assert (received.deadline, received.actor, received.idempotency_key, received.language) == (
        sent.deadline,
        actor,
        key,
        language,
    )


def test_a_request_expires_with_its_deadline() -> None:
    now = clock.now()
    headers = rpc_wire.headers_of(Call(now, now + timedelta(seconds=1)))
    assert not rpc_wire.expired(headers, now)
    assert rpc_wire.expired(headers, now + timedelta(seconds=2))
    assert not rpc_wire.expired({}, now)


values = st.dictionaries(texts, st.binary(max_size=50) | st.integers(-9, 9) | texts, max_size=5)


@given(values)
def test_a_request_arrives_as_it_was_sent_bytes_included(request: dict[str, object]) -> None:
    assert rpc_wire.request_of(rpc_wire.request_body(request)) == request


@given(st.none() | values)
def test_a_result_arrives_as_it_was_sent_bytes_included(result: dict[str, object] | None) -> None:
    assert rpc_wire.reply_of(rpc_wire.reply_body(result, None)) == (result, None)


@given(st.binary(max_size=60))
def test_what_is_no_request_is_told_apart_from_a_fault(body: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        rpc_wire.request_of(body)


def test_bytes_that_were_cut_off_are_noticed() -> None:
    with pytest.raises(ValueError, match="lengths"):
        rpc_wire.request_of(rpc_wire.request_body({"content": b"12345"})[:-1])


def test_only_text_is_announced_as_text() -> None:
    assert rpc_wire.body_properties(rpc_wire.request_body({"a": 1}))["content_encoding"] == "utf-8"
    assert "content_encoding" not in rpc_wire.body_properties(rpc_wire.request_body({"a": b"1"}))
