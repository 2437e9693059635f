"""What is made of study records: attendance tables, year-end marks, certificates, exports, statements."""

from __future__ import annotations

import base64
import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from chassis import clock
from chassis.refusals import NotFound, WrongState
from contracts.identity import operations as identity
from contracts.tasks import operations
from services.tasks.handlers import (
    attendance_imports,
    certificates,
    courses,
    study,
    study_exports,
    study_sessions,
    year_end,
)
from tests.integration.tasks.building import BUREAU, LEADER, TRAINER, a_person, a_standing, actor, an_exam, by
from tests.integration.tasks.studying import (
    BEGAN,
    NOW,
    a_course,
    a_session,
    attend,
    change,
    know_unit,
    member,
    record_of,
    statements,
)
from tests.integration.tasks.test_study_sessions import weeks
from tests.support.explaining import BY_READING_ALL, asked, stages

NAMES = {"im-a": ("王小明", "100001"), "im-b": ("李小红", "100002"), "im-c": ("赵小刚", None)}


@pytest.fixture(autouse=True, scope="module")
def branch(store):
    know_unit(store, BUREAU)
    know_unit(store, BUREAU, "figures")
    for name in NAMES:
        member(store, name, BUREAU, "figures")


def ask(operation, request):
    """Identity, as far as it is asked here: user names are the ids."""
    assert operation is identity.recognise_people
    loaded = operation.load(request)
    wanted = {*loaded["person_ids"], *(name.lower() for name in loaded["usernames"])}
    found = [
        {"person_id": id, "name": name, "username": id, "staff_number": number}
        for id, (name, number) in NAMES.items()
        if id in wanted or number in loaded["staff_numbers"]
    ]
    return operation.dump({"items": found})


def imported(store, session, rows, encoding="gb18030"):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    content = base64.b64encode(text.getvalue().encode(encoding)).decode()
    request = operations.start_attendance_import.load({"session_id": session["id"], "content": content})
    started = attendance_imports.start_import(store, request, by(TRAINER, now=NOW))
    attendance_imports.work_on_imports(store, ask, clock.now())
    job = attendance_imports.get_import(store, {"import_id": started["id"]}, by(TRAINER))
    return operations.get_attendance_import.dump(job)


def test_an_attendance_list_is_imported_with_an_account_of_the_rows_that_were_not_taken(store):
    session = a_session(store, "figures")
    attend(store, session, "im-a")
    rows = [["工号", "用户名"], ["100001", ""], ["", "IM-C"], ["999999", ""], ["100002", ""], ["", ""], ["100002", ""]]
    done = imported(store, session, rows)
    assert (done["state"], done["total"], done["created"], done["unchanged"]) == ("done", 5, 2, 1)
    assert {(one["row"], one["message"]) for one in done["rejected"]} == {
        (4, "study.import.unknown_person"),
        (7, "study.import.doubled"),
    }
    assert store.study_sessions.present(session["id"]) == {"im-a", "im-b", "im-c"}
    again = imported(store, session, rows[:5], "utf-8-sig")
    assert (again["created"], again["unchanged"], again["rejected_total"]) == (0, 3, 1)
    assert [one["credits"] for one in record_of(store, "im-c")["entries"] if one["ref"] == session["id"]] == [1.5]


def test_an_import_that_is_cut_short_between_two_writes_adds_nobody_twice_and_counts_the_same(store, monkeypatch):
    session = a_session(store, "figures")
    advance, cut = store.attendance_imports.advance, []

    def cut_short(job, change, counts, rejected):
        # After the batch was written, before it is put down.
        if counts and not cut:
            cut.append(True)
            raise ConnectionError
        return advance(job, change, counts, rejected)

    monkeypatch.setattr(store.attendance_imports, "advance", cut_short)
    with pytest.raises(ConnectionError):
        imported(store, session, [["用户名"], ["im-a"], ["im-b"]])
    attendance_imports.work_on_imports(store, ask, clock.now())
    [job] = store.db.attendance_imports.find({"session_id": session["id"]})
    assert (job["state"], job["created"], job["unchanged"]) == ("done", 2, 0)
    assert store.study_sessions.get(session["id"])["attended"] == 2


def test_a_list_for_a_session_that_was_withdrawn_meanwhile_adds_nobody(store):
    session = a_session(store, "figures")
    content = base64.b64encode("用户名\nim-a\n".encode()).decode()
    request = operations.start_attendance_import.load({"session_id": session["id"], "content": content})
    started = attendance_imports.start_import(store, request, by(TRAINER, now=NOW))
    change(store, session, withdrawn=True, reason="取消")
    attendance_imports.work_on_imports(store, ask, clock.now())
    job = attendance_imports.get_import(store, {"import_id": started["id"]}, by(TRAINER))
    assert (job["created"], job["rejected"][0]["message"]) == (0, "study.import.session_withdrawn")
    with pytest.raises(WrongState):
        attendance_imports.start_import(store, request, by(TRAINER, now=NOW))


