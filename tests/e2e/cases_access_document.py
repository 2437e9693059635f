"""docs/case-access.md: the tables of who may do what with cases, for people.

``python -m tests.e2e.cases_access_document`` writes it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from services.tasks.model.transitions import BY_ACTION
from tests.e2e.cases_access_table import ACTIONS, COLUMNS, FOUND, KINDS, ROUTES, STATES, Route

DOCUMENT = Path(__file__).parents[2] / "docs" / "case-access.md"

_INTRODUCTION = """\
# Who may do what with cases

Written from `tests/e2e/cases_access_table.py` by `python -m tests.e2e.cases_access_document`; a test compares it, and
`tests/e2e/test_cases_access.py` tries every cell on the whole system. What is asked of the content of a report is tried
by `tests/e2e/test_reports_access.py`, the actions themselves are in [case-states.md](case-states.md).

What one may not know of is answered in the same words as what there is not. Whatever a case lists as
`allowed_actions` for somebody is taken from them, and every other action is refused with 403 or 409, in each state:
that is tried for everybody who may know of the case.

| Answer | Means |
|---|---|
| **200**, **201**, **202**, **204** | it is done |
| 401 | sign in: a receipt opens the reporter's own report alone |
| 403 | not for this role, or not for this person in this case |
| 404 | there is none, or it is not theirs to know of |
| *409* | they may, but not in this state |
| *412*, *422* | they may, but the request was of an earlier version or lacked something, so that nothing was changed |
"""


def case_access_markdown() -> str:
    """The whole document."""
    lines = [
        _INTRODUCTION,
        *_listing("Who is who", "Column", COLUMNS),
        *_listing("The cases", "Case", KINDS),
        "A person concerned must keep out of `{case}`, and so of `{merged}` and `{part}`, and of `{closed}`.",
        "",
        "## Routes",
    ]
    for above, routes in groupby(ROUTES, key=lambda route: route.above):
        lines += ["", f"### `{above}`", "", *_table("Route", ((_end(one), map(_status, one.statuses.values()))
                  for one in routes))]  # fmt: skip
    lines += ["", "## Actions", "", "Each in a state that allows it: `POST /cases/{case_id}/actions`.", ""]
    lines += _table(
        "Action", ((_action(one.action, one.state), map(_status, one.statuses.values())) for one in ACTIONS)
    )
    lines += ["", *_listing("The states", "State", STATES)]
    lines += ["## Lists", "", "What is in the list of whom. –: no such list for them.", ""]
    lines += _table("In", ((f"`{one.path}` `{{{one.place}}}`", map(_seen, one.seen.values())) for one in FOUND))
    return "\n".join([*lines, ""])


def _listing(title: str, what: str, words: dict[str, str]) -> Iterator[str]:
    yield from (f"## {title}", "", f"| {what} | |", "|---|---|")
    yield from (f"| {name} | {_quoted(said)} |" for name, said in words.items())
    yield ""


def _table(first: str, rows: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    yield f"| {first} | {' | '.join(COLUMNS)} |"
    yield "|" + "---|" * (len(COLUMNS) + 1)
    yield from (f"| {name} | {' | '.join(cells)} |" for name, cells in rows)


def _end(route: Route) -> str:
    return f"`{route.end.strip()}`"


def _action(action: str, state: str) -> str:
    return f"`{action}` {BY_ACTION[action].zh}, {state}"


def _status(status: int) -> str:
    if status < 300:
        return f"**{status}**"
    return str(status) if status in (401, 403, 404) else f"*{status}*"


def _seen(seen: bool | None) -> str:
    return "–" if seen is None else "**yes**" if seen else "no"


def _quoted(words: str) -> str:
    return re.sub(r"({\w+})", r"`\1`", words)


if __name__ == "__main__":
    DOCUMENT.write_text(case_access_markdown(), encoding="utf-8")
