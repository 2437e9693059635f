"""docs/case-states.md: the table of transitions for people, and the same as a diagram."""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.tasks.model.telling import RE_EXAMINED_FOR_ANOTHER
from services.tasks.model.transitions import (
    ABSORB,
    BY_ACTION,
    EXCLUDE_HANDLER,
    FOLLOW,
    FORMER,
    LET_GO,
    NOTE_PART,
    OPEN_PART,
    OPENING,
    REGISTERED,
    ROWS,
    SUSPENDED,
    Transition,
)

_NEW = (OPENING, OPEN_PART)
# What happens to the other case, or instead of an action that somebody takes; who did it is in the history.
_ALONG_WITH = {ABSORB: "merge", LET_GO: "separate", FOLLOW: "the leading case", OPEN_PART: "split",
               NOTE_PART: "the part", EXCLUDE_HANDLER: "exclude"}  # fmt: skip

_INTRODUCTION = """\
# The life of a case

Written from `services/tasks/model/transitions.py` by `case_states_markdown()`; a test compares it, and
`python -m tests.unit.tasks.test_transitions` writes it anew.

A handler acts on own cases only, a joint handler on those that were handed to several. Nobody acts on, or sees, a case
about a unit that they belong to, nor one from which they must keep out themselves (`exclude`). The desk keeps out
anybody, the supervision group anybody but its own members, whom the desk keeps out; where nobody of the desk may know
of the case, these too; and everybody who acts may keep out themselves. Of desk and supervision group one person who can
act is left. Who keeps out of a case keeps out of its parts and of what was merged into it; a closed case stays closed.
A case about the head of the bureau is hidden from the whole bureau: the supervision group alone sees it, and
hands it on to the level above (`transfer`) within five working days (`forward_above`).
After `re_examine`, nobody who investigated, decided or reviewed before it may be given the case, nor take an
action with ¹.
Whoever is given a case may object within five working days (`object`); where `reassign` gives it to another unit before
anybody has begun, the days of that unit begin anew.

A case that was merged has the state `merged` and follows the leading case: each step of that one that its reporter may
know of, and each change of who handles it, is written to it too (`follow`), in the same transaction and as an event of
its own. What it asks, found and owes goes to the leading case (`absorb`), and of two time limits the one that began
earlier counts. A part is split off with its allegations, whose numbers stay in the whole, marked as moved; its reporter
hears from the whole, which is closed after its parts (`parts`).
"""


def case_states_markdown(words: Mapping[str, str]) -> str:
    """The whole document. ``words``: the sentences for reporters by their codes (gateway/texts/tasks.py)."""
    lines = [
        _INTRODUCTION,
        "| Action | 操作 | From | To | Who | Needs | Guards | Clocks | Emits |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(row) for row in ROWS]
    lines += [
        "",
        "## What the reporter is told",
        "",
        "An action that is not in this table tells the reporter nothing. `follow` tells what the action on the leading",
        "case tells.",
        "",
        "| Action | The reporter sees | The reporter reads | Code |",
        "|---|---|---|---|",
    ]
    lines += [line for row in ROWS for line in _told(row, words)]
    lines += ["", "## As a diagram", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {REGISTERED}"]
    lines += [
        f"    {source} --> {row.target}: {row.action}"
        for row in ROWS
        for source in row.sources
        if row.target not in (None, FORMER, source)
    ]
    lines += [f"    {SUSPENDED} --> {source}: resume" for source in BY_ACTION["suspend"].sources]
    lines += ["```", ""]
    return "\n".join(lines)


def _row(row: Transition) -> str:
    clocks = [f"{verb} {', '.join(codes)}" for verb, codes in _clock_effects(row) if codes]
    target = row.target or "(stays)"
    system = f"the system, with `{_ALONG_WITH[row]}`" if row in _ALONG_WITH else "the system"
    cells = (
        f"`{row.action}`{'¹' if row.newcomers_only else ''}",
        row.zh,
        ", ".join(row.sources) or ("(new)" if row in _NEW else "(any)"),
        "where it was before" if target == FORMER else target,
        ", ".join(sorted(row.roles)) or system,
        ", ".join(row.needs) or "–",
        ", ".join(row.guards) or "–",
        "; ".join(clocks) or "–",
        ", ".join(f"`{event}`" for event in row.emits),
    )
    return f"| {' | '.join(cells)} |"


def _told(row: Transition, words: Mapping[str, str]) -> list[str]:
    """A line for each sentence that the row may tell: by the fields of the action, on the way to the level above."""
    if row.tell is None:
        return []
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", r"[a-z_]+", re.escape(row.tell.text_code)))
    codes = [code for code in words if pattern.fullmatch(code)]
    codes += [row.tell.above] if row.tell.above else []
    codes += [RE_EXAMINED_FOR_ANOTHER] if row.action == "re_examine" else []
    return [f"| `{row.action}` | {row.tell.reporter_state} | {words[code]} | `{code}` |" for code in codes]


def _clock_effects(row: Transition) -> list[tuple[str, tuple[str, ...]]]:
    every = ("all that can",)
    return [
        ("starts", row.starts),
        ("meets", row.meets),
        ("drops", row.drops),
        ("runs on", row.runs_on),
        ("pauses", every if row.pauses else ()),
        ("resumes", every if row.resumes else ()),
    ]
