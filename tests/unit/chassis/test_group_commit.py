"""Writes that come together are made durable together, and each is told its own outcome."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pymongo import UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError

from chassis.group_commit import Abandoned, GroupCommit, guarded_updates, inserts
from tests.support.waiting import eventually


class Disk:
    """A slow commit: each waits for `free`."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.free = threading.Event()

    def commit(self, writes: Sequence[int]) -> Sequence[int | Exception]:
        self.groups.append(list(writes))
        assert self.free.wait(60)
        return [ValueError(write) if write < 0 else 10 * write for write in writes]


def test_who_writes_alone_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    disk.free.set()
    group = GroupCommit(disk.commit)
    monkeypatch.setattr("chassis.group_commit.time.sleep", lambda _: pytest.fail("waited"))
    assert [group.write(n) for n in range(3)] == [0, 10, 20]
    assert disk.groups == [[0], [1], [2]]


def test_those_who_come_while_one_writes_share_the_next_commit_and_each_has_its_own_outcome() -> None:
    disk = Disk()
    group = GroupCommit(disk.commit)
    with ThreadPoolExecutor(12) as threads:
        first = threads.submit(group.write, 1)
        eventually(lambda: disk.groups == [[1]])
        others = {n: threads.submit(group.write, n) for n in (2, 3, -4, 5)}
        eventually(lambda: len(group._waiting) == 4)
        disk.free.set()
        assert first.result(60) == 10
        assert [others[n].result(60) for n in (2, 3, 5)] == [20, 30, 50]
        with pytest.raises(ValueError, match="-4"):
            others[-4].result(60)
    assert sorted(disk.groups[1]) == [-4, 2, 3, 5]


def test_a_commit_that_fails_fails_for_all_of_its_group_and_the_next_goes_on() -> None:
    answers = iter([AutoReconnect("away"), None])

    def commit(writes: Sequence[int]) -> Sequence[int]:
        error = next(answers)
        if error:
            raise error
        return list(writes)

    group = GroupCommit(commit)
    with pytest.raises(AutoReconnect):
        group.write(1)
    assert group.write(2) == 2


def test_those_who_wait_for_one_that_is_killed_are_told() -> None:
    class Killed(BaseException):
        pass

    begun, kill = threading.Event(), threading.Event()
    died: list[str] = []

    def commit(writes: Sequence[int]) -> Sequence[int]:
        begun.set()
        assert kill.wait(60)
        if 2 in writes:
            raise Killed
        return list(writes)

    group = GroupCommit(commit)

    def write(number: int) -> Any:
        try:
            return group.write(number)
        except Killed:
            died.append("leader")
        except Abandoned:
            died.append("follower")

    with ThreadPoolExecutor(3) as threads:
        threads.submit(write, 1)
        assert begun.wait(60)
        threads.submit(write, 2)
        eventually(lambda: len(group._waiting) == 1)
        threads.submit(write, 3)
        eventually(lambda: len(group._waiting) == 2)
        kill.set()
    assert sorted(died) == ["follower", "leader"]
    assert group.write(4) == 4


def test_one_that_is_killed_while_it_waits_for_company_leaves_nobody_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def kill(_: float) -> None:
        raise Killed

    group = GroupCommit(list[int])
    group._company_seen = float("inf")
    with monkeypatch.context() as patched:
        patched.setattr("chassis.group_commit.time.sleep", kill)
        with pytest.raises(Killed):
            group.write(1)
    assert group.write(2) == 2


class Collection:
    """Answers as the server would: `_id` 1 is taken, documents with `found` are found."""

    def __init__(self) -> None:
        self.commands: list[int] = []

    def insert_one(self, document: dict[str, Any]) -> None:
        self.insert_many([document])

    def insert_many(self, documents: Sequence[dict[str, Any]], ordered: bool = True) -> None:
        self.commands.append(len(documents))
        failures = [
            {"index": at, "code": 11000, "errmsg": "E11000", "keyPattern": {"_id": 1}}
            for at, document in enumerate(documents)
            if document["_id"] == 1
        ]
        if failures:
            raise BulkWriteError({"writeErrors": failures, "writeConcernErrors": []})

    def bulk_write(self, updates: Sequence[UpdateOne], ordered: bool = True) -> Any:
        self.commands.append(len(updates))
        matched = sum(update._filter["found"] for update in updates)
        return type("Result", (), {"matched_count": matched})


def test_of_several_inserts_only_that_of_a_known_id_is_a_duplicate() -> None:
    collection = Collection()
    commit = inserts(collection)._commit  # type: ignore[arg-type]
    outcomes = commit([{"_id": 0}, {"_id": 1}, {"_id": 2}])
    assert (outcomes[0], outcomes[2]) == (None, None)
    assert isinstance(outcomes[1], DuplicateKeyError)


def test_updates_that_all_found_their_document_cost_one_command_and_others_are_asked_one_by_one() -> None:
    def updates(*found: bool) -> list[UpdateOne]:
        return [UpdateOne({"found": one}, {"$set": {"x": 1}}) for one in found]

    collection = Collection()
    commit = guarded_updates(collection)._commit  # type: ignore[arg-type]
    assert commit(updates(True, True, True)) == [True, True, True]
    assert collection.commands == [3]
    assert commit(updates(True, False, True)) == [True, False, True]
    assert collection.commands == [3, 3, 1, 1, 1]
