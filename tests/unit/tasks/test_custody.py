"""The custody chain: whatever is changed in it afterwards, wherever, is found."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.evidence_documents import links_of, new_item, next_link, told
from services.tasks.model import custody
from services.tasks.model.custody import Act, Item, Text, broken_at, following, link_hash

ITEM = Item("case-1", 3, "document")
TEXTS = st.one_of(st.none(), st.builds(Text, st.sampled_from(["t1", "t2"]), st.sampled_from(["a" * 64, "b" * 64])))
MOMENTS = st.integers(0, 10_000_000).map(lambda ms: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(milliseconds=ms))
ACTS = st.builds(
    Act,
    act=st.sampled_from([*custody.BY_HAND, custody.FILE_OPENED]),
    at=MOMENTS,
    recorded_at=MOMENTS,
    by_id=st.sampled_from(["p1", "p2"]),
    by_name=st.sampled_from(["李明", "王芳"]),
    text=TEXTS,
    ref=st.sampled_from([None, "access-1"]),
    copy=st.sampled_from([None, "clean", "original"]),
    purpose_code=st.sampled_from([None, "case_handling"]),
)


def chain(acts, item=ITEM):
    links = []
    for act in acts:
        links.append(following(item, links[-1] if links else None, act))
    return links


@st.composite
def chains(draw):
    return chain(draw(st.lists(ACTS, min_size=1, max_size=6)))


@given(chains())
def test_a_chain_that_was_only_added_to_is_whole(links):
    assert [link.number for link in links] == list(range(1, len(links) + 1))
    assert broken_at(ITEM, links, links[-1].hash) is None


@given(chains(), st.data())
def test_any_change_of_any_link_is_found_where_it_is(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    changed = replace(links[place].act, **{data.draw(st.sampled_from([field.name for field in fields(Act)])): "x"})
    found = [*links]
    found[place] = replace(links[place], act=changed)
    assert broken_at(ITEM, found, links[-1].hash) == place + 1


@given(chains(), st.data())
def test_a_changed_link_with_a_new_hash_breaks_the_one_behind_it_or_the_head(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    act = replace(links[place].act, by_id="somebody-else")
    found = [*links]
    found[place] = replace(links[place], act=act, hash=link_hash(place + 1, act, links[place].previous))
    assert broken_at(ITEM, found, links[-1].hash) == place + 2


@given(chains(), st.data())
def test_links_taken_out_put_in_or_moved_are_found(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    without = links[:place] + links[place + 1 :]
    twice = [*links[: place + 1], links[place], *links[place + 1 :]]
    for found in (without, twice):
        assert broken_at(ITEM, found, links[-1].hash) is not None
    if len(links) > 1:
        assert broken_at(ITEM, links[::-1], links[-1].hash) is not None


@given(chains())
def test_the_chain_of_one_item_is_not_that_of_another(links):
    for other in (Item("case-2", 3, "document"), Item("case-1", 4, "document"), Item("case-1", 3, "object")):
        assert broken_at(other, links, links[-1].hash) == 1


@given(chains(), st.data())
def test_any_other_hash_is_found(links, data):
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from(["previous", "hash"]))
    found = [*links]
    found[place] = replace(links[place], **{name: "0" * 64})
    assert broken_at(ITEM, found, links[-1].hash) is not None
    assert broken_at(ITEM, links, "0" * 64) == len(links) + 1


def test_a_chain_without_links_is_broken():
    assert broken_at(ITEM, [], "0" * 64) == 1


def test_the_hash_is_over_the_canonical_json_that_the_decision_names():
    """Frozen: chains that are stored must be checked for ever."""
    act = Act(
        "handed_over",
        datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        datetime(2026, 3, 2, 1, 0, 5, 250_000, tzinfo=UTC),
        "p1",
        "李明",
        Text("t1", "a" * 64),
    )
    link = following(ITEM, None, act)
    before = sha256(b'{"case_id":"case-1","item":3,"kind":"document"}').hexdigest()
    said = (
        '{"act":"handed_over","at":"2026-03-02T01:00:00.000Z","by_id":"p1","by_name":"李明","copy":null,"number":1,'
        f'"previous":"{before}","purpose_code":null,"recorded_at":"2026-03-02T01:00:05.250Z","ref":null,'
        f'"text":{{"digest":"{"a" * 64}","id":"t1"}}}}'
    )
    assert (link.previous, link.hash) == (before, sha256(said.encode()).hexdigest())


THEN = datetime(2026, 3, 2, tzinfo=UTC)
ACT = Act("recorded", THEN, THEN, "p1", "李明", Text("t", "c" * 64))


def stored():
    item = new_item(ITEM, 1, ACT)
    for name in ("handed_over", "returned"):
        link = next_link(item, replace(ACT, act=name))
        item = {**item, "custody": [*item["custody"], link], "head": link["hash"]}
    return item


def test_an_item_survives_being_stored():
    item = stored()
    assert told(item)["broken_at"] is None
    assert [link.number for link in links_of(item)] == [1, 2, 3]


@pytest.mark.parametrize("name", ["number", "act", "at", "recorded_at", "by", "content", "previous", "hash"])
def test_a_stored_link_that_lost_a_field_is_found(name):
    item = stored()
    del item["custody"][1][name]
    assert told(item)["broken_at"] == 2
