"""People are recognised by id, user name and staff number, for services only."""

from __future__ import annotations

from contracts.identity import operations


def recognised(bureau, **wanted):
    found = bureau.do(operations.recognise_people, bureau.by(None), **wanted)["items"]
    return {one["person_id"]: (one["name"], one["username"], one["staff_number"]) for one in found}


def test_people_are_recognised_by_what_names_them_and_once(bureau):
    one = bureau.person("rec.one", password=None, staff_number="R-100")
    two = bureau.person("rec.two", password=None)
    wanted = {
        "person_ids": [one["id"]],
        "usernames": ["REC.One", "rec.two", "rec.none"],
        "staff_numbers": ["R-100", ""],
    }
    found = recognised(bureau, **wanted)
    assert found.keys() == {one["id"], two["id"]}
    assert found[one["id"]] == (one["name"], "rec.one", "R-100")
    assert found[two["id"]][2] is None


def test_nobody_is_recognised_by_nothing(bureau):
    assert recognised(bureau) == {}
