"""Old files in lists and counts: by guard, unit and import, for whom, and never for the unit concerned."""

from __future__ import annotations

import pytest

from chassis import clock
from chassis.refusals import NotFound
from contracts.tasks import operations
from services.tasks.handlers import old_file_imports, old_files
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    OFFICE,
    OTHER_HANDLER,
    SUPERVISOR,
    act,
    actor,
    by,
)
from tests.integration.tasks.old_files import FAULTS, a_file, know_units, listed, progress, start, summary, table
from tests.support.explaining import BY_READING_ALL, asked, stages

DESK_OF_THE_DISTRICT = actor("desk", id="district-desk", path=(BUREAU, DISTRICT))
LEADER_OF_THE_DISTRICT = actor("leader", id="district-leader", path=(BUREAU, DISTRICT))


@pytest.fixture(scope="module")
def imports(store):
    """Two imports: files that fail none, one or two guards, some about the district, of known and unknown units."""
    know_units(store)
    first = [
        a_file("列-01"),
        *(a_file(f"列-1{n}", guard) for n, guard in enumerate(FAULTS)),
        a_file("列-20", "clear", evidence=()),
        a_file("列-21", "clear", excluded_units=("东湖区司法局",)),
    ]
    second = [
        a_file("列-31", "clear", unit="东湖区司法局"),
        a_file("列-32", unit="某厂", excluded_units=("东湖区司法局",)),
    ]
    ids = [start(store, table(*first)), start(store, table(*second))]
    old_file_imports.work_on_imports(store, clock.now())
    return ids


def numbers(files):
    return {file["number"] for file in files}


def read(store, file_id, who):
    request = operations.get_old_file.load({"old_file_id": file_id})
    return operations.get_old_file.dump(old_files.get_old_file(store, request, by(who)))


def test_files_are_listed_by_the_guard_that_they_failed_and_by_whether_they_passed(store, imports):
    assert numbers(listed(store, failed="clear")) == {"列-11", "列-20", "列-21", "列-31"}
    assert numbers(listed(store, failed="investigated")) == {"列-10", "列-20"}
    assert numbers(listed(store, passed=True)) == {"列-01", "列-32"}
    assert numbers(listed(store, failed="clear", unit_id=DISTRICT)) == {"列-31"}
    assert numbers(listed(store, import_id=imports[1])) == {"列-31", "列-32"}


def test_the_list_names_what_is_missing_and_the_case_but_not_what_the_file_says(store, imports):
    [file] = [file for file in listed(store, failed="investigated") if file["number"] == "列-20"]
    assert set(file) == {
        "id", "number", "received_on", "category", "lines", "unit_id", "passed", "failed", "missing", "case_id",
        "import_id", "reviewed_at",
    }  # fmt: skip
    assert file["case_id"] == file["id"]
    assert file["missing"] == ["evidence", "finding:1"]


FILTERS = [{}, {"failed": "clear"}, {"failed": "handled"}, {"passed": True}, {"passed": False}, {"unit_id": OFFICE}]


@pytest.mark.parametrize("who", [DESK, SUPERVISOR, LEADER, DESK_OF_THE_DISTRICT, LEADER_OF_THE_DISTRICT])
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_every_count_is_that_of_the_list_with_the_same_filters_for_the_same_reader(store, imports, who, filters):
    files, counts = listed(store, who, **filters), summary(store, who, **filters)
    assert counts["total"] == len(files)
    assert counts["passed"] == sum(file["passed"] for file in files)
    assert counts["failed"] == sum(not file["passed"] for file in files)
    assert counts["by_guard"] == {guard: sum(guard in file["failed"] for file in files) for guard in FAULTS}
    for name in ("unit_id", "import_id"):
        groups = counts["by_unit" if name == "unit_id" else "by_import"]
        assert {group[name]: group["total"] for group in groups} == {
            value: sum(file[name] == value for file in files) for value in {file[name] for file in files}
        }
        assert sum(group["passed"] for group in groups) == counts["passed"]


