"""What other services are told of a case: who may read what was reported, and what its reporter sees."""

from __future__ import annotations

from services.tasks.handlers.progress import progressed
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, MORNING, OTHER_HANDLER, File, report
from tests.unit.tasks.cabinet import Cabinet


def told(file: File) -> dict:
    return progressed(file.case, file.history[-1], None, MORNING).data


def test_everybody_who_handles_the_case_is_told_and_who_must_keep_out_of_it():
    file = File().investigating().act("join", DESK, handler_id=OTHER_HANDLER.id, reason="跨单位")
    file.act("exclude", DESK, person_ids=[LEADER.id], reason="近亲属")
    assert told(file)["handler_id"] == HANDLER.id
    assert told(file)["joint_handler_ids"] == [OTHER_HANDLER.id]
    assert told(file)["excluded_person_ids"] == [LEADER.id]


def test_a_part_names_the_whole_and_tells_no_reporter_anything():
    both = Cabinet()
    both.put(report()).accepted("甲", "乙")
    both.act("case-1", "split", DESK, allegation_numbers=[2], reason="另案")
    part, whole = told(both.files["part-2"]), told(both.files["case-1"])
    assert (part["part_of"], part["report_id"], part["text_code"]) == ("case-1", None, None)
    assert not part.get("reporter_clocks")
    assert "part_of" not in whole
    assert whole["report_id"] == "case-1"
    assert {clock["rule"] for clock in whole["reporter_clocks"]} >= {"tell_acceptance", "handle"}


def test_of_a_clue_no_report_is_named():
    file = File(report(source_kind="clue", reporter_mode=None)).accepted()
    assert told(file)["report_id"] is None
    assert not told(file).get("reporter_clocks")
