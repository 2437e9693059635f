"""Whether cost grows with the data."""

from datetime import UTC, datetime

from tests.performance import archive, growth, screen
from tests.performance.growth import FLOWS
from tests.unit.performance.test_figures import a_run
from tests.unit.performance.test_screen import shown

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def runs(*cpu_ms):
    return [a_run(ms) for ms in cpu_ms]


def a_case():
    source = {"kind": "report", "id": "a"}
    return {"_id": "a", "opened_at": AT, "source": source, "state": "registered", "category": "other"}


def section(large):
    flows = {flow: {"small": runs(5, 4, 6), "large": runs(*large)} for flow in FLOWS}
    return {"documents": {"small": 5000, "large": 50_000}} | growth.section(flows)


def test_ten_times_the_data_may_cost_a_fifth_more():
    assert all(number["holds"] for number in section((6.0, 5.9, 9.0))["numbers"])
    assert not any(number["holds"] for number in section((6.1, 5.9, 9.0))["numbers"])


def test_the_tables_show_both_sizes():
    lines = shown(screen.growth(section((5, 5, 5))))

    assert "Ten times the data 5,000 and 50,000 documents of each kind" in lines
    assert lines.count("CPU ms an operation small large") == len(FLOWS)
    assert "report → case 1.00 ≤ 1.2 holds" in lines


def test_a_case_is_copied_with_its_report():
    original = {
        "_id": "a",
        "received_at": AT,
        "receipt_hash": b"12",
        "case": {"id": "a", "unit_id": None},
        "replay": {},
    }
    report = archive.old_report(original, 3, "b")
    case = archive.old_case(a_case(), 3, "b")

    assert report["_id"] == report["case"]["id"] == case["_id"] == case["source"]["id"] == "b"
    assert len(report["receipt_hash"]) == 2
    assert "replay" not in report
    assert report["received_at"] == case["opened_at"] < AT - archive.OLDER
    assert original["case"]["id"] == "a"


def test_one_case_of_ten_is_still_open():
    states = [archive.old_case(a_case(), number, "b")["state"] for number in range(100)]

    assert states.count("registered") == 10


def test_copies_of_attempts_and_deliveries_collide_with_none():
    attempt = {"form_id": "f", "answers": {"q1": {"answer": "A"}}, "marks": {"q1": 0, "q2": 0}}
    attempt |= dict.fromkeys(("started_at", "due_at", "locks_at", "submitted_at"), AT)
    delivery = {"publication_version": 6, "channel_id": "c", "created_at": AT, "updated_at": AT}

    attempts = [archive.old_attempt(attempt, number) for number in range(50)]
    deliveries = [archive.old_delivery(delivery, number) for number in range(50)]

    assert len({copy["_id"] for copy in attempts}) == len({copy["person_id"] for copy in attempts}) == 50
    assert attempts[0]["answers"].keys() == {"q1", "q2"}
    assert len({copy["_id"] for copy in deliveries}) == 50
