"""Whether every query is served by an index: a store is watched at work, and all that it asked is explained.

def test_every_query_is_served_by_an_index(watched, recorder):
    do_everything(watched)
    for command in asked(recorder):
        assert not stages(watched.db, command) & BY_READING_ALL, command
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.monitoring import CommandListener

from chassis.database import Store
from tests.support.stores import client_of

Command = dict[str, Any]

# The stages of a plan that no index serves: a whole collection is read, or what was found is sorted in memory.
BY_READING_ALL = frozenset({"COLLSCAN", "SORT"})

_ASKING = frozenset({"find", "findAndModify", "update", "aggregate", "delete", "count", "distinct"})
_STATEMENTS = {"update": "updates", "delete": "deletes"}
_NOT_EXPLAINABLE = frozenset(
    {
        "lsid",
        "$db",
        "$clusterTime",
        "txnNumber",
        "autocommit",
        "startTransaction",
        "writeConcern",
        "readConcern",
        "$readPreference",
    }
)


class Recorder(CommandListener):
    """Keeps the commands that look something up, as far as they can be explained."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def started(self, event: Any) -> None:
        if event.command_name in _ASKING:
            self.commands.append({name: v for name, v in event.command.items() if name not in _NOT_EXPLAINABLE})

    def succeeded(self, event: Any) -> None:
        pass

    def failed(self, event: Any) -> None:
        pass


@pytest.fixture
def recorder() -> Recorder:
    """What `watched` asked so far."""
    return Recorder()


@pytest.fixture
def watched(store: Store, mongo_uri: str, database_prefix: str, recorder: Recorder) -> Iterator[Store]:
    """A second store beside `store`, on the same database; `recorder` hears all that it asks."""
    with client_of(mongo_uri, event_listeners=[recorder]) as client:
        yield type(store)(client, database_prefix)


def asked(recorder: Recorder) -> list[Command]:
    """The commands so far, each with one statement: more of an update or a deletion cannot be explained."""
    return [single for command in list(recorder.commands) for single in _one_by_one(command)]


def stages(database: Database[Any], command: Command) -> set[str]:
    """The stages of the plan that the database has for this command."""
    explained = database.command("explain", command, verbosity="queryPlanner")
    planner = explained.get("queryPlanner") or explained["stages"][0]["$cursor"]["queryPlanner"]
    return set(_stages_of(planner["winningPlan"]))


def walk(ask: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """Asks for the first page and, where there is one, for the page behind its cursor."""
    first = ask({"limit": 1, "cursor": None})
    if first["next_cursor"]:
        ask({"limit": 1, "cursor": first["next_cursor"]})


def _one_by_one(command: Command) -> list[Command]:
    statements = _STATEMENTS.get(next(iter(command)))
    return [{**command, statements: [one]} for one in command[statements]] if statements else [command]


def _stages_of(plan: Mapping[str, Any]) -> Iterator[str]:
    if "stage" in plan:
        yield plan["stage"]
    for inner in plan.values():
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, Mapping):
                yield from _stages_of(part)
