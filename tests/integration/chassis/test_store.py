"""The store on a real replica set: versions, events in their documents, answers kept, pages, roles."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from marshmallow import Schema, fields
from pymongo import IndexModel
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis import clock, ids
from chassis.config import load_settings, read
from chassis.database import Store, connect
from chassis.lease import Lease
from chassis.outbox.pending import Outbox
from chassis.paging import page
from chassis.refusals import IdempotencyKeyReused, Invalid, Stale
from contracts.call import Call
from contracts.envelope import open_envelope
from contracts.event import Event
from contracts.fields import NoInput, parse_instant
from contracts.operation import Operation
from contracts.roles import PUBLIC
from tests.support.waiting import eventually


class LampLitV1(Event):
    """A lamp was lit."""

    producer = "lamps"
    event = "lamp_lit"
    colour = fields.String(required=True)


class Answer(Schema):
    id = fields.String()


LIGHT = Operation("lamps", "light", NoInput, Answer, PUBLIC)


class LampsStore(Store):
    database_name = "lamps"
    indexes = {"lamps": [IndexModel([("serial", 1)], unique=True, sparse=True)]}  # noqa: RUF012
    outboxes = ("lamps",)


@pytest.fixture(scope="module")
def store(mongo_uri: str, database_prefix: str) -> Iterator[LampsStore]:
    (settings,) = read(load_settings, environ={"AMQP_URI": "amqp://unused", "MONGO_URI": mongo_uri})
    client = connect(settings, pool=8)
    found = LampsStore(client, database_prefix)
    found.ensure_indexes()
    yield found
    client.close()


@pytest.fixture(autouse=True)
def lamps_of_others(store: LampsStore) -> None:
    store.db.lamps.delete_many({})
    store.db.lamps.insert_many([{"_id": f"other-{n}", "version": 1, "sequence": 0} for n in range(3)])


def lit(id: str, colour: str = "red") -> list:  # type: ignore[type-arg]
    return [LampLitV1.draft(id, colour=colour)]


def pending(store: LampsStore) -> dict[str, list[int]]:
    found = Outbox(store.db.lamps).pending(100)
    return {item.id: [event["sequence"] for event in item.events] for item in found}


def test_a_change_and_its_events_are_one_document(store: LampsStore) -> None:
    lamps = store.aggregates("lamps")
    lamp = lamps.insert({"_id": "a"}, lit("a"))
    lamp = lamps.update(lamp, {"$set": {"colour": "blue"}}, [*lit("a", "blue"), *lit("a", "green")])
    assert (lamp["version"], lamp["sequence"], lamp["colour"]) == (2, 3, "blue")
    assert pending(store) == {"a": [1, 2, 3]}


def test_who_builds_on_an_old_version_is_refused_and_told_the_current_one(store: LampsStore) -> None:
    lamps = store.aggregates("lamps")
    old = lamps.insert({"_id": "a"})
    lamps.update(old, {"$set": {"colour": "blue"}})
    with pytest.raises(Stale) as raised:
        lamps.update(old, {"$set": {"colour": "red"}}, lit("a"))
    assert raised.value.current_version == 2
    assert pending(store) == {}


def test_of_many_inserts_those_that_were_there_stay_and_are_named(store: LampsStore) -> None:
    lamps = store.aggregates("lamps")
    lamps.insert({"_id": "a", "colour": "red"}, lit("a"))
    assert lamps.insert_many([({"_id": "a", "colour": "new"}, lit("a"))]) == {"a"}
    existed = lamps.insert_many([({"_id": name, "colour": "new"}, lit(name)) for name in "abc"])
    assert existed == {"a"}
    assert store.db.lamps.find_one({"_id": "a"})["colour"] == "red"
    assert pending(store) == {"a": [1], "b": [1], "c": [1]}


def test_a_clash_on_another_key_is_no_duplicate_but_an_error(store: LampsStore) -> None:
    lamps = store.aggregates("lamps")
    lamps.insert({"_id": "a", "serial": "1"})
    for others in ([], ["d"]):
        with pytest.raises(BulkWriteError):
            lamps.insert_many([({"_id": "b", "serial": "1"}, ()), *(({"_id": other}, ()) for other in others)])
    with pytest.raises(DuplicateKeyError):
        lamps.insert({"_id": "c", "serial": "1"})


def test_published_events_are_taken_out_and_later_ones_stay(store: LampsStore) -> None:
    lamps, outbox = store.aggregates("lamps"), Outbox(store.db.lamps)
    lamp = lamps.insert({"_id": "a"}, lit("a"))
    read_by_the_relay = outbox.pending(100)
    lamps.update(lamp, {"$set": {"colour": "blue"}}, lit("a", "blue"))
    outbox.remove(read_by_the_relay)
    assert pending(store) == {"a": [2]}


def test_pending_events_are_found_by_an_index_that_holds_nothing_else(store: LampsStore) -> None:
    store.aggregates("lamps").insert({"_id": "a"}, lit("a"))
    plan = store.db.lamps.find({"outbox.0.id": {"$exists": True, "$gt": ""}}).hint("pending_events").explain()
    stats = plan["executionStats"]
    assert (stats["totalKeysExamined"], stats["totalDocsExamined"]) == (1, 1)


def test_the_same_key_and_request_have_one_effect_and_one_answer(store: LampsStore) -> None:
    call = Call(clock.now(), idempotency_key=ids.new_id())
    effects: list[str] = []

    def effect(session):  # type: ignore[no-untyped-def]
        new = ids.new_id()
        store.aggregates("lamps").insert({"_id": new}, lit(new), session)
        effects.append(new)
        return {"id": new}

    first = store.once(call, {"colour": "red"}, LIGHT, effect)
    again = store.once(call, {"colour": "red"}, LIGHT, effect)
    assert first == again == {"id": effects[0]}
    assert list(pending(store)) == effects
    with pytest.raises(IdempotencyKeyReused):
        store.once(call, {"colour": "blue"}, LIGHT, effect)


def test_a_failed_effect_leaves_its_key_free(store: LampsStore) -> None:
    call = Call(clock.now(), idempotency_key=ids.new_id())

    def refuse(_: object) -> dict[str, str]:
        raise Invalid([])

    with pytest.raises(Invalid):
        store.once(call, {}, LIGHT, refuse)
    assert store.once(call, {}, LIGHT, lambda _: {"id": "x"}) == {"id": "x"}


def test_of_many_requests_with_one_key_at_once_one_has_an_effect(store: LampsStore) -> None:
    call = Call(clock.now(), idempotency_key=ids.new_id())
    answers: list[str] = []
    start = threading.Barrier(8)

    def effect(session):  # type: ignore[no-untyped-def]
        new = ids.new_id()
        store.aggregates("lamps").insert({"_id": new}, (), session)
        return {"id": new}

    def ask() -> None:
        start.wait()
        answers.append(store.once(call, {}, LIGHT, effect)["id"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert store.db.lamps.count_documents({"_id": {"$not": {"$regex": "^other"}}}) == 1


def test_keys_of_different_people_do_not_meet(store: LampsStore) -> None:
    from contracts.call import Actor

    call = Call(clock.now(), idempotency_key=ids.new_id())
    one = replace(call, actor=Actor("p1", "", frozenset()))
    two = replace(call, actor=Actor("p2", "", frozenset()))
    assert store.once(one, {}, LIGHT, lambda _: {"id": "1"}) == {"id": "1"}
    assert store.once(two, {}, LIGHT, lambda _: {"id": "2"}) == {"id": "2"}


def test_pages_follow_each_other_without_gap_or_repeat_while_things_come_and_go(store: LampsStore) -> None:
    lamps = store.db.lamps
    lamps.delete_many({})
    lamps.insert_many([{"_id": f"{n:02}", "shade": n % 3} for n in range(20)])
    sort = [("shade", -1), ("_id", 1)]
    seen: list[str] = []
    cursor = None
    while True:
        found = page(lamps, {}, sort, 3, cursor)
        seen += [item["_id"] for item in found["items"]]
        lamps.delete_one({"_id": seen[0]})
        lamps.replace_one({"_id": "new"}, {"shade": 3}, upsert=True)
        cursor = found["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted((f"{n:02}" for n in range(20)), key=lambda name: (-(int(name) % 3), name))


@pytest.mark.parametrize("cursor", ["x", "e30", "W3siJGd0IjogMX1d", "\u202e", "A" * 500])
def test_a_cursor_that_is_none_of_ours_is_refused(store: LampsStore, cursor: str) -> None:
    with pytest.raises(Invalid):
        page(store.db.lamps, {}, [("_id", 1)], 3, cursor)


def test_a_role_has_one_holder_until_it_is_given_up(store: LampsStore) -> None:
    one, two = (Lease(store.db, "lamplighter", 30, holder) for holder in ("one", "two"))
    assert one.hold()
    assert not two.hold()
    assert one.hold()
    assert one.contested
    one.release()
    assert two.hold()
    assert not one.hold()


def test_who_has_a_role_is_told_by_host_and_process(store: LampsStore) -> None:
    assert Lease(store.db, "bellringer", 30).hold()
    host, pid, _ = store.db.leases.find_one({"_id": "bellringer"})["holder"].split(":")
    assert (host, int(pid)) == (socket.gethostname(), os.getpid())


def test_a_role_whose_holder_is_gone_is_taken_over(store: LampsStore) -> None:
    gone, heir = Lease(store.db, "keeper", 0.001, "gone"), Lease(store.db, "keeper", 30, "heir")
    assert gone.hold()
    eventually(heir.hold)
    assert not gone.held


class LampSwitchedOnV1(LampLitV1):
    """Who switched it on must not be found by the minute."""

    event = "lamp_switched_on"
    discreet = True


def test_a_discreet_event_tells_the_hour_and_neither_minute_nor_moment_of_its_making(store: LampsStore) -> None:
    lamps = store.aggregates("lamps")
    switched_on = LampSwitchedOnV1.draft("a", colour="red")
    lamp = lamps.insert({"_id": "a"}, [switched_on, *lit("a")])
    discreet, plain = lamp["outbox"]
    assert parse_instant(discreet["time"]) == clock.to_the_hour(parse_instant(plain["time"]))
    assert _told_by(discreet["id"]) == parse_instant(discreet["time"])
    assert _told_by(plain["id"]) == pytest.approx(parse_instant(plain["time"]), abs=timedelta(seconds=10))


def test_what_follows_from_a_discreet_event_at_once_is_discreet_too(store: LampsStore) -> None:
    lamps = store.aggregates("lamps")
    (told,) = lamps.insert({"_id": "a"}, [LampSwitchedOnV1.draft("a", colour="red")])["outbox"]
    (draft,) = lit("b")
    (following,) = lamps.insert({"_id": "b"}, [draft.following(open_envelope(LampSwitchedOnV1, told))])["outbox"]
    assert following["time"] == told["time"]
    (plain,) = lamps.insert(
        {"_id": "c"}, [draft.following(open_envelope(LampLitV1, lamps.insert({"_id": "d"}, [draft])["outbox"][0]))]
    )["outbox"]
    assert parse_instant(plain["time"]) > parse_instant(told["time"])


def _told_by(id: str) -> datetime:
    """The time within a UUIDv7: its first 48 bits, in milliseconds."""
    return datetime.fromtimestamp((UUID(id).int >> 80) / 1000, UTC)
