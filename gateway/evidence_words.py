"""Evidence as its readers see it: what the tasks service knows of an item, and what the reports service opened."""

from __future__ import annotations

from typing import Any

from contracts.reports.schemas.evidence import CustodyContent, EvidenceContent
from gateway.attachment_words import in_words
from gateway.language import text

Said = dict[str, Any]

# What can be said of an item and of an act, where nothing opened.
_NOTHING_OF_AN_ITEM = dict.fromkeys(EvidenceContent().fields)
_NOTHING_OF_AN_ACT = dict.fromkeys(CustodyContent().fields)
_OF_ITEMS = ("item", "kind", "state", "recorded_at", "recorded_by", "links", "head", "broken_at")
_OF_LINKS = ("number", "act", "at", "recorded_at", "by", "ref", "copy", "purpose_code", "previous", "hash")


def to_open(item: Said) -> Said:
    """What the reports service is asked to open of an item: its content, its file, and the texts of its acts, if its
    custody came along. The first of those is the content itself; links with a reference have no text."""
    acts = [link["content"] for link in item.get("custody", ())[1:] if link["content"] and not link["ref"]]
    return {"item": item["item"], "content": item["content"], "acts": acts, "file": item["file"]}


def item_in_words(item: Said, opened: Said, language: str) -> Said:
    """An item, opened."""
    file = opened["file"]
    return {
        **{name: item[name] for name in _OF_ITEMS},
        **_NOTHING_OF_AN_ITEM,
        **(opened["content"] or {}),
        "kind_text": text(f"evidence.kind.{item['kind']}", language),
        "file": in_words(file, language) if file else None,
        "intact": opened["intact"] and item["broken_at"] is None,
    }


def custody_in_words(custody: list[Said], opened: Said, language: str) -> list[Said]:
    """The acts of a chain, opened."""
    said = {act["id"]: act for act in opened["acts"]}
    return [link_in_words(link, said.get((link["content"] or {}).get("id"), {}), language) for link in custody]


def link_in_words(link: Said, said: Said, language: str) -> Said:
    """One act."""
    return {
        **{name: link[name] for name in _OF_LINKS},
        **_NOTHING_OF_AN_ACT,
        **{name: said[name] for name in _NOTHING_OF_AN_ACT if name in said},
        "act_text": text(f"evidence.act.{link['act']}", language),
    }
