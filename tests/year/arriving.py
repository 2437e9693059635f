"""Reports that come in, and the cases that they open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from datetime import date
from typing import Any

from deploy.local.waiting import eventually
from tests.year.acting import ARRIVES_S, Surprise
from tests.year.book import Book
from tests.year.bureau import EAST, HEAD, SOUTH, WEST, Bureau
from tests.year.life import Life
from tests.year.plan import Arrival

UNITS = (EAST, WEST, SOUTH)


class Arriving:
    """Sends reports, several at once, and finds out which case each has opened."""

    def __init__(self, bureau: Bureau, book: Book, hands: Executor) -> None:
        self._bureau, self._book, self._hands = bureau, book, hands
        self._strangers: set[str] = set()

    def come(self, came: Sequence[Arrival], today: date) -> Iterator[Life]:
        """Each case that was opened; ``Surprise`` where there is one that nobody reported."""
        if not came:
            return
        receipts = dict(zip((one.title for one in came), self._hands.map(self._report, came), strict=True))
        known = self._strangers | {case.id for case in self._book.cases.values() if case.source == "report"}
        self._bureau.opened(len(known) + len(came))
        new = sorted(self._bureau.reported() - known)
        by_title = {one.title: one for one in came}
        above = {one.category: one for one in came if one.head}
        times = Counter(one.category for one in came if not one.head)
        only = {one.category: one.title for one in came if not one.head and times[one.category] == 1}
        found = []
        for case_id, (shown, title) in zip(new, self._hands.map(lambda one: self._shown(one, only), new), strict=True):
            if title is not None and title not in by_title:
                self._strangers.add(case_id)
                continue
            arrival = by_title.pop(title) if title is not None else above.pop(shown["category"])
            found.append(self._opened(case_id, shown["number"], arrival, receipts[arrival.title], today))
        yield from found
        if self._strangers & set(new):
            raise Surprise(f"nobody knows of these cases: {sorted(self._strangers & set(new))}")

    def _opened(self, case_id: str, number: str, arrival: Arrival, receipt: str, today: date) -> Life:
        case = Life(
            id=case_id, number=number, title=arrival.title, receipt=receipt, named=arrival.named,
            about=self._about(arrival), above=arrival.head, category=arrival.category, opened=today,
        )  # fmt: skip
        case.open(today)
        return case

    def _about(self, arrival: Arrival) -> tuple[str, ...]:
        return () if arrival.about is None else (self._bureau.units[UNITS[arrival.about]],)

    def _report(self, arrival: Arrival) -> str:
        subject: dict[str, Any] = {"name": "某工作人员", "unit": "某办事大厅", "position": ""}
        if arrival.head:
            subject = {"name": HEAD, "unit": "", "position": ""}
        if arrival.about is not None:
            subject["unit_id"] = self._about(arrival)[0]
        mode = {"mode": "named", "name": "某群众", "phone": "13800000000"} if arrival.named else {"mode": "anonymous"}
        body = {
            "kind": "report", "category": arrival.category, "title": arrival.title, "narrative": "经过如下。",
            "subjects": [subject], "reporter": mode,
        }  # fmt: skip
        answer = self._bureau.public.ask("POST", "/reports", json=body)
        assert answer.status_code == 201, answer.text
        receipt: str = answer.json()["receipt"]
        return receipt

    def _shown(self, case_id: str, only: dict[str, str]) -> tuple[dict[str, Any], str | None]:
        """The case, and the title of its report: by its category where no other of the day has it, else by reading it.
        None of a case about the head of the bureau, whose report nobody here reads.
        """
        desk = self._bureau.client("desk1")
        answer = desk.ask("GET", f"/cases/{case_id}")
        if answer.status_code == 404:
            return self._bureau.client("supervisor1").get(f"/cases/{case_id}"), None
        shown: dict[str, Any] = answer.json()
        if shown["category"] in only:
            return shown, only[shown["category"]]

        def read() -> str | None:
            answer = desk.ask("GET", f"/cases/{case_id}/report")
            return str(answer.json()["title"]) if answer.status_code == 200 else None

        return shown, eventually(read, ARRIVES_S)