def test_the_counts_of_an_import_are_those_of_its_progress(store, imports):
    for import_id in imports:
        [group] = summary(store, import_id=import_id)["by_import"]
        job = progress(store, import_id)
        assert (group["total"], group["passed"], group["failed"]) == (job["created"], job["passed"], job["opened"])
        assert group["by_guard"] == job["by_guard"]


def test_a_file_about_a_unit_is_hidden_from_everybody_in_it(store, imports):
    hidden = numbers(listed(store)) - numbers(listed(store, DESK_OF_THE_DISTRICT))
    assert hidden == {"列-21", "列-32"}
    assert numbers(listed(store, SUPERVISOR)) == numbers(listed(store))
    for file in listed(store):
        for who in (DESK_OF_THE_DISTRICT, LEADER_OF_THE_DISTRICT):
            if file["number"] in hidden:
                with pytest.raises(NotFound):
                    read(store, file["id"], who)
            else:
                assert read(store, file["id"], who)["number"] == file["number"]


def test_what_a_file_says_is_for_the_desk_and_the_handler_of_its_case_alone(store, imports):
    failed = next(file for file in listed(store) if file["number"] == "列-13")
    passed = next(file for file in listed(store) if file["number"] == "列-01")
    for file in (failed, passed):
        content = read(store, file["id"], DESK)["content"]
        assert (content["reviewer"], content["investigation"]) == ("张三" if file is failed else "王五", "查阅台账")
        for who in (SUPERVISOR, LEADER):
            assert read(store, file["id"], who)["content"] is None
        with pytest.raises(NotFound):
            read(store, file["id"], HANDLER)
    act(store, failed["id"], "accept", by(DESK))
    act(store, failed["id"], "assign", by(DESK), handler_id=HANDLER.id)
    assert read(store, failed["id"], HANDLER)["content"]["allegations"] == ["收费过高"]
    with pytest.raises(NotFound):
        read(store, failed["id"], OTHER_HANDLER)


def test_the_supervision_groups_own_desk_reads_nothing_that_a_file_says_of_its_own_unit(store, imports):
    both = actor("supervisor", "desk", id="both", path=(BUREAU, DISTRICT))
    read_by_both = {file["number"]: read(store, file["id"], both)["content"] for file in listed(store, both)}
    assert read_by_both.keys() == numbers(listed(store))
    assert {number for number, content in read_by_both.items() if content is None} == {"列-21", "列-32"}


def test_whoever_must_keep_out_of_a_case_by_now_does_not_find_its_file_in_list_or_counts(store, imports):
    file = next(file for file in listed(store) if file["number"] == "列-10")
    others = [actor("desk", id="concerned"), actor("supervisor", id="concerned"), actor("desk", path=(BUREAU, "new"))]
    assert all(file in listed(store, who) for who in others)
    change = {"excluded_person_ids": ["concerned"], "excluded_unit_ids": ["new"]}
    store.db.cases.update_one({"_id": file["id"]}, {"$set": change})
    for who in others:
        assert numbers(listed(store)) - numbers(listed(store, who)) == {"列-10"}
        assert summary(store)["total"] - summary(store, who)["total"] == 1
        with pytest.raises(NotFound):
            read(store, file["id"], who)


def test_there_is_no_file_of_another_id(store, imports):
    with pytest.raises(NotFound):
        read(store, "nothing", DESK)


def test_every_question_about_old_files_is_served_by_an_index(watched, recorder, imports):
    for who in (DESK, SUPERVISOR):
        for filters in [*FILTERS, {"import_id": imports[0], "failed": "clear", "unit_id": OFFICE}]:
            listed(watched, who, **filters)
            summary(watched, who, **filters)
    for file in listed(watched):
        read(watched, file["id"], DESK)
    start(watched, table(a_file("列-01"), a_file("列-99", "clear")))
    old_file_imports.work_on_imports(watched, clock.now())
    commands = asked(recorder)
    assert len(commands) > 40
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command
