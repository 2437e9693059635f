"""A report becomes exactly one case, whatever is told how often."""

from datetime import UTC, datetime

from services.tasks.handlers import openings
from tests.integration.tasks.building import DESK, a_report, ask, get, history, opened


def pending(store, case_id):
    return [event["data"] for event in store.db.cases.find_one({"_id": case_id}).get("outbox", [])]


def test_a_report_opens_a_case_with_its_clocks_and_tells_of_it(store):
    case_id = opened(store, subject_unit_ids=["unit-x"])
    case = get(store, case_id)
    assert case["state"] == "registered"
    assert case["source"] == {"kind": "report", "id": case_id}
    assert [clock["state"] for clock in case["clocks"]] == ["running"] * 3
    assert case["version"] == 1
    [told] = pending(store, case_id)
    assert told["number"] == case["number"]
    assert told["excluded_unit_ids"] == ["unit-x"]
    assert told["text_code"] == "case.registered"
    assert [entry["action"] for entry in history(store, case_id)["items"]] == ["open"]


def test_the_same_report_told_twice_in_one_group_and_again_later_has_one_case_and_one_event(store):
    report = a_report()
    others = [a_report() for _ in range(5)]
    openings.open_cases(store, [others[0], report, report, *others[1:]])
    first = get(store, report.data["report_id"])
    openings.open_cases(store, [report, *others])
    assert get(store, report.data["report_id"]) == first
    assert store.db.cases.count_documents({"source.id": report.data["report_id"]}) == 1
    assert len(pending(store, report.data["report_id"])) == 1


def test_a_suggestion_opens_no_case(store):
    suggestion = a_report(kind="suggestion")
    openings.open_cases(store, [suggestion])
    assert store.case(suggestion.data["report_id"]) is None


def test_numbers_are_of_the_year_in_the_bureau_and_never_given_twice(store):
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    group = [a_report(received_at=new_year) for _ in range(20)] + [a_report() for _ in range(20)]
    openings.open_cases(store, group)
    openings.open_cases(store, group[:10] + [a_report(received_at=new_year) for _ in range(5)])
    of_2027 = [case["number"] for case in store.db.cases.find({"opened_at": new_year})]
    assert len(of_2027) == len(set(of_2027)) == 25
    assert all(number.startswith("2027-0000") for number in of_2027)


def test_an_interrupted_group_is_opened_by_its_second_delivery(store):
    group = [a_report(category="interrupted") for _ in range(7)]
    openings.open_cases(store, group[:3])
    openings.open_cases(store, group)
    assert len(ask(store, DESK, category="interrupted")["items"]) == 7
