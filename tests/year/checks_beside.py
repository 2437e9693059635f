"""What the system shows beside the lists of cases, beside what must be so: old files, draws, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.year.book import Book, Person
from tests.year.bureau import Bureau
from tests.year.life import Life
from tests.year.old_files import GUARDS, OldFile


def differences(book: Book, bureau: Bureau) -> Iterator[str]:
    """Everything that is not as it must be of old files and re-reviews."""
    for username in ("desk1", "desk3", "supervisor1"):
        yield from _of_old_files(book, bureau, bureau.named(username))
    yield from _of_re_reviews(book, bureau)


def of_evidence(book: Book, bureau: Bureau, case: Life) -> Iterator[str]:
    """The items of evidence of this case, each with the length of its custody, whole."""
    if not case.items or not book.sees(bureau.named("desk1"), case):
        return
    shown = bureau.client("desk1").pages(f"/cases/{case.id}/evidence", limit=200)
    must_be = [
        (number, "withdrawn" if item.struck else "kept", item.links, item.has_file, True)
        for number, item in sorted(case.items.items())
    ]
    are = [(one["item"], one["state"], one["links"], one["file"] is not None, one["intact"]) for one in shown]
    if are != must_be:
        yield f"evidence of {case.number} must be {must_be}, is {are}"


def _of_old_files(book: Book, bureau: Bureau, reader: Person) -> Iterator[str]:
    known = [file for file in book.old_files.values() if _knows(book, reader, file)]
    lacking = [file.failed for file in known]
    wanted = {
        "total": len(known),
        "passed": sum(not failed for failed in lacking),
        "by_guard": {guard: sum(guard in failed for failed in lacking) for guard in GUARDS},
    }
    told = bureau.client(reader.username).get("/old-files/summary")
    shown = {name: told[name] for name in wanted}
    if shown != wanted:
        yield f"{reader.username}: old files must be {wanted}, are {shown}"


def _knows(book: Book, reader: Person, file: OldFile) -> bool:
    if file.case_id is not None:
        return book.sees(reader, book.cases[file.case_id])
    return "supervisor" in reader.roles or not set(file.about) & set(reader.path)


def _of_re_reviews(book: Book, bureau: Bureau) -> Iterator[str]:
    client = bureau.client("supervisor1")
    wanted = {id: (one.case_id, one.unit, one.state, one.reopened) for id, one in book.re_reviews.items()}
    shown = {
        one["id"]: (one["case"]["id"], one["unit_id"], one["state"], one["reopened"])
        for one in client.pages("/re-reviews", limit=200)
    }
    for id in wanted.keys() | shown.keys():
        if wanted.get(id) != shown.get(id):
            yield f"the re-review {id} must be {wanted.get(id)}, is {shown.get(id)}"
    by_draw = {draw["id"]: draw for draw in client.pages("/re-review-draws", limit=50)}
    for draw_id in {one.draw_id for one in book.re_reviews.values()}:
        states = Counter(one.state for one in book.re_reviews.values() if one.draw_id == draw_id)
        units = by_draw[draw_id]["units"]
        figures = {state: sum(unit[state] for unit in units) for state in ("open", "adequate", "inadequate")}
        if figures != {state: states[state] for state in figures}:
            yield f"the draw {draw_id} must stand at {states}, stands at {figures}"
