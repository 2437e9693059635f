"""What memory, growth and scale are measured with works on the running system. What the figures are is not tested."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.performance.archive import ORIGINALS, Archive
from tests.performance.cases import ACTIONS, Office
from tests.performance.cases_archive import Cases
from tests.performance.examroom import examroom
from tests.performance.newsroom import newsroom
from tests.performance.processes import resident_mb_by_process
from tests.performance.scaling.gateways import gateways
from tests.performance.scaling.replicas_of_tasks import replicas_of_tasks
from tests.performance.stage import Servers
from tests.performance.workday import Letterbox, workday
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

EVENTS, DOCUMENTS = 40, 20


@pytest.fixture(scope="module")
def stage(broker, mongo, tmp_path_factory):
    """A system of its own: what is filled in here and taken away again, no service has counted."""
    servers = Servers(tmp_path_factory.mktemp("parts"), broker, mongo)
    # A loaded machine is no outage.
    with servers.stage("parts", environment={"RPC_TIMEOUT_SECONDS": "30"}) as running:
        yield running


def test_the_events_of_a_workday_are_all_consumed(stage):
    with workday(stage, EVENTS) as day:
        before = day.consumed()
        day.work()

        eventually(lambda: day.consumed() - before >= EVENTS)


def test_a_gateways_worker_is_weighed_apart_from_its_master(stage):
    resident = resident_mb_by_process(stage.programs)

    assert resident.keys() == {*stage.programs, "gateway's master"}
    assert resident["gateway"] > resident["gateway's master"]


def test_the_archive_is_filled_and_what_comes_later_is_taken_away(stage):
    cases = stage.database("tasks")["cases"]
    with ExitStack() as stack:
        news = stack.enter_context(newsroom(stage, stack.enter_context(Letterbox()), ORIGINALS))
        archive = Archive(stage)
        archive.fill(DOCUMENTS, stack.enter_context(examroom(stage, ORIGINALS)), news)

    archive.forget_new_cases()

    left = [case["_id"] for case in cases.find({}, {"_id": 1})]
    assert len(left) == DOCUMENTS
    assert stage.database("reports")["reports"].count_documents({"case.id": {"$in": left}}) == DOCUMENTS


def test_a_replica_of_tasks_works_off_what_waits(stage):
    with replicas_of_tasks(stage) as replicas:
        run = replicas.run(1, EVENTS, None)

    assert run.seconds.keys() == {"tasks", "broker", "mongod"}
    assert all(part.ready for part in stage.system.parts.values())


def test_other_gateways_save_and_refuse(stage):
    with gateways(stage, (2,), 1, 2) as them:
        for load in them.loads:
            for some in ([them.workers[2]], them.replicas):
                assert len(them.run(load, some, 8, 2).delays) == 8


def test_cases_are_filled_in_counted_and_acted_on(stage):
    cases = Cases(stage)
    *_, stored = cases.fill(DOCUMENTS)
    with ExitStack() as stack:
        office = Office(stage, cases, stack)
        for name in ("list: newest", "count: by state"):
            assert len(office.reading(name, 2).delays) == 2
        for name in ACTIONS:
            assert len(office.acting(name, 2).delays) == 2
        counted = stage.system.client("supervisor").get("/cases/counts", params={"by": "state"}).json()

    assert stored == DOCUMENTS
    assert counted["total"] >= DOCUMENTS
    assert stage.database("tasks")["cases"].index_information().keys() >= {"listed_newest", "uncounted"}
