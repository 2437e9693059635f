"""The circumstances of a call survive the wire."""

from __future__ import annotations

from datetime import timedelta

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
