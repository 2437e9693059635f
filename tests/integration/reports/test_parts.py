"""A report whose case was split: who handles a part reads it under the id of the part, and writes to its reporter."""

from __future__ import annotations

import itertools

import pytest

from chassis.refusals import NotFound
from contracts.call import Actor
from contracts.reports import operations
from services.reports import handlers
from services.reports.handlers import holds
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, a_step, by, progressed, report_of

PART_HANDLER = Actor("part-handler", "承办人", frozenset({"handler"}), "unit-b", ("bureau", "unit-b"))
JOINT = Actor("joint-handler", "联合承办人", frozenset({"handler"}), "unit-c", ("bureau", "unit-c"))


@pytest.fixture
def receipt(store, sealer):
    return handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]


@pytest.fixture
def whole(store, sealer, receipt):
    """The id of the case that the report opened."""
    case_id = report_of(store, sealer, receipt)["_id"]
    progressed(store, sealer, receipt, case_id=case_id, handler_id=HANDLER.id)
    return case_id


def a_part(whole, sequence=1, **data):
    told = {"part_of": whole, "text_code": None, "handler_id": PART_HANDLER.id}
    return a_step(None, f"part-of-{whole}", sequence, **{**told, **data})


def read(store, sealer, case_id, actor):
    request = operations.read_case_report.load({"case_id": case_id})
    return handlers.read_case_report(store, sealer, request, by(actor))


def test_the_handler_of_the_part_and_the_desk_read_the_report_and_that_is_recorded(store, sealer, whole):
    handlers.show_progress(store, [a_part(whole)])
    part = f"part-of-{whole}"

    for actor in (PART_HANDLER, DESK):
        found = read(store, sealer, part, actor)
        assert (found["case_id"], found["report_id"], found["title"]) == (part, whole, "反映收受礼金")
        accesses = list(store.db["accesses"].find({"actor_id": actor.id, "report_id": whole}))
        assert [access["case_id"] for access in accesses] == [part]


def test_a_part_that_tells_of_itself_before_the_case_that_it_was_split_off_opens_the_report(store, sealer, receipt):
    report_id = report_of(store, sealer, receipt)["_id"]
    handlers.show_progress(store, [a_part(report_id)])

    assert read(store, sealer, f"part-of-{report_id}", PART_HANDLER)["report_id"] == report_id


def test_a_hold_is_told_under_the_id_of_the_case_that_was_asked_for(store, sealer, whole):
    handlers.show_progress(store, [a_part(whole)])
    request = {"case_id": f"part-of-{whole}", "reason": "诉讼未结"}

    for ask in (holds.hold_report, holds.hold_report, holds.read_hold, holds.lift_hold, holds.lift_hold):
        assert ask(store, sealer, request, by(DESK))["case_id"] == f"part-of-{whole}"


def test_each_handler_reads_under_the_id_of_their_own_case_alone(store, sealer, whole):
    handlers.show_progress(store, [a_part(whole)])

    with pytest.raises(NotFound):
        read(store, sealer, whole, PART_HANDLER)
    with pytest.raises(NotFound):
        read(store, sealer, f"part-of-{whole}", HANDLER)


def test_what_the_handler_of_the_part_writes_reaches_the_reporter(store, sealer, receipt, whole):
    handlers.show_progress(store, [a_part(whole)])
    request = {"case_id": f"part-of-{whole}", "text": "请补充第二项的情况"}
    handlers.post_case_message(store, sealer, request, by(PART_HANDLER))

    seen = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
    assert [message["text"] for message in seen["messages"]] == ["请补充第二项的情况"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_a_part_the_newest_stays_in_whatever_order_it_is_told_and_however_often(store, sealer, whole, order):
    steps = [a_part(whole, number, handler_id=f"handler-{number}") for number in (1, 2, 3)]
    for index in (*order, *order):
        handlers.show_progress(store, [steps[index]])

    [part] = store.reports.get(whole)["parts"]
    assert (part["handler_id"], part["sequence"]) == ("handler-3", 3)


def test_a_part_changes_nothing_of_what_the_reporter_is_told(store, sealer, receipt, whole):
    before = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
    handlers.show_progress(store, [a_part(whole, reporter_state="closed", outcome="false")])

    assert handlers.read_current(store, sealer, {"receipt": receipt}, CALL) == before
    assert report_of(store, sealer, receipt)["outcome"] is None


@pytest.mark.parametrize("told", [{"excluded_unit_ids": ["unit-b"]}, {"excluded_person_ids": [PART_HANDLER.id]}])
def test_who_must_keep_out_of_the_part_does(store, sealer, whole, told):
    handlers.show_progress(store, [a_part(whole, **told)])

    with pytest.raises(NotFound):
        read(store, sealer, f"part-of-{whole}", PART_HANDLER)


def test_a_joint_handler_reads_the_report_of_the_case_until_released(store, sealer, receipt, whole):
    progressed(store, sealer, receipt, case_id=whole, sequence=2, handler_id=HANDLER.id, joint_handler_ids=[JOINT.id])
    assert read(store, sealer, whole, JOINT)["report_id"] == whole

    progressed(store, sealer, receipt, case_id=whole, sequence=3, handler_id=HANDLER.id)
    with pytest.raises(NotFound):
        read(store, sealer, whole, JOINT)


def test_what_waits_is_not_told_to_whoever_must_keep_out(store, sealer, receipt, whole):
    handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, CALL)
    page = operations.list_report_inbox.load({"limit": 200})
    assert whole in {item["case_id"] for item in handlers.list_inbox(store, page, by(DESK))["items"]}

    progressed(store, sealer, receipt, case_id=whole, sequence=2, excluded_person_ids=[DESK.id])
    assert whole not in {item["case_id"] for item in handlers.list_inbox(store, page, by(DESK))["items"]}


def test_the_file_of_a_part_of_a_reported_case_is_no_file_of_a_case_that_nobody_reported(store, sealer, whole):
    handlers.show_progress(store, [a_part(whole)])

    assert store.case_files.get(f"part-of-{whole}") is None
