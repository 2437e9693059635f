"""What happens beside the cases that are reported: clues, tables of old files, draws for re-review."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from deploy.local.waiting import eventually
from tests.year import old_files, sampling
from tests.year.acting import ARRIVES_S, Acting, Surprise, agreed
from tests.year.book import FORBIDDEN, WRONG, Book, Person
from tests.year.bureau import EAST, SOUTH, WEST, Bureau
from tests.year.life import Life
from tests.year.old_files import OldFile, Row
from tests.year.plan import DRAWS, FIRST, PERCENT, Clue, clues, tables
from tests.year.sampling import ReReview

UNITS = (EAST, WEST, SOUTH)
ORIGINS = ("patrol", "audit", "mining", "media", "superior")


class Beside:
    """Lives on with each day that is looked at; ``changed``: the cases that got a line of history by the last one."""

    def __init__(self, bureau: Bureau, book: Book, acting: Acting, seed: int, cases: int) -> None:
        self.changed: set[str] = set()
        self._bureau, self._book, self._acting = bureau, book, acting
        self._clues = sorted(clues(cases, seed).items())
        self._tables = sorted(tables(cases, seed).items())
        self._draws = list(DRAWS)
        self._chance = random.Random(f"beside {seed}")
        self._last_draw = FIRST

    def live(self, today: date) -> Iterator[Life]:
        """What has come since the last time, and what the supervision group does; each case that begins by it."""
        self.changed = set()
        while self._clues and self._clues[0][0] <= today:
            for clue in self._clues.pop(0)[1]:
                yield from self._take_up(clue, today)
        while self._tables and self._tables[0][0] <= today:
            yield from self._import(self._tables.pop(0)[1], today)
        self._judge(today)
        if self._draws and self._draws[0] <= today:
            self._draws.pop(0)
            self._draw(today)

    def _take_up(self, clue: Clue, today: date) -> Iterator[Life]:
        """Somebody of the desk opens it: not whoever belongs to the unit that it is about."""
        about = () if clue.about is None else (self._bureau.units[UNITS[clue.about]],)
        body = {
            "category": clue.category, "allegations": [f"问题 {n}" for n in range(1, clue.asked + 1)],
            "excluded_unit_ids": list(about), "origin": self._chance.choice(ORIGINS), "reason": clue.title,
        }  # fmt: skip
        desk = self._book.with_role("desk")
        for person in self._chance.sample(desk, len(desk)):
            refusal = FORBIDDEN if set(about) & set(person.path) else None
            answer = self._bureau.clients[person.id].ask("POST", "/cases", json=body)
            if agreed(f"clue of {person.username}", answer, refusal):
                break
            self._acting.count(refusal)
        case = Life(
            id=answer.json()["id"], number=answer.json()["number"], title=clue.title, receipt="", named=False,
            about=about, above=False, category=clue.category, opened=today, source="clue", numbers=clue.asked,
            brought=clue.asked,
        )  # fmt: skip
        case.open(today, person.id)
        self._acting.count("open_clue")
        yield case

    def _import(self, rows: list[Row], today: date) -> Iterator[Life]:
        """Somebody of the desk hands a table in, and once more by mistake."""
        person = self._bureau.named(self._chance.choice(("desk1", "desk2")))
        wanted = old_files.account(rows, self._book.old_files)
        job = self._imported(person, rows)
        shown = {
            "total": job["total"], "unchanged": job["unchanged"], "created": job["created"], "passed": job["passed"],
            "opened": job["opened"], "by_guard": job["by_guard"],
            "rejected": sorted((one["row"], one["field"]) for one in job["rejected"]),
        }  # fmt: skip
        must_be = {
            "total": wanted.total, "unchanged": wanted.unchanged, "created": len(wanted.new), "passed": wanted.passed,
            "opened": len(wanted.new) - wanted.passed, "by_guard": wanted.by_guard,
            "rejected": sorted(wanted.rejected),
        }  # fmt: skip
        if shown != must_be:
            raise Surprise(f"the import of {rows[0].number} must tell {must_be}, tells {shown}")
        self._acting.count("import")
        known = {file["number"]: file for file in self._reader.pages("/old-files", import_id=job["id"], limit=200)}
        for row in wanted.new:
            yield from self._review(row, known[row.number], job["id"], person, today)
        again = self._imported(person, rows)
        if (again["created"], again["unchanged"]) != (0, wanted.unchanged + len(wanted.new)):
            raise Surprise(f"a second import of {rows[0].number} must change nothing, tells {again}")

    def _imported(self, person: Person, rows: list[Row]) -> dict[str, Any]:
        client = self._bureau.clients[person.id]
        started = client.ask("POST", "/imports/old-cases", files={"file": ("旧案.csv", old_files.table(rows, UNITS))})
        agreed("import of old files", started, None)

        def finished() -> dict[str, Any] | None:
            job: dict[str, Any] = client.get(f"/imports/{started.json()['id']}")
            return job if job["state"] != "running" else None

        job = eventually(finished, ARRIVES_S, what="import of old files")
        assert job is not None
        return job

    def _review(self, row: Row, shown: dict[str, Any], import_id: str, by: Person, today: date) -> Iterator[Life]:
        about = () if row.about is None else (self._bureau.units[UNITS[row.about]],)
        lacking = row.missing()
        missing = [code for guard in old_files.GUARDS for code in lacking[guard]]
        case_id = shown["case_id"]
        self._book.old_files[row.number] = OldFile(row, about, import_id, case_id)
        if shown["missing"] != missing or (case_id is None) == bool(missing):
            raise Surprise(f"the old file {row.number} lacks {missing}, is shown as {shown}")
        if case_id is None:
            return
        seen = self._reader.get(f"/cases/{case_id}")
        case = Life(
            id=case_id, number=seen["number"], title=row.number, receipt="", named=False, about=about, above=False,
            category=row.category, opened=today, source="review", numbers=len(row.findings),
            brought=len(row.findings),
        )  # fmt: skip
        case.open(today, by.id)
        yield case

    # -- re-review

    def _draw(self, today: date) -> None:
        """By lot from what was closed since the last draw; where nothing was, there is nothing to draw from."""
        first, self._last_draw = self._last_draw, today
        population = sampling.closed_within(self._book.cases.values(), first, today)
        person, seed = self._supervisor(), f"抽签 {today}"
        body = {"closed_from": first.isoformat(), "closed_to": today.isoformat(), "percent": PERCENT, "seed": seed}
        answer = self._bureau.clients[person.id].ask("POST", "/re-reviews", json=body)
        if not agreed(f"draw of {today}", answer, None if population else WRONG):
            self._acting.count(WRONG)
            return
        told = answer.json()
        wanted = sampling.drawn(population, PERCENT, seed)
        shown = {
            one["case"]["id"]: one
            for one in self._reader.pages("/re-reviews", draw_id=told["id"], limit=200)
        }  # fmt: skip
        if (told["population"], sorted(shown)) != (len(population), sorted(wanted)):
            raise Surprise(
                f"the draw of {today} must be {sorted(wanted)} of {len(population)}, is {told}: {list(shown)}"
            )
        for case_id, one in shown.items():
            case = self._book.cases[case_id]
            self._book.re_reviews[one["id"]] = ReReview(told["id"], case_id, case.unit, case.round)
        self._acting.count("draw")

    def _judge(self, today: date) -> None:
        """Some of the open re-reviews are judged, now and then one again, or by somebody who had a part."""
        for id, one in self._book.re_reviews.items():
            if self._chance.random() > (0.15 if one.state == "open" else 0.01):
                continue
            # Until one has led to a reopening none is found adequate, so that every year has such a one.
            reopened = self._acting.actions["re_review_inadequate"] > 0
            person, adequate = self._supervisor(), self._chance.random() < 0.6 and reopened
            before = {case.id: len(case.history) for case in self._book.cases.values()}
            answer = self._bureau.clients[person.id].ask(
                "POST",
                f"/re-reviews/{id}/decision",
                json={"decision": "adequate" if adequate else "inadequate", "reason": "抽查所见"},
            )
            refusal = self._book.judge(one, person, adequate, today)
            if agreed(f"re-review {id} by {person.username}", answer, refusal):
                self._acting.count("re_review_inadequate" if one.reopened else "judge")
                if answer.json()["reopened"] != one.reopened:
                    raise Surprise(f"the re-review {id}: reopened must be {one.reopened}")
            self._acting.count(refusal)
            self.changed |= {case.id for case in self._book.cases.values() if len(case.history) > before[case.id]}

    def figures(self) -> Counter[str]:
        """How the re-reviews stand."""
        return Counter(one.state for one in self._book.re_reviews.values())

    @property
    def _reader(self) -> Any:
        return self._bureau.client("supervisor1")

    def _supervisor(self) -> Person:
        return self._chance.choice(self._book.with_role("supervisor"))
