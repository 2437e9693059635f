"""How cases hang together, and with whom, between the model's dataclasses and the stored form."""

from __future__ import annotations

from typing import Any

from services.tasks.clock_documents import clock_document, clock_of
from services.tasks.model.case import Case
from services.tasks.model.conflict import handlers_of
from services.tasks.model.related import Follower, Part

Document = dict[str, Any]


def relation_fields(case: Case) -> Document:
    """What an action can change of it. ``handler_ids``: all who handle it, by whom cases are counted;
    ``excluded_person_ids``: by which lists leave cases out. Of ``relations`` only what there is.
    """
    relations: Document = {
        "merged_into": case.merged_into,
        "told_clocks": [clock_document(clock) for clock in case.told_clocks],
        "led_outcome": case.led_outcome,
        "followers": [{**vars(one), "allegations": list(one.allegations)} for one in case.followers],
        "split_from": case.split_from,
        "parts": [vars(part) for part in case.parts],
        "moved": list(case.moved),
        "joint_handler_ids": list(case.joint_handler_ids),
        "objection": list(case.objection) if case.objection else None,
    }
    return {
        "handler_ids": list(handlers_of(case)),
        "excluded_person_ids": list(case.excluded_person_ids),
        "relations": {name: value for name, value in relations.items() if value},
    }


def relations_of(document: Document) -> Document:
    """The fields of ``Case`` that are about this; stored cases that have none of it have no such part."""
    relations = document.get("relations", {})
    return {
        "merged_into": relations.get("merged_into"),
        "told_clocks": tuple(clock_of(clock) for clock in relations.get("told_clocks", ())),
        "led_outcome": relations.get("led_outcome"),
        "followers": tuple(
            Follower(one["case_id"], tuple(one["allegations"]), one["reporter_mode"])
            for one in relations.get("followers", ())
        ),
        "split_from": relations.get("split_from"),
        "parts": tuple(Part(**part) for part in relations.get("parts", ())),
        "moved": tuple(relations.get("moved", ())),
        "joint_handler_ids": tuple(relations.get("joint_handler_ids", ())),
        "excluded_person_ids": tuple(document.get("excluded_person_ids", ())),
        "objection": tuple(relations["objection"]) if relations.get("objection") else None,
    }
