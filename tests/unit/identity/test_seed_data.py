"""The demo bureau holds together: every unit, duty and account points at something that is there."""

from chassis.tables import Limits, read_table
from cli.seed.organisation import ACCOUNTS, ROOT, UNITS, table
from contracts.identity.organisation import DUTY_CODES, LINE_CODES, LINE_DUTIES, UNIT_KIND_CODES
from contracts.roles import ALL_ROLES
from services.identity.handlers.imports import _vocabulary
from services.identity.people_table import read_people

NAMES = {ROOT, *(unit.path[-1] for unit in UNITS)}


def test_units_come_after_the_units_above_them_and_have_names_of_their_own():
    seen = {ROOT}
    for unit in UNITS:
        assert set(unit.path[:-1]) <= seen
        assert unit.path[-1] not in seen
        assert unit.kind in UNIT_KIND_CODES
        seen.add(unit.path[-1])


def test_every_account_of_the_interface_is_there():
    staff = ["desk", "handler", "custodian", "supervisor", "editor", "reviewer1", "reviewer2", "reviewer3"]
    expected = [*staff, "trainer", "leader", "auditor"]
    expected += [f"member{number}" for number in range(1, 21)]
    assert [account.username for account in ACCOUNTS] == expected


def test_every_account_stands_in_a_unit_with_roles_and_duties_that_exist():
    for account in ACCOUNTS:
        assert account.unit in NAMES
        assert set(account.roles) <= ALL_ROLES
        for kind, about in account.duties:
            assert kind in DUTY_CODES
            assert about in (LINE_CODES if kind in LINE_DUTIES else NAMES)


def test_members_belong_to_all_lines_of_work():
    lines = {unit.path[-1]: unit.line for unit in UNITS} | {ROOT: "bureau"}
    assert {lines[account.unit] for account in ACCOUNTS if account.username.startswith("member")} == set(LINE_CODES)


def test_the_table_has_people_to_take_and_rows_to_reject():
    reading = read_people(read_table(table(), Limits()), _vocabulary())
    assert reading.total == 60
    assert [one.message for one in reading.rejected] == ["doubled"]
