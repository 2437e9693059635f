"""Triage for staff: what the analysis suggests about a report, and what they decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from chassis.refusals import Invalid, Stale
from contracts.call import Call
from contracts.reports.events import ReportClassifiedV1
from services.reports import forms, sealing
from services.reports.handlers.accesses import reader, record
from services.reports.handlers.staff import report_of_case
from services.reports.handlers.suggestions import suggestion_of
from services.reports.model import report as rules
from services.reports.model.conflict import ABOVE
from services.reports.model.form import category_codes
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore
from services.reports.triage import levels

PENDING = "pending"
FIELD = "triage"

# How often it is decided anew when something else was written to the report meanwhile.
_TRIES = 5

_Document = dict[str, Any]


def read_case_triage(store: ReportsStore, sealer: Sealer, request: _Document, call: Call) -> _Document:
    """What is suggested about the report behind a case; recorded as a reading. ``NotFound``, ``Erased``."""
    report = report_of_case(store, request["case_id"], call)
    record(store, report, "triage", request["purpose"], call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    found = opened(report, data_key)
    return {
        **_told(report, found, call.language),
        "case_id": request["case_id"],
        "report_id": report["_id"],
        "similar": _similar(store, report, found, call, "case_id"),
        "decision": _decision(store, report, data_key, call),
    }


def read_suggestion_triage(store: ReportsStore, sealer: Sealer, request: _Document, call: Call) -> _Document:
    """What is suggested about a suggestion; recorded as a reading. ``NotFound``, ``Erased``."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    record(store, suggestion, "triage", request["purpose"], call)
    data_key = sealer.data_key_for_desk(suggestion["_id"], suggestion["data_key"])
    found = opened(suggestion, data_key)
    return {
        **_told(suggestion, found, call.language),
        "id": suggestion["_id"],
        "similar": _similar(store, suggestion, found, call, "suggestion_id"),
        "decision": _decision(store, suggestion, data_key, call),
    }


def decide_case_triage(store: ReportsStore, sealer: Sealer, request: _Document, call: Call) -> _Document:
    """Confirm or correct; the same decision by the same person again changes nothing. ``NotFound``, ``Erased``,
    ``Invalid`` for a category that the report's form has not, or a case that the person may not see."""
    return _decide(store, sealer, request, call, lambda: report_of_case(store, request["case_id"], call))


def decide_suggestion_triage(store: ReportsStore, sealer: Sealer, request: _Document, call: Call) -> _Document:
    """The same for a suggestion, and the suggestions that are like it."""
    return _decide(store, sealer, request, call, lambda: suggestion_of(store, request["suggestion_id"], call))


def _decide(
    store: ReportsStore, sealer: Sealer, request: _Document, call: Call, find: Callable[[], _Document]
) -> _Document:
    for left in reversed(range(_TRIES)):
        report = find()
        judged = {"similar": _checked(store, report, request, call), "entities": request["entities"]}
        data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
        if _is_so(report, data_key, request, judged, call):
            break
        decision = _new_decision(report, data_key, request, judged, call)
        try:
            report = store.triage.decide(report, decision, _classified(report, request, call))
            break
        except Stale:
            if left == 0:
                raise
    answer = _decision(store, report, data_key, call)
    assert answer is not None
    return answer


def opened(report: _Document, data_key: bytes) -> _Document | None:
    """The sealed result; ``None`` where there is none. ``ContentUnreadable``."""
    sealed = report.get(FIELD, {}).get("sealed")
    if sealed is None:
        return None
    found: _Document = orjson.loads(sealing.open_text(data_key, report["_id"], FIELD, sealed))
    return found


def _told(report: _Document, found: _Document | None, language: str) -> _Document:
    state = report.get(FIELD, {})
    names = _category_names(report["form_version"], language)
    return {
        "state": state.get("state", PENDING),
        "reason": state.get("reason"),
        "model": found["model"] if found else None,
        "category": report["category"],
        "categories": [
            {**_suggested(each, language), "name": names.get(each["code"], each["code"])}
            for each in (found["categories"] if found else ())
        ],
        "urgencies": [
            {**_suggested(each, language), **levels.told(each["code"], language)}
            for each in (found["urgencies"] if found else ())
        ],
        "entities": found["entities"] if found else [],
    }


def _suggested(each: _Document, language: str) -> _Document:
    return {
        "code": each["code"],
        "confidence": each["probability"],
        "reasons": [
            {"rule": rule["id"], "text": levels.in_language(rule["reason"], language)} for rule in each["rules"]
        ],
        "phrases": each["phrases"],
    }


def _category_names(form_version: str, language: str) -> dict[str, str]:
    definition = forms.version(form_version) or forms.current()
    names = {}
    for category in definition["categories"]:
        for entry in (category, *category["subcategories"]):
            names[entry["code"]] = levels.in_language(entry["name"], language)
    return names


