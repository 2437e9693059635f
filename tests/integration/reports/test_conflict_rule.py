"""A report that names a unit, or its head, is not read by anybody in that unit; by name as by choice."""

import pytest

from chassis.refusals import NotFound
from services.reports import handlers
from services.reports.handlers import units
from tests.integration.reports.building import CALL, a_report, by, progressed, report_of
from tests.integration.reports.bureau import EAST, FIRM, OFFICE, ROOT, WEST, know_the_bureau, person

# How people say that it is about the district bureau East.
ABOUT_EAST = {
    "by choice": {"unit_id": EAST},
    "by name": {"unit": "明镜市东湖区司法局"},
    "by a short name": {"unit": "东湖司法局"},
    "by alias": {"unit": "湖东分局"},
    "by its head's name": {"name": "卫东"},
    "by its head's name and office": {"name": "卫局长", "unit": "东湖区"},
    "by its head's office": {"position": "东湖区司法局局长"},
}


@pytest.fixture(autouse=True)
def bureau(store):
    know_the_bureau(store)


@pytest.fixture
def case_of(store, sealer, request):
    """``case_of(subject)``: the id of the case of a report about this subject."""

    def made(subject, **case):
        receipt = handlers.submit_report(store, sealer, a_report(subjects=[subject]), CALL)["receipt"]
        case_id = f"case-{report_of(store, sealer, receipt)['_id']}"
        progressed(store, sealer, receipt, case_id=case_id, **case)
        return case_id

    return made


def reads(store, sealer, case_id, who):
    try:
        handlers.read_case_report(store, sealer, {"case_id": case_id, "purpose": "test"}, by(who))
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("how", ABOUT_EAST)
def test_nobody_of_the_unit_or_below_it_reads_it_and_others_do(store, sealer, case_of, how):
    case_id = case_of(ABOUT_EAST[how], handler_id=person("handler", of=EAST).id)

    for concerned in (person("desk", of=EAST), person("handler", of=EAST), person("desk", of=FIRM)):
        assert not reads(store, sealer, case_id, concerned), concerned.unit_id
    assert reads(store, sealer, case_id, person("desk"))
    assert reads(store, sealer, case_id, person("desk", of=WEST))


@pytest.mark.parametrize("how", ABOUT_EAST)
def test_the_event_tells_the_units_and_no_name(store, sealer, how):
    receipt = handlers.submit_report(store, sealer, a_report(subjects=[ABOUT_EAST[how]]), CALL)["receipt"]

    (event,) = report_of(store, sealer, receipt)["outbox"]
    assert EAST in event["data"]["subject_unit_ids"]
    assert ROOT not in event["data"]["subject_unit_ids"]
    assert event["data"]["route"] == "bureau"
    assert "东湖" not in str(event)
    assert "卫" not in str(event)


def test_when_the_whole_bureau_was_chosen_nobody_in_it_reads_it(store, sealer, case_of):
    case_id = case_of({"unit": "市司法局", "unit_id": ROOT})

    for unit in (ROOT, OFFICE, EAST, FIRM):
        assert not reads(store, sealer, case_id, person("desk", of=unit))


def test_when_only_the_bureau_s_name_is_written_its_desk_reads_it(store, sealer, case_of):
    case_id = case_of({"unit": "市司法局", "name": "某人", "position": "科长"})

    assert reads(store, sealer, case_id, person("desk", of=OFFICE))


def test_a_report_about_nobody_of_the_bureau_is_read_as_before(store, sealer, case_of):
    case_id = case_of({"name": "卫东", "unit": "江城公证处"})

    for unit in (ROOT, OFFICE, EAST):
        assert reads(store, sealer, case_id, person("desk", of=unit))


def test_what_is_found_later_only_adds_to_whom_it_is_kept_from(store, sealer, case_of):
    case_id = case_of({"unit": "西岭区司法局"})
    report_id = case_id.removeprefix("case-")
    assert reads(store, sealer, case_id, person("desk", of=EAST))

    added = units.keep_from_units_in(store, report_id, ["东湖司法局", "西岭区司法局", "江城公证处"])

    assert added == {EAST}
    told = store.reports.get(report_id)["outbox"][-1]
    assert told["type"] == "reports.units_named.v1"
    assert told["data"] == {"report_id": report_id, "subject_unit_ids": [WEST, EAST]}
    assert told["time"].endswith(":00:00.000Z")
    assert not reads(store, sealer, case_id, person("desk", of=EAST))
    assert not reads(store, sealer, case_id, person("desk", of=WEST))
    assert units.keep_from_units_in(store, report_id, ["东湖司法局"]) == frozenset()
    assert units.keep_from_units_in(store, "no-such-report", ["东湖司法局"]) == frozenset()


def test_a_suggestion_is_kept_from_further_units_without_telling_of_a_case(store, sealer):
    suggestion = a_report(kind="suggestion", category="service")
    report_id = report_of(store, sealer, handlers.submit_report(store, sealer, suggestion, CALL)["receipt"])["_id"]

    assert units.keep_from_units_in(store, report_id, ["东湖司法局"]) == {EAST}

    kept = store.reports.get(report_id)
    assert kept["subject_unit_ids"] == [EAST]
    assert len(kept["outbox"]) == 1
