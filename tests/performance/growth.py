"""The flows with ten times the data: CPU for an operation where N reports, cases, attempts and deliveries each are
there already, and where 10 N are.

Two whole systems on the same servers, one with little, one with much (tests/performance/archive.py), measured in turn;
of both systems' programs only those of the one that works are counted, broker and database for both alike. What a
repetition adds is taken away before the next. The database's cache (256 MB) is smaller than what is stored.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from tests.performance import figures, numbers
from tests.performance.archive import ORIGINALS, Archive
from tests.performance.examroom import examroom
from tests.performance.figures import Run
from tests.performance.flows.fan_out import SlowMail
from tests.performance.flows.report_to_case import Reports
from tests.performance.machine import machine, origin
from tests.performance.newsroom import newsroom
from tests.performance.rounds import Rounds, Side
from tests.performance.stage import Stage, servers
from tests.performance.workday import Letterbox

TITLE = "Ten times the data"
DOCUMENTS = 5_000
TIMES = 10
REPORTS, SAVES, READERS = 600, 1500, 4000
SIDES = ("small", "large")

Sided = Callable[[Stage, Archive, int | None, int], AbstractContextManager[Side]]


def measure(documents: int, rounds: Rounds, tell: Callable[[str], None]) -> dict[str, Any]:
    """The sections `machine` and `growth`. `tell` is called `steps` times."""
    counts = {"small": documents, "large": TIMES * documents}
    with servers() as own, ExitStack() as stack:
        stages = {name: stack.enter_context(own.stage(name)) for name in SIDES}
        archives = {name: Archive(stage) for name, stage in stages.items()}
        for name, stage in stages.items():
            _fill(stage, archives[name], counts[name])
            tell(f"{counts[name]:,} of each kind are there")
        flows = {}
        for flow, sided in FLOWS.items():
            with ExitStack() as ready:
                sides = {
                    name: ready.enter_context(sided(stage, archives[name], rounds.operations, rounds.in_flight))
                    for name, stage in stages.items()
                }
                for side in sides.values():
                    side()
                flows[flow] = rounds.telling(lambda words, flow=flow: tell(f"{flow}: {words}"))(sides)
        figured = section(flows) | {"repetitions": rounds.repetitions, "in_flight": rounds.in_flight}
        return {"machine": machine(stages["small"]), "growth": {"documents": counts} | figured | origin()}


def steps(rounds: Rounds) -> int:
    """How often `measure` tells."""
    return len(SIDES) + len(FLOWS) * len(SIDES) * rounds.repetitions


def section(flows: Mapping[str, Mapping[str, list[Run]]]) -> dict[str, Any]:
    """The figures of the runs of each flow with little and with much."""
    found: dict[str, Any] = {"flows": {}}
    for flow, runs in flows.items():
        small, large = runs["small"], runs["large"]
        found[f"{flow}_cpu_ratio"] = figures.ratio(large, small, figures.cpu)
        found["flows"][flow] = {
            "operations": small[0].operations,
            "cpu_ratio_spread": figures.spread(large, small, figures.cpu),
            "sides": {name: figures.side(side) for name, side in runs.items()},
        }
    return found | {"numbers": numbers.verdicts("growth", found)}


def _fill(stage: Stage, archive: Archive, documents: int) -> None:
    with Letterbox() as mail, newsroom(stage, mail, ORIGINALS) as news, examroom(stage, ORIGINALS) as room:
        archive.fill(documents, room, news)


@contextmanager
def _reports(stage: Stage, archive: Archive, operations: int | None, in_flight: int) -> Iterator[Side]:
    reports = Reports(stage)

    def side() -> Run:
        run = reports.run(operations or REPORTS, in_flight)
        archive.forget_new_cases()
        return run

    yield side


@contextmanager
def _saves(stage: Stage, archive: Archive, operations: int | None, in_flight: int) -> Iterator[Side]:
    number = operations or SAVES
    with examroom(stage, in_flight) as room:
        saves = room.sitting()
        yield lambda: stage.measure(lambda: saves.run(stage.system.address, number, in_flight), number)


@contextmanager
def _deliveries(stage: Stage, archive: Archive, operations: int | None, in_flight: int) -> Iterator[Side]:
    readers = operations or READERS
    with SlowMail() as mail, newsroom(stage, mail, readers) as news:

        def side() -> Run:
            publication = news.approved()
            run = stage.measure(lambda: news.release(publication), readers)
            news.clear_away(publication)
            archive.forget_deliveries(publication)
            return run

        yield side


FLOWS: Mapping[str, Sided] = {"report_to_case": _reports, "answer_saved": _saves, "fan_out": _deliveries}
