"""What the system shows beside what must be so, through the interface alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from datetime import date, datetime
from typing import Any

from chassis.clock import BUREAU_ZONE
from tests.year.book import Book, Person, overdue
from tests.year.bureau import Bureau
from tests.year.life import Life
from tests.year.terms import RULES

Shown = dict[str, Any]


def day_of(instant: str) -> date:
    """The day of the bureau on which it is."""
    return datetime.fromisoformat(instant).astimezone(BUREAU_ZONE).date()


def must_be(case: Life, today: date, *, named_known: bool) -> Shown:
    """A case as its reader must see it."""
    four = case.guards()
    return {
        "number": case.number,
        "source": case.source,
        "state": case.state,
        "category": case.category,
        "handler_id": case.handler,
        "unit_id": case.unit,
        "clocks": sorted(
            (
                (term.rule, term.ref, term.began, term.due(today), term.state(today), term.stage(today))
                for term in case.terms
                if named_known or not term.law.named
            ),
            key=str,
        ),
        "guards": {
            "investigated": not four["investigated"],
            "clear": not four["clear"],
            "handled": not four["handled"] and not four["clear"],
            "adequate": not four["adequate"],
        },
        "re_examination": case.examined,
        "satisfied": case.satisfied,
        "transfer": case.sent_to,
        "assistance": case.help,
        "level": case.level,
        "supervisions": case.open_orders,
        "extension_request": case.asked_longer,
        "merged_into": case.led_by,
        "follower_ids": sorted(case.follows),
        "split_from": case.part_of,
        "parts": sorted((one, number, over) for one, (number, over, _) in case.parts.items()),
        "joint_handler_ids": case.joint,
        "excluded_person_ids": sorted(case.kept_out),
        "moved_allegations": sorted(case.moved),
        "version": len(case.history),
    }


def as_shown(case: Shown) -> Shown:
    """A case of the interface in the same form."""
    transfer, asked = case["transfer"], case["extension_request"]
    same = ("number", "state", "category", "handler_id", "unit_id", "guards", "re_examination", "satisfied", "level",
            "merged_into", "split_from", "joint_handler_ids", "version")  # fmt: skip
    clocks = [
        (one["rule"], one["ref"], day_of(one["started_at"]), day_of(one["due_at"]), one["state"], one["stage"])
        for one in case["clocks"]
    ]
    return {
        **{name: case[name] for name in same},
        "source": case["source"]["kind"],
        "clocks": sorted(clocks, key=str),
        "transfer": (transfer["body"], transfer["state"]) if transfer else None,
        "assistance": {one["number"]: one["state"] for one in case["assistance"]},
        "supervisions": [one["number"] for one in case["supervisions"]],
        "extension_request": (asked["days"], asked["approver_id"]) if asked else None,
        "follower_ids": sorted(case["follower_ids"]),
        "parts": sorted((one["id"], one["number"], one["over"]) for one in case["parts"]),
        "excluded_person_ids": sorted(case["excluded_person_ids"]),
        "moved_allegations": sorted(case["moved_allegations"]),
    }


def differences(book: Book, bureau: Bureau, today: date, hands: Executor) -> Iterator[str]:
    """Everything that is not as it must be: all cases as lists show them, counts, what is overdue."""
    looks = [
        hands.submit(_as_seen_by, book, bureau, username, today, named_known)
        for username, named_known in (("desk1", True), ("supervisor1", False))
    ]
    for look in looks:
        yield from look.result()
    numbers = Counter(case.number for case in book.cases.values())
    yield from (f"the number {number} was given {times} times" for number, times in numbers.items() if times > 1)


def _as_seen_by(book: Book, bureau: Bureau, username: str, today: date, named_known: bool) -> list[str]:
    reader = bureau.named(username)
    shown = {case["id"]: case for case in bureau.client(username).pages("/cases", limit=200)}
    return [
        *_of_cases(book, reader, shown, today, named_known=named_known),
        *_of_counts(book, bureau, reader, today, named_known=named_known),
    ]


def histories(bureau: Bureau, case: Life) -> list[Shown]:
    """Its whole history, page by page, by somebody who sees it; with details, where anybody reads these."""
    username = "supervisor1" if case.above else "desk1"
    return list(bureau.client(username).pages(f"/cases/{case.id}/history", limit=50))


def receipt(book: Book, case: Life, seen: Shown) -> Iterator[str]:
    """What a reporter sees of a case beside what must be shown."""
    wanted: Shown = {
        "state": case.shows,
        "told": case.shown,
        "may_rate": book.may_rate(case),
        "ratings": len(case.ratings),
    }
    shown = {
        "state": seen["state"],
        "told": [line["state"] for line in seen["history"] if line["state"] != "received"],
        "may_rate": seen["may_rate"],
        "ratings": len(seen["ratings"]),
    }
    yield from _unlike(f"receipt of {case.number}", wanted, shown)


def _of_cases(
    book: Book, reader: Person, shown: Mapping[str, Shown], today: date, *, named_known: bool
) -> Iterator[str]:
    known = {case.id for case in book.cases.values() if book.sees(reader, case)}
    for case_id in known ^ shown.keys():
        yield f"{reader.username}: {case_id} is {'missing' if case_id in known else 'shown'} in the list"
    for case_id in known & shown.keys():
        wanted = must_be(book.cases[case_id], today, named_known=named_known)
        yield from _unlike(f"{reader.username}: {wanted['number']}", wanted, as_shown(shown[case_id]))


def _of_counts(book: Book, bureau: Bureau, reader: Person, today: date, *, named_known: bool) -> Iterator[str]:
    client = bureau.client(reader.username)
    known = [case for case in book.cases.values() if book.sees(reader, case)]
    for by, key in (("state", "state"), ("category", "category"), ("unit", "unit"), ("source", "source")):
        counted = client.get("/cases/counts", by=by)
        shown = {one["key"]: one["count"] for one in counted["counts"]}
        wanted = Counter(getattr(case, key) for case in known)
        yield from _unlike(f"{reader.username}: counts by {by}", {**wanted, "total": len(known)},
                           {**shown, "total": counted["total"]})  # fmt: skip
    late = [case for case in known if overdue(case, today, named_known=named_known)]
    inventory = client.get("/overdue-cases", by="unit")
    shown = {one["unit_id"]: one["overdue"] for one in inventory["items"]}
    yield from _unlike(f"{reader.username}: overdue", {**Counter(case.unit for case in late), "all": len(late)},
                       {**shown, "all": inventory["overdue"]})  # fmt: skip
    listed = {case["id"] for case in client.pages("/cases", overdue="true", limit=200)}
    for case_id in {case.id for case in late} ^ listed:
        yield f"{reader.username}: {case_id} is {'not' if case_id not in listed else ''} listed as overdue"


def of_history(case: Life, lines: list[Shown]) -> Iterator[str]:
    """Its lines, beside those that it must have."""
    wanted = [(line.action, line.by, line.came_from, line.to) for line in case.history]
    shown = [(one["action"], one["who"]["id"] if one["who"] else None, one["from"], one["to"]) for one in lines]
    if wanted != shown:
        at = next((n for n, pair in enumerate(zip(wanted, shown, strict=False)) if pair[0] != pair[1]), -1)
        yield f"history of {case.number}: {len(wanted)} lines must be, {len(shown)} are; line {at + 1}: " + (
            f"{wanted[at]} must be, {shown[at]} is" if at >= 0 else f"{(wanted or shown)[-1]} last"
        )


def _unlike(what: str, wanted: Mapping[Any, Any], shown: Mapping[Any, Any]) -> Iterator[str]:
    for name in wanted.keys() | shown.keys():
        if wanted.get(name) != shown.get(name):
            yield f"{what}: {name} must be {wanted.get(name)}, is {shown.get(name)}"


__all__ = ["RULES", "differences", "histories", "of_history", "receipt"]
