"""What the person may read of a case, asked of the gateway: each reading of content is recorded there first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from cli.signed_in import Refused, SignedIn

Said = dict[str, Any]

_NOT_THERE = 404
_PAGE = 200
# File systems take names of 255 bytes; the number of the item, the mark of a copy and the suffix come on top.
_MOST_OF_A_NAME = 150
_LONGEST_SUFFIX = 8
# What a copy without metadata is called, before the name of the file.
_COPY = "副本"
_NOT_IN_NAMES = set('\\/:*?"<>|')


@dataclass(frozen=True)
class Kept:
    """A file that the platform keeps: where it is fetched, where it goes in the bundle, and what it must be.

    ``item``: of which item of evidence it is the original.
    """

    source: str
    copy: str
    path: str
    size: int
    sha256: str
    item: int | None = None

    @property
    def called(self) -> str:
        """What it is to whoever exports it."""
        return f"item {self.item}" if self.item else self.path


@dataclass(frozen=True)
class Attachment:
    """A file that came with a report, or went to who reported; ``said``: what the platform tells of it.

    Without ``original`` nobody may open it, or not yet; ``clean``: the copy without metadata.
    """

    said: Said
    original: Kept | None
    clean: Kept | None


@dataclass(frozen=True)
class Report:
    """A report behind the case, with the messages and its files; never who reported it."""

    case_number: str
    content: Said
    messages: list[Said]
    attachments: list[Attachment]


def find(gateway: SignedIn, number: str) -> Said:
    """The case of this number, as its readers see it; ends the command when there is none to be seen."""
    found = gateway.call("GET", "/cases", params={"number": number, "limit": 2})["items"]
    exact = [case for case in found if case["number"] == number]
    if not exact:
        raise click.ClickException(
            f"There is no case {number} that you may know of; look the number up in the console."
        )
    case: Said = gateway.call("GET", f"/cases/{exact[0]['id']}")
    return case


def history(gateway: SignedIn, case: Said) -> list[Said]:
    """Every line, oldest first."""
    return list(_all(gateway, f"/cases/{case['id']}/history"))


def names(gateway: SignedIn, case: Said, lines: list[Said]) -> dict[str, str]:
    """What the ids and codes of the case stand for: people who acted, its unit, the categories of the form."""
    known = {line["who"]["id"]: line["who"]["name"] for line in lines if line["who"]}
    if case["unit_id"]:
        known[case["unit_id"]] = gateway.call("GET", f"/units/{case['unit_id']}")["name"]
    for category in gateway.call("GET", "/report-form")["categories"]:
        for one in (category, *category["subcategories"]):
            known[one["code"]] = one["name"]["zh-CN"] if isinstance(one["name"], dict) else one["name"]
    return known


def evidence(gateway: SignedIn, case: Said, purpose: str) -> list[Said]:
    """Every item, those struck out among them, without its custody."""
    return list(_all(gateway, f"/cases/{case['id']}/evidence", purpose=purpose))


def with_custody(gateway: SignedIn, case: Said, item: int, purpose: str) -> Said:
    """An item with its custody as it is now."""
    read: Said = gateway.call("GET", f"/cases/{case['id']}/evidence/{item}", params={"purpose": purpose})
    return read


def reports(gateway: SignedIn, case: Said, purpose: str) -> list[Report]:
    """The reports behind the case: its own, and those of cases that were merged into it, as far as they may be read."""
    found = []
    for case_id in (case["id"], *case["follower_ids"]):
        path = f"/cases/{case_id}/report"
        try:
            content = gateway.call("GET", path, params={"purpose": purpose})
            messages = list(_all(gateway, f"{path}/messages", purpose=purpose))
            listed = gateway.call("GET", f"{path}/attachments", params={"purpose": purpose})["items"]
            number = gateway.call("GET", f"/cases/{case_id}")["number"]
        except Refused as refused:
            if refused.status != _NOT_THERE:
                raise
            continue
        found.append(Report(number, content, messages, attachments(f"{path}/attachments", number, listed)))
    return found


def attachments(source: str, case_number: str, listed: list[Said]) -> list[Attachment]:
    """Each of these files, with the copies that can be had; of what holds a virus there are none."""
    found = []
    for number, file in enumerate(listed, 1):
        of, folder = f"{source}/{file['id']}/content", f"report/{case_number}"
        original = clean = None
        if "original" in file["copies"] and file["sha256"]:
            path = f"{folder}/{number}-{_name(file['file_name'])}"
            original = Kept(of, "original", path, file["size"], file["sha256"])
        if "clean" in file["copies"] and file["clean"]:
            path = f"{folder}/{number}-{_COPY}-{_name(file['file_name'])}"
            clean = Kept(of, "clean", path, file["clean"]["size"], file["clean"]["sha256"])
        found.append(Attachment(file, original, clean))
    return found


def enclosed(reports: list[Report]) -> list[Kept]:
    """All copies of the files of these reports."""
    copies = (copy for report in reports for file in report.attachments for copy in (file.original, file.clean))
    return [copy for copy in copies if copy]


def originals(case_id: str, items: list[Said]) -> list[Kept]:
    """The files of these items that can be had as they were kept; what holds a virus never can."""
    found = []
    for item in items:
        file, number = item["file"], item["item"]
        if file and "original" in file["copies"] and file["sha256"]:
            path = f"evidence/{number}-{_name(file['file_name'])}"
            source = f"/cases/{case_id}/evidence/{number}/file"
            found.append(Kept(source, "original", path, file["size"], file["sha256"], number))
    return found


def _all(gateway: SignedIn, path: str, **params: str) -> Iterator[Said]:
    cursor: str | None = None
    while True:
        asked = {**params, "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
        page = gateway.call("GET", path, params=asked)
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _name(given: str) -> str:
    """A name that every file system takes, as near as can be to what the sender called it."""
    plain = "".join(
        "_" if character in _NOT_IN_NAMES or unicodedata.category(character)[0] == "C" else character
        for character in unicodedata.normalize("NFC", given)
    )
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX or not suffix.isascii():
        stem, dot, suffix = plain, "", ""
    short = stem.encode()[:_MOST_OF_A_NAME].decode(errors="ignore")
    return f"{short}{dot}{suffix}".strip(" .") or "file"
