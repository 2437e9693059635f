"""Items of evidence and their custody between the model's dataclasses and the form in which the database keeps them."""

from __future__ import annotations

from typing import Any

from services.tasks.model.custody import KEPT, RECORDED, Act, Item, Link, Text, broken_at, following

Document = dict[str, Any]


def new_item(item: Item, round_of_handling: int, first: Act) -> Document:
    """The document of an item that was just recorded; ``first`` is the act of recording it, with its text."""
    assert first.act == RECORDED
    link = following(item, None, first)
    return {
        "case_id": item.case_id,
        "number": item.number,
        "kind": item.kind,
        "state": KEPT,
        "round": round_of_handling,
        "custody": [link_document(link)],
        "head": link.hash,
    }


def item_of(document: Document) -> Item:
    """Whose chain it is."""
    return Item(document["case_id"], document["number"], document["kind"])


def links_of(document: Document) -> list[Link]:
    """The chain as it is stored, true or not."""
    return [_link_of(link) for link in document["custody"]]


def next_link(document: Document, act: Act) -> Document:
    """The link that this act becomes behind the last one."""
    return link_document(following(item_of(document), links_of(document)[-1], act))


def link_document(link: Link) -> Document:
    """A link as it is stored."""
    act = link.act
    return {
        "number": link.number,
        "act": act.act,
        "at": act.at,
        "recorded_at": act.recorded_at,
        "by": {"id": act.by_id, "name": act.by_name},
        "content": {"id": act.text.id, "digest": act.text.digest} if act.text else None,
        "ref": act.ref,
        "copy": act.copy,
        "purpose_code": act.purpose_code,
        "previous": link.previous,
        "hash": link.hash,
    }


def told(document: Document) -> Document:
    """The item as the operations answer it; its chain is checked each time."""
    first = document["custody"][0] if document["custody"] else None
    return {
        "item": document["number"],
        "kind": document["kind"],
        "state": document["state"],
        "recorded_at": first.get("recorded_at") if first else None,
        "recorded_by": first.get("by") if first else None,
        "content": first.get("content") if first else None,
        "file": document.get("file"),
        "links": len(document["custody"]),
        "head": document["head"],
        "broken_at": broken_at(item_of(document), links_of(document), document["head"]),
        "custody": document["custody"],
    }


def _link_of(link: Document) -> Link:
    """A link as it stands there: what was taken out of it is None, and so not what was hashed."""
    content, by = link.get("content"), link.get("by") or {}
    act = Act(
        act=link.get("act", ""),
        at=link.get("at"),  # type: ignore[arg-type]
        recorded_at=link.get("recorded_at"),  # type: ignore[arg-type]
        by_id=by.get("id", ""),
        by_name=by.get("name", ""),
        text=Text(content.get("id", ""), content.get("digest", "")) if content else None,
        ref=link.get("ref"),
        copy=link.get("copy"),
        purpose_code=link.get("purpose_code"),
    )
    return Link(link.get("number", 0), act, link.get("previous", ""), link.get("hash", ""))
