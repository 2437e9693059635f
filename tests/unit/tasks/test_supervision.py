"""Orders to account for a case: each is answered once, and the answer is of the order that it names."""

from __future__ import annotations

from datetime import date

import pytest

from services.tasks.model.refusals import Invalid
from services.tasks.model.supervision import open_orders
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, File


def ordered(count: int) -> File:
    file = File().investigating()
    for _ in range(count):
        file.act("supervise", LEADER, reason="督办")
    return file


def test_an_answer_is_of_the_order_that_it_names_and_else_of_the_oldest():
    file = ordered(3).act("answer_supervision", HANDLER, what="说明", order=2)
    assert open_orders(file.case.supervisions) == [1, 3]
    file.act("answer_supervision", HANDLER, what="说明")
    assert open_orders(file.case.supervisions) == [3]


@pytest.mark.parametrize("number", [1, 3])
def test_an_order_that_is_answered_or_was_never_given_has_no_answer(number):
    file = ordered(2).act("answer_supervision", HANDLER, what="说明", order=1)
    with pytest.raises(Invalid) as refused:
        file.act("answer_supervision", HANDLER, what="说明", order=number)
    assert refused.value.errors == [{"field": "order", "message": "cases.no_such_order"}]


def test_an_answer_may_be_wanted_today_and_not_yesterday():
    file = ordered(0).act("supervise", DESK, reason="督办", due_on=date(2026, 3, 2))
    assert file.case.supervisions[0].due_on == date(2026, 3, 2)
    with pytest.raises(Invalid) as refused:
        file.act("supervise", DESK, reason="督办", due_on=date(2026, 3, 1))
    assert refused.value.errors == [{"field": "due_on", "message": "cases.day_past"}]
