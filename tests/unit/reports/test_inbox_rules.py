"""What is unread, and whose inboxes a member of staff looks through."""

from __future__ import annotations

import pytest

from services.reports.model.inbox import REPORTER, STAFF, inbox_scope, is_unread, other, sent_after, unread
from services.reports.model.report import Reader


def somebody(*roles):
    return Reader("p1", frozenset(roles), frozenset({"root", "u1"}))


def test_each_side_writes_for_the_other():
    assert (other(REPORTER), other(STAFF)) == (STAFF, REPORTER)


@pytest.mark.parametrize(
    ("author", "side", "read", "expected"),
    [
        (STAFF, REPORTER, 0, True),
        (STAFF, REPORTER, 1, True),
        (STAFF, REPORTER, 2, False),
        (REPORTER, REPORTER, 0, False),
    ],
)
def test_a_message_of_the_other_side_is_unread_until_the_mark_reaches_it(author, side, read, expected):
    message = {"author": author, "number": 2}

    assert is_unread(message, side, {"read": {side: read}}) is expected


def test_a_report_without_messages_has_nothing_unread():
    assert (unread({}, REPORTER), unread({}, STAFF)) == (0, 0)


def test_messages_are_counted_by_the_side_that_sent_them():
    assert sent_after({}, STAFF) == {REPORTER: 0, STAFF: 1}
    assert sent_after({REPORTER: 2, STAFF: 1}, REPORTER) == {REPORTER: 3, STAFF: 1}


def test_a_handler_looks_through_own_cases_and_the_desk_through_all_but_those_about_their_unit():
    assert inbox_scope(somebody("handler")).handler_id == "p1"
    assert inbox_scope(somebody("desk")).handler_id is None
    assert inbox_scope(somebody("desk", "handler")).handler_id is None
    assert inbox_scope(somebody("desk")).hidden_units == {"root", "u1"}