def _similar(
    store: ReportsStore, report: _Document, found: _Document | None, call: Call, named: str
) -> list[_Document]:
    points = _points(found)
    visible = _visible(store.triage.who_may_see(list(points)), report["kind"], call)
    return _ranked({named: shown, "points": points[other_id]} for other_id, shown in visible.items())


def _visible(others: Iterable[_Document], kind: str, call: Call) -> dict[str, str]:
    """Of other reports of this kind those that the person may see: id -> the id under which they are told."""
    if kind == "suggestion":
        return {other["_id"]: other["_id"] for other in others if _may_see_suggestion(other, call)}
    return {other["_id"]: other["case"]["id"] for other in others if _may_see_case(other, call)}


def _points(found: _Document | None) -> dict[str, int]:
    return {similar["report_id"]: similar["points"] for similar in (found["similar"] if found else ())}


def _ranked(similar: Iterable[_Document]) -> list[_Document]:
    return sorted(similar, key=lambda each: (-each["points"], *map(str, each.values())))


def _may_see_case(report: Mapping[str, Any], call: Call) -> bool:
    case = report.get("case")
    if case is None or report.get("route") == ABOVE or "erasure" in report:
        return False
    return rules.may_read_case_report(reader(call.actor), case, report["subject_unit_ids"])


def _may_see_suggestion(other: Mapping[str, Any], call: Call) -> bool:
    if other["kind"] != "suggestion" or "erasure" in other:
        return False
    return rules.may_read_suggestion(reader(call.actor), other["subject_unit_ids"])


def _checked(store: ReportsStore, report: _Document, request: _Document, call: Call) -> list[str]:
    """The ids of the reports that were confirmed as similar, in order. ``Invalid``."""
    problems = []
    definition = forms.version(report["form_version"]) or forms.current()
    if request["category"] not in category_codes(definition):
        problems.append({"field": "category", "message": "reports.form.no_such_category"})
    confirmed = request["similar_confirmed"]
    suggestion = report["kind"] == "suggestion"
    others = store.triage.who_may_see(confirmed) if suggestion else store.triage.who_may_see_cases(confirmed)
    visible = _visible(others, report["kind"], call)
    known = {shown: other_id for other_id, shown in visible.items() if other_id != report["_id"]}
    missing = "reports.triage.no_such_suggestion" if suggestion else "reports.triage.no_such_case"
    problems += [
        {"field": f"similar_confirmed.{place}", "message": missing}
        for place, shown in enumerate(confirmed)
        if shown not in known
    ]
    if problems:
        raise Invalid(problems)
    return sorted({known[shown] for shown in confirmed})


def _new_decision(report: _Document, data_key: bytes, request: _Document, judged: _Document, call: Call) -> _Document:
    found = opened(report, data_key)
    field = _field(len(report.get("triage_decisions", [])))
    return {
        "category": request["category"],
        "urgency": request["urgency"],
        "suggested": _codes(found),
        "judged": sealing.seal_text(data_key, report["_id"], field, orjson.dumps(judged)),
        "at": call.now,
        "by": reader(call.actor).id,
    }


def _codes(found: _Document | None) -> _Document | None:
    if found is None:
        return None
    return {"category": found["categories"][0]["code"], "urgency": found["urgencies"][0]["code"]}


def _is_so(report: _Document, data_key: bytes, request: _Document, judged: _Document, call: Call) -> bool:
    decisions = report.get("triage_decisions", [])
    if not decisions:
        return False
    last = decisions[-1]
    said = (last["category"], last["urgency"], _judged(report, data_key, len(decisions) - 1), last["by"])
    return said == (request["category"], request["urgency"], judged, reader(call.actor).id)


def _decision(store: ReportsStore, report: _Document, data_key: bytes, call: Call) -> _Document | None:
    decisions = report.get("triage_decisions", [])
    if not decisions:
        return None
    last = decisions[-1]
    judged = _judged(report, data_key, len(decisions) - 1)
    suggested = last["suggested"]
    return {
        "category": last["category"],
        "urgency": last["urgency"],
        "similar_confirmed": sorted(
            _visible(store.triage.who_may_see(judged["similar"]), report["kind"], call).values()
        ),
        "entities": judged["entities"],
        "agreed": None
        if suggested is None
        else suggested == {"category": last["category"], "urgency": last["urgency"]},
        "decided_at": last["at"],
        "decided_by_id": last["by"],
    }


def _judged(report: _Document, data_key: bytes, number: int) -> _Document:
    """``similar`` (report ids) and ``entities`` of one of the decisions, opened."""
    sealed = report["triage_decisions"][number]["judged"]
    judged: _Document = orjson.loads(sealing.open_text(data_key, report["_id"], _field(number), sealed))
    return judged


def _field(number: int) -> str:
    return f"triage-decision/{number}"


def _classified(report: _Document, request: _Document, call: Call) -> Any:
    return ReportClassifiedV1.draft(
        report["_id"],
        report_id=report["_id"],
        case_id=report["case"]["id"] if "case" in report else None,
        category=request["category"],
        urgency=request["urgency"],
        decided_at=call.now,
    )
