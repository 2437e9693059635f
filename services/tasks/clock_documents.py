"""Clocks between the model's dataclasses and the form in which the database keeps them."""

from __future__ import annotations

from typing import Any

from services.tasks.model.clocks import Clock, Extension, Pause, Told

Document = dict[str, Any]


def clock_document(clock: Clock) -> Document:
    """A clock as it is stored; what is empty is left out."""
    document: Document = {"rule": clock.rule, "version": clock.version, "started_at": clock.started_at}
    if clock.ended_at:
        document["ended_at"] = clock.ended_at
    if clock.pauses:
        document["pauses"] = [{"since": pause.since, "until": pause.until} for pause in clock.pauses]
    if clock.extension:
        extension = clock.extension
        document["extension"] = {
            "days": extension.days,
            "approver_id": extension.approver_id,
            "at": extension.at,
            "ground": extension.ground,
        }
    if clock.round > 1:
        document["round"] = clock.round
    if clock.ref is not None:
        document["ref"] = clock.ref
    if clock.told is not None:
        document["told"] = {"stage": clock.told.stage, "at": clock.told.at}
    return document


def clock_of(document: Document) -> Clock:
    """The clock of such a document."""
    return Clock(
        rule=document["rule"],
        version=document["version"],
        started_at=document["started_at"],
        ended_at=document.get("ended_at"),
        pauses=tuple(Pause(one["since"], one["until"]) for one in document.get("pauses", ())),
        extension=_extension_of(document["extension"]) if "extension" in document else None,
        round=document.get("round", 1),
        ref=document.get("ref"),
        told=Told(document["told"]["stage"], document["told"]["at"]) if "told" in document else None,
    )


def _extension_of(document: Document) -> Extension:
    ground = document.get("ground", "complex")
    return Extension(document["days"], document["approver_id"], document["at"], ground)
