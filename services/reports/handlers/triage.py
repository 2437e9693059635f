"""Triage for staff: what the analysis suggests about a report, and what they decide about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        "similar": _similar_cases(store, found, call),
        "decision": _decision(store, report, data_key, call),
    }


def read_suggestion_triage(store: ReportsStore, sealer: Sealer, request: _Document, call: Call) -> _Document:
    """What is suggested about a suggestion; recorded as a reading. ``NotFound``, ``Erased``."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    record(store, suggestion, "triage", request["purpose"], call)
    found = opened(suggestion, sealer.data_key_for_desk(suggestion["_id"], suggestion["data_key"]))
    return {
        **_told(suggestion, found, call.language),
        "id": suggestion["_id"],
        "similar": _similar_suggestions(store, found, call),
    }


def decide_case_triage(store: ReportsStore, sealer: Sealer, request: _Document, call: Call) -> _Document:
    """Confirm or correct; the same decision by the same person again changes nothing. ``NotFound``, ``Erased``,
    ``Invalid`` for a category that the report's form has not, or a case that the person may not see."""
    for left in reversed(range(_TRIES)):
        report = report_of_case(store, request["case_id"], call)
        confirmed = _checked(store, report, request, call)
        data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
        if _is_so(report, data_key, request, confirmed, call):
            break
        decision = _new_decision(report, data_key, request, confirmed, call)
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


def _similar_cases(store: ReportsStore, found: _Document | None, call: Call) -> list[_Document]:
    points = _points(found)
    visible = (report for report in store.triage.who_may_see(list(points)) if _may_see_case(report, call))
    return _ranked({"case_id": report["case"]["id"], "points": points[report["_id"]]} for report in visible)


def _similar_suggestions(store: ReportsStore, found: _Document | None, call: Call) -> list[_Document]:
    points = _points(found)
    person = reader(call.actor)
    return _ranked(
        {"suggestion_id": other["_id"], "points": points[other["_id"]]}
        for other in store.triage.who_may_see(list(points))
        if other["kind"] == "suggestion"
        and "erasure" not in other
        and rules.may_read_suggestion(person, other["subject_unit_ids"])
    )


def _points(found: _Document | None) -> dict[str, int]:
    return {similar["report_id"]: similar["points"] for similar in (found["similar"] if found else ())}


def _ranked(similar: Iterable[_Document]) -> list[_Document]:
    return sorted(similar, key=lambda each: (-each["points"], *map(str, each.values())))


def _may_see_case(report: Mapping[str, Any], call: Call) -> bool:
    case = report.get("case")
    if case is None or report.get("route") == ABOVE or "erasure" in report:
        return False
    excluded = {*case["excluded_unit_ids"], *report["subject_unit_ids"]}
    return rules.may_read_case_report(reader(call.actor), case["handler_id"], excluded)


def _checked(store: ReportsStore, report: _Document, request: _Document, call: Call) -> list[str]:
    """The ids of the reports behind the confirmed cases, in order. ``Invalid``."""
    problems = []
    definition = forms.version(report["form_version"]) or forms.current()
    if request["category"] not in category_codes(definition):
        problems.append({"field": "category", "message": "reports.form.no_such_category"})
    cases = request["similar_confirmed"]
    known = {
        other["case"]["id"]: other["_id"]
        for other in store.triage.who_may_see_cases(cases)
        if _may_see_case(other, call) and other["_id"] != report["_id"]
    }
    problems += [
        {"field": f"similar_confirmed.{place}", "message": "reports.triage.no_such_case"}
        for place, case_id in enumerate(cases)
        if case_id not in known
    ]
    if problems:
        raise Invalid(problems)
    return sorted({known[case_id] for case_id in cases})


def _new_decision(
    report: _Document, data_key: bytes, request: _Document, confirmed: list[str], call: Call
) -> _Document:
    found = opened(report, data_key)
    field = _field(len(report.get("triage_decisions", [])))
    return {
        "category": request["category"],
        "urgency": request["urgency"],
        "suggested": _codes(found),
        "similar": sealing.seal_text(data_key, report["_id"], field, orjson.dumps(confirmed)),
        "at": call.now,
        "by": reader(call.actor).id,
    }


def _codes(found: _Document | None) -> _Document | None:
    if found is None:
        return None
    return {"category": found["categories"][0]["code"], "urgency": found["urgencies"][0]["code"]}


def _is_so(report: _Document, data_key: bytes, request: _Document, confirmed: list[str], call: Call) -> bool:
    decisions = report.get("triage_decisions", [])
    if not decisions:
        return False
    last = decisions[-1]
    said = (last["category"], last["urgency"], _confirmed(report, data_key, len(decisions) - 1), last["by"])
    return said == (request["category"], request["urgency"], confirmed, reader(call.actor).id)


def _decision(store: ReportsStore, report: _Document, data_key: bytes, call: Call) -> _Document | None:
    decisions = report.get("triage_decisions", [])
    if not decisions:
        return None
    last = decisions[-1]
    confirmed = store.triage.who_may_see(_confirmed(report, data_key, len(decisions) - 1))
    suggested = last["suggested"]
    return {
        "category": last["category"],
        "urgency": last["urgency"],
        "similar_confirmed": sorted(other["case"]["id"] for other in confirmed if _may_see_case(other, call)),
        "agreed": None
        if suggested is None
        else suggested == {"category": last["category"], "urgency": last["urgency"]},
        "decided_at": last["at"],
        "decided_by_id": last["by"],
    }


def _confirmed(report: _Document, data_key: bytes, number: int) -> list[str]:
    sealed = report["triage_decisions"][number]["similar"]
    found: list[str] = orjson.loads(sealing.open_text(data_key, report["_id"], _field(number), sealed))
    return found


def _field(number: int) -> str:
    return f"triage-decision/{number}"


def _classified(report: _Document, request: _Document, call: Call) -> Any:
    return ReportClassifiedV1.draft(
        report["_id"],
        report_id=report["_id"],
        case_id=report["case"]["id"],
        category=request["category"],
        urgency=request["urgency"],
        decided_at=call.now,
    )
