"""`python -m tests.year.without RULE[,RULE…] module:Class`: a tasks service that breaks these rules.

For tests of the checker alone: it must find what such a service lets pass. The patches are made in this process, before
the service is loaded; nothing in the service can be switched.
"""

from __future__ import annotations

# First: it patches the standard library for greenlets.
from chassis import run  # isort: skip

import sys
from collections.abc import Callable, Iterable
from functools import partial

from services.tasks.model import custody, exports, guards, notices, old_files, sampling
from services.tasks.model.case import Case
from services.tasks.model.transitions import GUARDS


def without_guard(guard: str) -> None:
    """What is missing for this guard stands against nothing; what is shown of the guards is as it was."""
    missing = guards.missing

    def others_missing(case: Case, asked: Iterable[str]) -> list[str]:
        return missing(case, [one for one in asked if one != guard])

    guards.missing = others_missing


def old_files_pass_without_a_second_person() -> None:
    """An old file that fails the guard of the second person alone opens no case."""
    examine = old_files.examine

    def lenient(file: old_files.OldFile) -> old_files.Verdict:
        verdict = examine(file)
        return old_files.Verdict((), ()) if verdict.failed == ("adequate",) else verdict

    old_files.examine = lenient


def cases_are_drawn_by_their_ids() -> None:
    """Not by lot: whoever knows the ids knows the sample."""
    sampling.lot = lambda seed, case_id: case_id.encode()


def inadequate_changes_nothing() -> None:
    """The judgement is written down, and the case stays closed."""
    sampling.judged_inadequate = lambda *_: None


def struck_out_evidence_stays() -> None:
    """What was struck out looks as if it were not."""
    custody.STRUCK_OUT = custody.KEPT


def another_text_is_signed() -> None:
    """The signature of a bundle is not over its manifest."""
    exports.signed_bytes = lambda manifest: manifest[1:]


def everybody_is_told_of_everything() -> None:
    """Notices and mails go to those who must keep out, too."""
    notices.may_be_told = lambda *_, **__: True


RULES: dict[str, Callable[[], None]] = {
    **{guard: partial(without_guard, guard) for guard in GUARDS},
    "old-files": old_files_pass_without_a_second_person,
    "lot": cases_are_drawn_by_their_ids,
    "re-review": inadequate_changes_nothing,
    "custody": struck_out_evidence_stays,
    "signature": another_text_is_signed,
    "conflict": everybody_is_told_of_everything,
}

if __name__ == "__main__":
    for rule in sys.argv[1].split(","):
        RULES[rule]()
    run.main(sys.argv[2:])
