"""Statements of the Experience API 1.0.3: checked by the rules of the specification, part two (Data).

https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md; the numbers in the tests are its sections.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.model.xapi import Told, statement_id, statements

HOME = "https://mingjing.example.gov.cn"
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

_IRI = {"type": "string", "pattern": r"^[a-z][a-z0-9+.-]*:\S+$"}
_LANGUAGE_MAP = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {"^[a-z]{2}(-[A-Z]{2})?$": {"type": "string"}},
    "additionalProperties": False,
}
_UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}


def _object(required, **properties):
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_ACTOR = _object(
    ["account"],
    objectType={"const": "Agent"},
    # 2.4.2.3: exactly one inverse functional identifier; here the account.
    account=_object(["homePage", "name"], homePage=_IRI, name={"type": "string", "minLength": 1}),
)
_ACTIVITY = _object(
    ["id"],
    objectType={"const": "Activity"},
    id=_IRI,
    definition=_object([], type=_IRI, name=_LANGUAGE_MAP),
)
_STATEMENT_REF = _object(["objectType", "id"], objectType={"const": "StatementRef"}, id=_UUID)
_SCORE = _object(
    [],
    scaled={"type": "number", "minimum": -1, "maximum": 1},
    raw={"type": "number"},
    min={"type": "number"},
    max={"type": "number"},
)
_RESULT = _object(
    [],
    score=_SCORE,
    success={"type": "boolean"},
    completion={"type": "boolean"},
    extensions={"type": "object", "propertyNames": _IRI},
)
# 2.2 and 2.4: no property may be null, none may be unknown.
STATEMENT = _object(
    ["id", "actor", "verb", "object", "version"],
    id=_UUID,
    actor=_ACTOR,
    verb=_object(["id"], id=_IRI, display=_LANGUAGE_MAP),
    object={"oneOf": [_ACTIVITY, _STATEMENT_REF]},
    result=_RESULT,
    context=_object([], platform={"type": "string"}, language={"type": "string"}),
    timestamp={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    version={"const": "1.0.3"},
)
VALIDATOR = jsonschema.Draft202012Validator(STATEMENT)

TOLD = st.builds(
    Told,
    id=st.uuids().map(str),
    revision=st.integers(1, 4),
    taken_back=st.booleans(),
    person_id=st.uuids().map(str),
    kind=st.sampled_from(["exam", "practice", "session", "waiver"]),
    ref=st.uuids().map(str),
    title=st.text(min_size=1, max_size=20),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    stored_at=st.just(AT),
    passed=st.booleans(),
    credits=st.floats(0, 10),
    score=st.none() | st.floats(0, 200),
    max_score=st.none() | st.floats(0, 100),
    grade=st.none() | st.tuples(st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=9)),
)
AN_EXAM = Told("e1", 1, False, "p1", "exam", "x1", "测试", AT, AT, True, 2.0, 80.0, 100.0)


@given(TOLD)
def test_every_statement_keeps_to_the_specification(told):
    for statement in statements(told, HOME):
        VALIDATOR.validate(statement)
        score = statement.get("result", {}).get("score")
        if score:
            # 2.4.5.1: raw lies between min and max, and min is less than max.
            assert score["min"] <= score["raw"] <= score["max"]
            assert score["min"] < score["max"]
        if statement["object"]["objectType"] == "StatementRef":
            # 2.3.2: what voids has the reserved verb, and nothing else has it.
            assert statement["verb"]["id"] == "http://adlnet.gov/expapi/verbs/voided"
        else:
            assert statement["verb"]["id"] != "http://adlnet.gov/expapi/verbs/voided"


@given(TOLD)
def test_all_statements_of_an_entry_have_ids_of_their_own_and_telling_again_tells_the_same(told):
    first = list(statements(told, HOME))
    assert first == list(statements(told, HOME))
    assert len({one["id"] for one in first}) == len(first) == told.revision


def test_a_changed_entry_voids_what_was_said_and_says_it_anew():
    [said] = statements(AN_EXAM, HOME)
    voiding, anew = statements(replace(AN_EXAM, revision=2, score=90.0), HOME)
    assert voiding["object"] == {"objectType": "StatementRef", "id": said["id"]}
    assert anew["id"] != said["id"]
    assert anew["result"]["score"]["scaled"] == 0.9


def test_an_entry_that_was_taken_back_is_voided_whole():
    told = list(statements(replace(AN_EXAM, revision=2, taken_back=True), HOME))
    assert [one["object"]["id"] for one in told] == [statement_id("e1", 1), statement_id("e1", 2)]


def test_people_are_accounts_and_neither_a_mail_address_nor_a_name_is_told():
    [said] = statements(AN_EXAM, HOME)
    assert said["actor"] == {"objectType": "Agent", "account": {"homePage": HOME, "name": "p1"}}
    assert "mbox" not in str(said)


def test_the_id_of_a_statement_is_a_uuid_of_version_five_and_never_changes():
    assert uuid.UUID(statement_id("e1", 1)).version == 5
    assert statement_id("e1", 1) == "0386f28d-2de9-5c0e-916a-c81e01c812d2"


def test_an_exam_is_passed_or_failed():
    verbs = [next(statements(replace(AN_EXAM, passed=passed), HOME))["verb"]["id"] for passed in (True, False)]
    assert [verb.rsplit("/", 1)[1] for verb in verbs] == ["passed", "failed"]


def test_a_score_is_told_as_it_is_and_as_a_share_of_what_could_be_reached():
    stored_at = datetime(2026, 3, 9, tzinfo=UTC)
    [said] = statements(replace(AN_EXAM, score=30.0, max_score=40.0, stored_at=stored_at), HOME)
    assert said["result"]["score"] == {"scaled": 0.75, "raw": 30.0, "min": 0, "max": 40.0}
    assert (said["result"]["success"], said["timestamp"]) == (True, "2026-03-02T01:00:00.000Z")


def test_a_grade_is_told_in_both_languages_as_an_extension_of_the_result_and_where_there_is_none_nothing():
    [with_grade] = statements(replace(AN_EXAM, grade=("良好", "good")), HOME)
    [without] = statements(AN_EXAM, HOME)
    assert with_grade["result"]["extensions"] == {
        "https://mingjing.example.gov.cn/xapi/credits": 2.0,
        "https://mingjing.example.gov.cn/xapi/grade": {"zh-CN": "良好", "en-US": "good"},
    }
    assert without["result"]["extensions"] == {"https://mingjing.example.gov.cn/xapi/credits": 2.0}
    VALIDATOR.validate(with_grade)
