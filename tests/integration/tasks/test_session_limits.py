"""Study sessions where they are refused: of units that are no more, that end before they begin, for people unknown."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.refusals import Invalid, NotFound
from contracts.identity.events import UnitChangedV1
from contracts.tasks import operations
from services.tasks.handlers import attendance, attendance_imports, units
from services.tasks.model.check_in import code_for
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, TRAINER, actor, by, received
from tests.integration.tasks.studying import (
    BEGAN,
    KEY,
    NOW,
    a_session,
    a_unit,
    attend,
    change,
    member,
    record_of,
)
from tests.integration.tasks.test_study_sessions import weeks


@pytest.fixture
def unit(store: TasksStore) -> str:
    return a_unit(store)


def end(store: TasksStore, unit: str) -> None:
    """The unit is no more."""
    told = {"unit_id": unit, "path": [BUREAU, unit], "name": unit, "code": None, "aliases": []}
    told |= {"active": False, "head_ids": [], "head_names": []}
    units.know_units(store, [received(UnitChangedV1, unit, sequence=2, **told)])


def start_import(store: TasksStore, session: dict[str, Any], content: str) -> str:
    encoded = base64.b64encode(content.encode()).decode()
    request = operations.start_attendance_import.load({"session_id": session["id"], "content": encoded})
    return str(attendance_imports.start_import(store, request, by(TRAINER, now=NOW))["id"])


def test_a_unit_that_is_no_more_holds_no_session_and_is_not_judged(store, unit):
    a_session(store, unit)
    assert unit in weeks(store, unit)
    end(store, unit)

    assert weeks(store, unit) == {}
    with pytest.raises(Invalid) as refused:
        a_session(store, unit)
    assert refused.value.errors == [{"field": "unit_id", "message": "study.unknown_unit"}]


def test_a_session_cannot_be_moved_beyond_its_end(store, unit):
    session = a_session(store, unit)

    for times in ({"starts_at": BEGAN + timedelta(hours=2)}, {"ends_at": BEGAN - timedelta(minutes=1)}):
        with pytest.raises(Invalid) as refused:
            change(store, session, **{name: at.isoformat() for name, at in times.items()})
        assert [error["field"] for error in refused.value.errors] == ["ends_at"]
    assert store.study_sessions.get(session["id"])["version"] == 1


def test_whoever_the_directory_does_not_know_does_not_check_in(store, unit):
    session = a_session(store, unit)
    code = code_for(KEY, session["id"], BEGAN)

    with pytest.raises(NotFound):
        attendance.check_in(store, KEY, {"code": code}, by(actor("member", id=f"{unit}-nobody"), now=BEGAN))

    assert store.study_sessions.present(session["id"]) == set()


def test_people_check_in_from_half_an_hour_before_until_half_an_hour_after(store, unit):
    session, margin = a_session(store, unit), timedelta(minutes=30)
    for name, moment in (("early", BEGAN - margin), ("late", BEGAN + timedelta(hours=2) + margin)):
        person = member(store, f"{unit}-{name}", BUREAU, unit)
        code = code_for(KEY, session["id"], moment)
        assert not attendance.check_in(store, KEY, {"code": code}, by(person, now=moment))["already"]
    assert store.study_sessions.get(session["id"])["attended"] == 2


def test_no_list_is_taken_for_a_session_that_has_not_begun(store, unit):
    with pytest.raises(Invalid) as refused:
        start_import(store, a_session(store, unit, starts_at=NOW + timedelta(days=1)), "用户名\nsomebody\n")
    assert refused.value.errors == [{"field": "session_id", "message": "study.session_not_begun"}]


def test_whom_identity_knows_and_the_directory_does_not_is_rejected_by_row(store, unit):
    session, known = a_session(store, unit), member(store, f"{unit}-known", BUREAU, unit)
    names = {known.id, f"{unit}-new"}

    def ask(operation, request):
        found = [{"person_id": name, "name": name, "username": name, "staff_number": None} for name in sorted(names)]
        return operation.dump({"items": found})

    job_id = start_import(store, session, "用户名\n" + "\n".join(sorted(names)) + "\n")
    attendance_imports.work_on_imports(store, ask, clock.now())

    job = attendance_imports.get_import(store, {"import_id": job_id}, by(TRAINER))
    assert (job["created"], [(one["row"], one["message"]) for one in job["rejected"]]) == (
        1, [(3, "study.import.unknown_person")],
    )  # fmt: skip
    assert store.study_sessions.present(session["id"]) == {known.id}


def test_who_is_taken_off_and_put_back_on_the_list_has_one_entry(store, unit):
    session, person = a_session(store, unit), member(store, f"{unit}-back", BUREAU, unit)
    for there in ((person.id,), (), (person.id,)):
        attend(store, session, *there)

    assert [entry["ref"] for entry in record_of(store, person.id)["entries"]] == [session["id"]]


@pytest.mark.parametrize("joint", [["nowhere"], ["other", "other"], ["itself"]])
def test_a_session_is_held_jointly_with_other_units_that_there_are(store, unit, joint):
    names = {"other": a_unit(store), "itself": unit, "nowhere": "nowhere"}
    wrong = [names[one] for one in joint]
    session = a_session(store, unit)
    for refused_of in (lambda: a_session(store, unit, joint_unit_ids=wrong),
                       lambda: change(store, session, joint_unit_ids=wrong)):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            refused_of()
        [error] = refused.value.errors
        message = "study.unknown_unit" if joint == ["nowhere"] else "study.unit_named_twice"
        assert error == {"field": f"joint_unit_ids.{len(joint) - 1}", "message": message}


def test_a_unit_that_is_no_more_holds_no_session_jointly(store, unit):
    closed = a_unit(store)
    end(store, closed)
    with pytest.raises(Invalid):
        a_session(store, unit, joint_unit_ids=[closed])