def mark_of(store, person_id, who=LEADER, year=2026, now=NOW):
    request = operations.get_year_mark.load({"person_id": person_id, "year": year})
    return operations.get_year_mark.dump(year_end.get_mark(store, request, by(who, now=now)))


def test_a_mark_is_explained_by_its_entries_and_is_for_the_person_trainers_and_leaders(store):
    know_unit(store, BUREAU, "marked")
    who = member(store, "marked", BUREAU, "marked")
    study.know_exams(store, [an_exam("of-marked", audience={"lines": [], "units": ["marked"], "roles": []})])
    a_course(store, units=["marked"], due_on="2026-12-01")
    study.credit_attempts(store, [a_standing(who.id, "of-marked", score=40.0, max_score=50.0)])
    sessions = [a_session(store, "marked") for _ in range(4)]
    attend(store, sessions[0], who.id)
    shown = mark_of(store, who.id)
    assert shown["mark"] == sum(part["marks"] for part in shown["parts"])
    by_measure = {part["measure"]: part for part in shown["parts"]}
    assert {name: part["marks"] for name, part in by_measure.items()} == {
        "required": 20.0, "exams": 24.0, "sessions": 5.0, "points": 0.1,
    }  # fmt: skip
    assert [one["ref"] for one in by_measure["sessions"]["entries"]] == [sessions[0]["id"]]
    assert len(by_measure["required"]["missing"]) == 1
    assert shown["provisional"]
    assert shown["formula"]["version"]
    assert mark_of(store, who.id, now=NOW + timedelta(days=400))["provisional"] is False
    assert mark_of(store, who.id, who)["mark"] == shown["mark"] == mark_of(store, who.id, TRAINER)["mark"]
    for other in (actor("member", id="curious"), actor("desk"), actor("admin")):
        with pytest.raises(NotFound):
            mark_of(store, who.id, other)


def issued(store, who, person_id, kind, ref):
    request = operations.issue_certificate.load({"person_id": person_id, "kind": kind, "ref": ref})
    return operations.issue_certificate.dump(certificates.issue(store, ask, request, by(who, now=NOW)))


def verified(store, code):
    return operations.verify_certificate.dump(certificates.verify(store, {"code": code}, by(None)))


def test_a_certificate_is_verified_by_its_code_without_the_name_as_long_as_the_record_shows_it(store):
    session = a_session(store, "figures", title="廉政专题学习")
    attend(store, session, "im-a")
    certificate = issued(store, TRAINER, "im-a", "session", session["id"])
    own = actor("member", id="im-a")
    assert issued(store, own, "im-a", "session", session["id"]) == certificate
    shown = verified(store, certificate["code"].replace("-", "").lower())
    assert (shown["valid"], shown["name"], shown["title"], shown["credits"]) == (True, "王**", "廉政专题学习", 1.5)
    assert not {"person_id", "ref", "issued_by"} & shown.keys()
    assert "im-a" not in str(shown)
    attend(store, session)
    assert verified(store, certificate["code"])["valid"] is False
    with pytest.raises(NotFound):
        certificates.print_certificate(store, {"code": certificate["code"]}, by(own))
    for nothing in ("0000-0000-0000-0000", "nothing"):
        with pytest.raises(NotFound):
            verified(store, nothing)


def test_a_certificate_is_printed_as_pdf_for_its_holder_trainers_and_leaders(store):
    study.credit_attempts(store, [a_standing("im-b", "certified", exam_title="年终法律知识考试")])
    code = issued(store, actor("member", id="im-b"), "im-b", "exam", "certified")["code"]
    for who in (actor("member", id="im-b"), TRAINER, LEADER):
        file = certificates.print_certificate(store, {"code": code}, by(who))
        assert file["content"].startswith(b"%PDF-")
        assert file["file_name"] == f"{code}.pdf"
    for who in (actor("member", id="im-a"), actor("admin"), actor("auditor")):
        with pytest.raises(NotFound):
            certificates.print_certificate(store, {"code": code}, by(who))
    page = certificates.list_certificates(
        store, operations.list_certificates.load({"person_id": "im-b"}), by(actor("member", id="im-b"))
    )
    assert [one["code"] for one in page["items"]] == [code]


def test_nobody_gets_a_certificate_of_what_they_did_not_pass_or_of_others(store):
    study.credit_attempts(store, [a_standing("im-b", "not-passed", passed=False, credits=0.0)])
    for who, person_id, ref in (
        (TRAINER, "im-b", "not-passed"),
        (TRAINER, "im-b", "never-sat"),
        (actor("member", id="im-a"), "im-b", "certified"),
        (actor("admin"), "im-b", "certified"),
    ):
        with pytest.raises(NotFound):
            issued(store, who, person_id, "exam", ref)


def exported(store, **asked_for):
    request = operations.export_study_records.load(asked_for)
    file = study_exports.export_records(store, ask, request, by(TRAINER, now=NOW))
    assert file["next_cursor"] is None
    sheet = load_workbook(io.BytesIO(file["content"])).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()], sheet


