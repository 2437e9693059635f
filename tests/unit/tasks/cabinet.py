"""Several cases that hang together: what the handlers write in one transaction, without a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.tasks.model import merging, splitting
from services.tasks.model.applying import apply
from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import kept_from, sees
from services.tasks.model.decisions import Action, decide
from services.tasks.model.exclusion import kept_out_too
from services.tasks.model.ratings import rated
from tests.unit.tasks.builders import COLLEAGUES, DESK, File, Somebody, report


@dataclass
class Cabinet:
    """Files by the id of their case."""

    files: dict[str, File] = field(default_factory=dict)
    colleagues: Any = field(default_factory=lambda: COLLEAGUES)

    def put(self, case: Case) -> File:
        self.files[case.id] = File(case, colleagues=self.colleagues)
        return self.files[case.id]

    def with_merged(self, case_id: str, into: str) -> Cabinet:
        """Two reports that have just come in, and the first is merged into the second."""
        for id in (case_id, into):
            self.put(report(id=id, number=id, source_id=id))
        return self.act(case_id, "merge", DESK, into=into, reason="同一事项")

    def __getitem__(self, case_id: str) -> Case:
        return self.files[case_id].case

    def later(self, days: float) -> Cabinet:
        for file in self.files.values():
            file.now += timedelta(days=days)
        return self

    def act(self, case_id: str, name: str, person: Somebody, **fields: Any) -> Cabinet:
        file = self.files[case_id]
        action = Action(name, fields, file.now)
        entry = decide(file.case, action, person, self.colleagues, len(file.history), file.run_out())
        if name == "merge":
            self._merge(file, entry, person)
        elif name == "separate":
            leading = self.files[file.case.merged_into or ""]
            separated = merging.separated(entry, leading.case)
            self._record(leading, merging.let_go(leading.case, file.case, entry))
            file.add(separated)
        elif name == "split":
            number = len(self.files) + 1
            part = splitting.split_off(file.case, entry, f"part-{number}", f"2026-{number:06d}")
            opened = self.put(part)
            opened.now, opened.history = file.now, [splitting.opening_entry(part, entry)]
            self._record(file, splitting.divided(entry, part))
        else:
            self._record(file, entry)
        return self

    def rated(self, case_id: str, satisfied: bool, number: int = 1) -> Cabinet:
        file = self.files[case_id]
        entry = rated(file.case, number, satisfied, file.now)
        if entry is None:
            return self
        self._record(file, entry)
        if file.case.merged_into and not satisfied:
            leading = self.files[file.case.merged_into]
            again = merging.re_examined_for(leading.case, file.case, file.now)
            if again:
                self._record(leading, again, rated_by=case_id)
        return self

    def _merge(self, file: File, entry: Entry, person: Somebody) -> None:
        other = self.files.get(entry.details["into"])
        leading = merging.check_merge(file.case, other.case if other and sees(person, other.case) else None)
        assert other
        taken = merging.absorb(leading, file.case, entry)
        other.add(taken)
        handed_back = merging.handed_back(other.case, entry)
        if handed_back:
            other.add(handed_back)
        file.add(merging.merged(entry, other.case))
        self._follow(other.case, handed_back or taken)
        self._tell_parts(other.case, taken)
        self._tell_parts(file.case, file.history[-1])

    def _record(self, file: File, entry: Entry, rated_by: str | None = None) -> None:
        before, after = file.case, apply(file.case, entry)
        file.add(entry)
        self._follow(after, entry, rated_by)
        self._tell_parts(after, entry)
        if splitting.is_news(before, after) and after.split_from:
            whole = self.files[after.split_from]
            note = splitting.note_part(whole.case, after, entry)
            whole.add(note)
            self._follow(whole.case, note)

    def _tell_parts(self, whole: Case, entry: Entry) -> None:
        for part in whole.parts:
            kept_out = kept_out_too(self[part.case_id], whole, entry)
            if kept_out:
                self._record(self.files[part.case_id], kept_out)
            hidden = kept_from(self[part.case_id], whole.excluded_unit_ids, entry.at)
            if hidden:
                self._record(self.files[part.case_id], hidden)

    def _follow(self, leading: Case, entry: Entry, rated_by: str | None = None) -> None:
        for follower in leading.followers:
            file = self.files[follower.case_id]
            told = merging.follow(file.case, leading, entry, rated_by)
            if told:
                file.add(told)
                self._tell_parts(file.case, told)
