"""What the reporter of a case is told: by which sentence, and of which time limits."""

from __future__ import annotations

from services.tasks.model import clocks
from services.tasks.model.case import Case, Entry
from services.tasks.model.clocks import Clock
from services.tasks.model.transitions import BY_ACTION, FOLLOW, RE_EXAMINE, text_code

# Instead of the sentence of ``re_examine``, for those whose rating was not the cause.
RE_EXAMINED_FOR_ANOTHER = "case.re_examined_for_another"


def said(case: Case, entry: Entry) -> str | None:
    """The code of the sentence that the reporter of this case reads after the entry, if there is one."""
    if case.split_from is not None:
        return None
    if entry.action == FOLLOW.action:
        code: str | None = entry.details["text_code"]
        return code
    if entry.action == RE_EXAMINE.action and "of" in entry.details:
        return RE_EXAMINED_FOR_ANOTHER
    return text_code(BY_ACTION[entry.action], case.route, entry.details)


def told_clocks(case: Case) -> list[Clock]:
    """The time limits of the present round of handling, those of the leading case for one that was merged: the terms of
    the bureau, and what is owed to named reporters alone only to these.
    """
    own = [clock for clock in case.clocks if clock.round == case.round]
    known = {clock.rule for clock in own}
    led = [clock for clock in case.told_clocks if clock.rule not in known]
    rules = [(clocks.rule_under(clock), clock) for clock in (*own, *led)]
    signed = case.reporter_mode == "named"
    return [clock for rule, clock in rules if rule.counts and (signed or not rule.named_only)]