def test_records_are_exported_one_entry_a_row_and_no_cell_is_a_formula(store):
    know_unit(store, BUREAU, "exported")
    for name in ("im-a", "unnamed"):
        study.know_people(store, [a_person(actor("member", id=name, path=(BUREAU, "exported")), sequence=5)])
    session = a_session(store, "exported", title='=HYPERLINK("http://evil")')
    attend(store, session, "im-a", "unnamed")
    study.credit_attempts(store, [a_standing("im-a", "old", submitted_at=BEGAN - timedelta(days=400))])
    rows, sheet = exported(store, unit_id="exported", year=2026)
    header, *body = rows
    assert tuple(header) == study_exports.HEADER
    of_session = [row for row in body if row[5] == '=HYPERLINK("http://evil")']
    assert [row[:5] for row in of_session] == [
        ["100001", "王小明", "exported支部", "police-judicial", "集中学习"],
        [None, "unnamed", "exported支部", "police-judicial", "集中学习"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert all(row[6].startswith("2026") for row in body)
    assert len(exported(store, unit_id="exported")[0]) == len(rows) + 1


def test_a_row_of_an_exam_names_its_grade(store):
    know_unit(store, BUREAU, "of-grades")
    person = actor("member", id="of-grades-a", path=(BUREAU, "of-grades"))
    study.know_people(store, [a_person(person)])
    good = {"name": "良好", "english": "good"}
    study.credit_attempts(store, [a_standing(person.id, "with", grade=good), a_standing(person.id, "without")])

    header, *rows = exported(store, unit_id="of-grades")[0]

    assert {row[header.index("成绩")] for row in rows} == {"81"}
    assert sorted(row[header.index("等级")] or "" for row in rows) == ["", "良好"]


def about(told, session):
    return [one for one in told if one["object"]["id"].endswith(session["id"])]


def test_statements_come_once_settled_each_with_one_id_and_what_is_taken_back_is_voided(store):
    at = NOW + timedelta(hours=1)
    session = a_session(store, "figures")
    attend(store, session, "im-a", "im-b", now=at)
    assert about(statements(store, at + timedelta(seconds=59), limit=2), session) == []
    told = statements(store, at + timedelta(seconds=60), limit=2)
    assert {one["actor"]["account"]["name"] for one in about(told, session)} == {"im-a", "im-b"}
    assert told == statements(store, at + timedelta(seconds=60), limit=50)
    assert len({one["id"] for one in told}) == len(told)

    attend(store, session, "im-b", now=at + timedelta(hours=1))
    later = statements(store, at + timedelta(hours=2), since=(at + timedelta(minutes=1)).isoformat(), limit=2)
    [voided] = [one for one in about(told, session) if one["actor"]["account"]["name"] == "im-a"]
    assert [one["object"] for one in later] == [{"objectType": "StatementRef", "id": voided["id"]}]


def test_every_query_of_study_is_served_by_an_index(store, watched, recorder):
    session = a_session(watched, "figures", course_id=a_course(watched))
    attend(watched, session, "im-a", "im-b")
    attend(watched, session, "im-b")
    know_unit(watched, BUREAU, "figures-jointly")
    change(watched, session, credits=1.0, joint_unit_ids=["figures-jointly"])
    imported(watched, session, [["用户名"], ["im-c"]])
    study.know_people(watched, [a_person(actor("member", id="im-c", path=(BUREAU, "figures")), sequence=9)])
    study.spread_entries(watched, NOW)
    weeks(watched, "figures")
    mark_of(watched, "im-b")
    code = issued(watched, TRAINER, "im-b", "session", session["id"])["code"]
    verified(watched, code)
    certificates.print_certificate(watched, {"code": code}, by(TRAINER))
    certificates.list_certificates(watched, operations.list_certificates.load({"person_id": "im-b"}), by(TRAINER))
    exported(watched, unit_id="figures")
    statements(watched, NOW + timedelta(days=1), limit=2)
    waiver = {"person_id": "im-b", "kind": "course", "ref": a_course(watched), "reason": "免"}
    courses.grant_waiver(watched, waiver, by(TRAINER, now=NOW))
    courses.withdraw_waiver(watched, waiver, by(TRAINER, now=NOW))
    for filters in ({}, {"unit_id": "figures"}, {"branch_id": "figures"}, {"from": "2026-01-01", "to": "2026-12-31"}):
        for who in (TRAINER, actor("member", id="im-a", path=(BUREAU, "figures"))):
            for page in ({"limit": 1}, {}):
                list_all(watched, who, {**filters, **page})
    for required in ({}, {"required": True}):
        courses.list_courses(watched, operations.list_courses.load(required), by(TRAINER))
    commands = asked(recorder)
    assert len(commands) > 60
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def list_all(store, who, filters):
    cursor = None
    for _ in range(3):
        request = operations.list_study_sessions.load({**filters, "cursor": cursor})
        cursor = study_sessions.list_sessions(store, request, by(who, now=NOW))["next_cursor"]
        if cursor is None:
            return
