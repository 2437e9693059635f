"""What people do, asked of the real system, and its answer beside that of the book."""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from deploy.local.waiting import eventually
from tests.year import hanging
from tests.year.book import STALE, UNKNOWN, Book, Person, Refusal
from tests.year.bundles import Bundles
from tests.year.bureau import Bureau
from tests.year.client import Answer
from tests.year.life import Life

# How long what was told may take to arrive.
ARRIVES_S = 30.0
# Of the actions these shares name the version they are for: the right one, and an old one.
NAMES_VERSION, NAMES_OLD_VERSION = 0.5, 0.03
# What is said of evidence and is of no matter here.
_SAID = {
    "title": "账册原件",
    "source": "窗口调取",
    "how": "出具清单",
    "obtained_on": "2026-01-01",
    "obtained_by": "经手人",
}
_FILE = "窗口流水记录\n".encode() * 40
_EVIDENCE = ("add_evidence", "withdraw_evidence", "record_custody", "attach_file")

Chance = Callable[..., random.Random]


class Surprise(Exception):
    """The system answered otherwise than it must."""


class Acting:
    """Does things, each on the day that it is; counts what was done and what was refused."""

    def __init__(self, bureau: Bureau, book: Book, bundles: Bundles, chance: Chance) -> None:
        self.actions: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.said: set[str] = {*map(str, _SAID.values())}
        self._bureau, self._book, self._bundles, self._chance = bureau, book, bundles, chance
        self._counting = threading.Lock()

    def act(self, today: date, person: Person, case: Life, action: str, fields: dict[str, Any]) -> bool:
        """Whether it was done; ``Surprise`` when the answer is another than the book's."""
        chance = self._chance(case, len(case.history), action)
        refusal = self._book.answer(person, case, action, fields, today)
        self.said |= {said for said in fields.values() if isinstance(said, str) and not said.isascii()}
        version = len(case.history)
        if action == "export":
            named = version
            if version > 1 and refusal is None and chance.random() < 0.2:
                named, refusal = version - 1, STALE
            fields = {"expected_version": named, "files": _files(case)}
            answer = self._ask(person, "POST", f"/cases/{case.id}/exports", json=fields)
        elif action in _EVIDENCE:
            answer = self._about_evidence(person, case, action, fields, refusal)
        else:
            headers = {}
            if chance.random() < NAMES_VERSION:
                headers["If-Match"] = f'"{version}"'
            elif version > 1 and chance.random() < NAMES_OLD_VERSION and self._book.sees(person, case):
                headers["If-Match"], refusal = f'"{version - 1}"', STALE
            body = {"action": action, **fields}
            answer = self._ask(person, "POST", f"/cases/{case.id}/actions", headers=headers, json=body)
        what = f"{action} by {person.username} on {case.number} ({case.state})"
        if not agreed(what, answer, refusal):
            self.count(refusal)
            return False
        if action == "export":
            self._bundles.take(case, answer.json())
        self._book.take(person, case, action, fields, today, answer.json())
        self.count(action)
        return True

    def rate(self, today: date, case: Life, satisfied: bool) -> None:
        """Its reporter says what the result is worth; returns when all cases know of it."""
        public, receipt = self._bureau.public, {"Authorization": f"Receipt {case.receipt}"}
        eventually(
            lambda: public.ask("GET", "/reports/current", headers=receipt).json()["may_rate"],
            ARRIVES_S,
            what=f"{case.number} to be rated",
        )
        body = {"satisfied": satisfied, "reason": None}
        answer = public.ask("POST", "/reports/current/rating", headers=receipt, json=body)
        agreed(f"rating of {case.number}", answer, None)
        self._book.rate(case, satisfied, today)
        reader = self._bureau.client("supervisor1")
        for one in hanging.family(self._book.cases, case):
            version = len(self._book.cases[one].history)
            eventually(
                lambda one=one, version=version: reader.get(f"/cases/{one}")["version"] >= version,  # type: ignore[misc]
                ARRIVES_S,
                what=f"the rating of {case.number}",
            )
        self.count("rate")

    def count(self, what: str | Refusal | None) -> None:
        """One more was done, or refused as it had to be."""
        with self._counting:
            if isinstance(what, Refusal):
                self.refused[f"{what.status} {what.slug}"] += 1
            elif what is not None:
                self.actions[what] += 1

    def _about_evidence(
        self, person: Person, case: Life, action: str, fields: Mapping[str, Any], refusal: Refusal | None
    ) -> Answer:
        """Who handles a case is told to the keeper of its texts, which may take a moment."""
        path = f"/cases/{case.id}/evidence"
        options: dict[str, Any] = {"json": {name: value for name, value in fields.items() if name != "item"}}
        if action == "add_evidence":
            options = {"json": {**_SAID, **fields}}
        else:
            path += f"/{fields['item']}/"
            path += {"withdraw_evidence": "withdraw", "record_custody": "custody", "attach_file": "file"}[action]
        if action == "attach_file":
            options = {"files": {"file": ("流水.txt", _FILE)}}

        def asked() -> Answer | None:
            answer = self._ask(person, "POST", path, **options)
            return None if answer.status_code == 404 and refusal != UNKNOWN else answer

        answer = eventually(asked, ARRIVES_S, what=f"{action} by {person.username} on {case.number}")
        assert answer is not None
        if action == "attach_file" and answer.status_code == 201:
            item = path.removesuffix("/file")
            seen = self._bureau.clients[person.id]
            eventually(lambda: seen.get(item)["links"] > case.items[fields["item"]].links, ARRIVES_S, what=path)
        return answer

    def _ask(self, person: Person, method: str, path: str, **options: Any) -> Answer:
        return self._bureau.clients[person.id].ask(method, path, **options)


def agreed(what: str, answer: Answer, refusal: Refusal | None) -> bool:
    """Whether it was done, as it must have been; False when it was refused as it must; else ``Surprise``."""
    told = f"was answered {answer.status_code} {answer.text}"
    if refusal is None and answer.status_code >= 400:
        raise Surprise(f"{what} must be done, {told}")
    if refusal is not None and _refusal_of(answer) != refusal:
        raise Surprise(f"{what} must be refused as {refusal}, {told}")
    return refusal is None


def _refusal_of(answer: Answer) -> Refusal | None:
    if answer.status_code < 400:
        return None
    body: Mapping[str, Any] = answer.json()
    return Refusal(answer.status_code, body["type"].removeprefix("/problems/"), tuple(body.get("missing", ())))


def _files(case: Life) -> list[dict[str, Any]]:
    """The index, and each item that has a file."""
    index = {"path": "00-目录.pdf", "size": 1, "sha256": hashlib.sha256(case.id.encode()).hexdigest()}
    originals = [
        {"path": f"evidence/{n}.txt", "size": len(_FILE), "sha256": hashlib.sha256(_FILE).hexdigest(), "item": n}
        for n, item in case.items.items()
        if item.has_file
    ]
    return [index, *originals]
