"""The contracts' schema loads what marshmallow's loads, and refuses what it refuses in the same words."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import marshmallow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, INCLUDE, ValidationError, fields

import contracts.schema
from contracts.schema import Schema

anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({}) | st.just("2026")


class Person(Schema):
    name = fields.String(required=True, validate=marshmallow.validate.Length(max=4))
    from_ = fields.Integer(data_key="from", attribute="from", load_default=1)
    note = fields.String(allow_none=True)


class Session(Schema):
    place = fields.String(load_default=lambda: "市局")
    speakers = fields.List(fields.Nested(Person), load_default=list)
    host = fields.Nested(Person, unknown=EXCLUDE)
    seats = fields.Dict(keys=fields.String(), values=fields.Integer())

    @marshmallow.validates_schema
    def not_alone(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("speakers") == []:
            raise ValidationError("nobody speaks", "speakers")

    @marshmallow.post_load
    def counted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "count": len(data.get("speakers", ()))}


person = st.dictionaries(st.sampled_from(["name", "from", "from_", "note", "age"]), anything, max_size=4) | anything
session = st.fixed_dictionaries(
    {},
    optional={
        "place": anything,
        "speakers": st.lists(person, max_size=3) | anything,
        "host": person,
        "seats": st.dictionaries(st.text(max_size=3), anything, max_size=2),
        "unknown": anything,
    },
)


def outcome(schema: marshmallow.Schema, data: Any, **options: Any) -> Any:
    try:
        return "loaded", schema.load(deepcopy(data), **options)
    except ValidationError as error:
        return "refused", error.messages, error.valid_data


def both(schema: marshmallow.Schema, data: Any, **options: Any) -> tuple[Any, Any]:
    """What comes of ``data`` by the shorter way, and by marshmallow's own alone."""
    ours = outcome(schema, data, **options)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(contracts.schema.Schema, "_deserialize", marshmallow.Schema._deserialize)
        return ours, outcome(schema, data, **options)


@example({}, True, None, None)
@example({"unknown": 1}, False, None, INCLUDE)
@example({"unknown": 1}, False, None, EXCLUDE)
@given(
    session | st.lists(session, max_size=2) | anything,
    st.booleans(),
    st.sampled_from([None, True, False, ("place", "host.name")]),
    st.sampled_from([None, EXCLUDE, INCLUDE]),
)
def test_all_is_loaded_and_refused_as_marshmallow_does(data: Any, many: bool, partial: Any, unknown: Any) -> None:
    ours, theirs = both(Session(), data, many=many, partial=partial, unknown=unknown)
    assert ours == theirs


def test_what_is_right_takes_the_shorter_way_and_what_is_wrong_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    longer = marshmallow.Schema._deserialize
    monkeypatch.setattr(
        marshmallow.Schema, "_deserialize", lambda *args, **kwargs: taken.append(args[1]) or longer(*args, **kwargs)
    )
    right = {"speakers": [{"name": "王五"}]}
    assert Session().load(right) == {"place": "市局", "speakers": [{"name": "王五", "from": 1}], "count": 1}
    assert Person(unknown=EXCLUDE).load({"name": "王五", "age": 40}) == {"name": "王五", "from": 1}
    assert taken == []
    with pytest.raises(ValidationError):
        Session().load({"speakers": [{"name": "王五六七八"}]})
    assert len(taken) > 0


def test_contracts_are_written_in_it() -> None:
    marshmallows = re.compile(r"^from marshmallow import .*\bSchema\b", re.MULTILINE)
    assert [file for file in Path("contracts").rglob("*.py") if marshmallows.search(file.read_text())] == []
