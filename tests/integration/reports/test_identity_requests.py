"""Identity requests on a real database: motivated, decided, opened for a time, seen by the reporter, then gone."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from chassis.refusals import IdempotencyKeyReused, Invalid, NotFound, Stale
from contracts.call import Actor
from contracts.reports import operations
from services.reports import handlers
from services.reports.handlers import accesses, erasure, identity_requests, keys
from services.reports.handlers.identity_requests import opening
from services.reports.keys import public_key
from services.reports.model import identity_requests as rules
from services.reports.model.retention import Erased
from services.reports.sealing import Sealer
from services.reports.worker import ReportsWorker
from tests.integration.reports.attaching import a_vault
from tests.integration.reports.building import (
    CALL,
    DESK,
    HANDLER,
    NOW,
    a_report,
    a_step,
    by,
    later,
    progressed,
    report_of,
)
from tests.integration.reports.identity_asking import (
    AUDITOR,
    BECAUSE,
    CUSTODIAN,
    CUSTODIAN_PRIVATE,
    NAMED,
    SUPERVISOR,
    WHY,
    Asker,
    a_named_case,
    decides,
    lists,
    passed_on,
    reads,
    revokes,
)

SAID = {name: said for name, said in NAMED.items() if name != "mode"}


@pytest.fixture
def case_id(request):
    return f"id-{request.node.name[:70]}"


@pytest.fixture
def receipt(store, sealer, case_id):
    return a_named_case(store, sealer, case_id)


@pytest.fixture
def asker(store, sealer, receipt, case_id):
    return Asker(store, sealer, case_id)


@pytest.fixture
def approved(store, sealer, asker):
    """The id of a request that was approved for 24 hours at NOW."""
    request_id = asker.asks()["id"]
    decides(store, sealer, request_id)
    return request_id


def seen(store, sealer, receipt, **delta):
    told = handlers.read_current(store, sealer, {"receipt": receipt}, later(**delta))
    return operations.read_current_report.dump(told)


def events_of(store, request_id):
    return [event["data"]["state"] for event in store.db.identity_requests.find_one({"_id": request_id})["outbox"]]


@pytest.mark.parametrize("actor", [HANDLER, DESK], ids=["handler", "desk"])
def test_who_handles_the_case_asks_is_allowed_and_opens(store, sealer, asker, actor):
    asker.actor = actor
    asked = asker.asks()
    assert (asked["state"], asked["purpose"], asked["hours"], asked["reason"]) == ("asked", "talk", 24, WHY)

    decided = decides(store, sealer, asked["id"], hours=2)

    assert (decided["state"], decided["decision_reason"]) == ("approved", BECAUSE)
    assert decided["until"] == "2026-03-02T03:15:08.412Z"
    assert asker.opens(asked["id"]) == SAID
    assert events_of(store, asked["id"]) == ["asked", "approved"]


def test_only_the_private_key_of_this_request_opens_what_was_given(store, sealer, asker, approved):
    got = asker.fetches(approved)
    document = store.db.identity_requests.find_one({"_id": approved})

    asker.private_key = bytes([11]) * 32
    with pytest.raises(Exception, match=r".*") as refused:
        asker.opens(approved)
    assert type(refused.value).__name__ in ("ContentUnreadable", "KeyMissing")
    assert base64.b64decode(got["sealed_key"]) == document["sealed_key"]


def test_nothing_that_was_said_stands_in_the_request(store, sealer, asker, approved):
    revokes(store, sealer, approved, reason="案件已移交")
    stored = str(store.db.identity_requests.find_one({"_id": approved}))

    assert not [said for said in (WHY, BECAUSE, "案件已移交", HANDLER.name, *SAID.values()) if said in stored]


@pytest.mark.parametrize(
    "actor",
    [
        Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a")),
        Actor("s", "督导", frozenset({"supervisor", "custodian", "leader"}), "bureau", ("bureau",)),
        Actor("insider", "内部人", frozenset({"desk"}), "unit-x", ("bureau", "unit-x")),
    ],
    ids=["another handler", "every other role", "a unit that the case excludes"],
)
def test_for_everybody_else_there_is_no_case_to_ask_about(store, sealer, asker, receipt, case_id, actor):
    progressed(store, sealer, receipt, case_id=case_id, sequence=2, handler_id=HANDLER.id, excluded_unit_ids=["unit-x"])
    asker.actor = actor

    with pytest.raises(NotFound):
        asker.asks()


def test_an_anonymous_report_has_no_identity_to_ask_for(store, sealer, case_id):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    progressed(store, sealer, receipt, case_id=case_id)

    with pytest.raises(rules.ReporterAnonymous):
        Asker(store, sealer, case_id, DESK).asks()


def test_a_key_that_nothing_can_be_sealed_to_is_refused(asker):
    with pytest.raises(Invalid) as refused:
        asker.asks(public_key=base64.b64encode(bytes(32)).decode())
    assert refused.value.errors[0]["field"] == "public_key"


def test_one_request_of_a_person_for_a_case_is_open_at_a_time(store, sealer, asker, case_id):
    first = asker.asks()
    with pytest.raises(rules.IdentityRequestOpen) as refused:
        asker.asks()
    assert (refused.value.request_id, refused.value.state) == (first["id"], "asked")
    decides(store, sealer, first["id"])
    with pytest.raises(rules.IdentityRequestOpen):
        asker.asks()
    assert Asker(store, sealer, case_id, DESK).asks()["state"] == "asked"


@pytest.mark.parametrize("ending", ["refused", "revoked", "over and swept", "over and not swept yet"])
def test_after_the_end_one_may_ask_again(store, sealer, asker, ending):
    first = asker.asks()["id"]
    decides(store, sealer, first, approved=ending != "refused")
    if ending == "revoked":
        revokes(store, sealer, first)
    at = replace(by(HANDLER), now=NOW + timedelta(hours=25))
    if ending == "over and swept":
        identity_requests.end_over(store, at.now)

    assert asker.asks(call=at)["state"] == "asked"
    assert "sealed_key" not in store.db.identity_requests.find_one({"_id": first})


def test_of_many_who_ask_at_once_with_one_account_one_is_first(asker):
    answers = []

    def ask():
        try:
            answers.append(asker.asks()["state"])
        except rules.IdentityRequestOpen:
            answers.append("open")

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["asked", *["open"] * 5]


def test_a_repeated_request_is_the_same_and_another_body_is_refused(asker):
    call = by(HANDLER, idempotency_key="ask-once")
    first = asker.asks(call=call)

    assert asker.asks(call=call) == first
    for changes in ({"reason": "另一理由"}, {"hours": 25}, {"purpose": "protect"}):
        with pytest.raises(IdempotencyKeyReused):
            asker.asks(call=call, **changes)


# -- the custodian


def test_the_custodian_reads_who_asks_for_which_case_and_why_and_nothing_of_the_report(store, sealer, asker):
    told = reads(store, sealer, asker.asks()["id"], CUSTODIAN)

    assert (told["requester_name"], told["number"], told["reason"]) == (HANDLER.name, "2026-000001", WHY)
    assert told["identity_key"].keys() == {"report_id", "key_id", "sealed_key"}
    report = a_report()
    assert not [said for said in (report["title"], report["narrative"], *SAID.values()) if said in str(told)]


def test_the_key_is_not_for_who_asked_and_not_given_again_after_the_decision(store, sealer, asker):
    request_id = asker.asks()["id"]
    assert reads(store, sealer, request_id, HANDLER)["identity_key"] is None

    decides(store, sealer, request_id)

    assert reads(store, sealer, request_id, CUSTODIAN)["identity_key"] is None


@pytest.mark.parametrize("actor", [SUPERVISOR, AUDITOR], ids=["supervisor", "auditor"])
def test_who_follows_the_progress_reads_no_reason_and_no_key(store, sealer, asker, approved, actor):
    told = reads(store, sealer, approved, actor)

    assert told["state"] == "approved"
    for name in ("reason", "decision_reason", "requester_name", "public_key", "identity_key"):
        assert told[name] is None, name


@pytest.mark.parametrize("actor", [DESK, Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau",))])
def test_others_of_the_staff_know_nothing_of_a_request(store, sealer, asker, approved, actor):
    with pytest.raises(NotFound):
        reads(store, sealer, approved, actor)
    assert approved not in [item["id"] for item in lists(store, actor)["items"]]


def test_nobody_decides_what_they_asked_for_themselves(store, sealer, asker):
    asker.actor = Actor("both", "兼任", frozenset({"desk", "custodian"}), "bureau", ("bureau",))
    request_id = asker.asks()["id"]
    assert reads(store, sealer, request_id, asker.actor)["identity_key"] is None
    key = passed_on(reads(store, sealer, request_id, CUSTODIAN))

    with pytest.raises(rules.OwnIdentityRequest):
        decides(store, sealer, request_id, actor=asker.actor, sealed_key=key)
    decides(store, sealer, request_id, sealed_key=key)
    with pytest.raises(rules.OwnIdentityRequest):
        revokes(store, sealer, request_id, actor=asker.actor)


def test_a_custodian_of_a_unit_that_the_report_is_about_finds_and_decides_nothing(store, sealer, case_id):
    a_named_case(store, sealer, case_id, subjects=[{"unit_id": "reported", "name": "所长"}])
    request_id = Asker(store, sealer, case_id).asks()["id"]
    insider = Actor("insider", "内部人", frozenset({"custodian", "auditor"}), "below", ("bureau", "reported", "below"))
    key = passed_on(reads(store, sealer, request_id, CUSTODIAN))

    with pytest.raises(NotFound):
        reads(store, sealer, request_id, insider)
    with pytest.raises(NotFound):
        decides(store, sealer, request_id, actor=insider, sealed_key=key)
    decides(store, sealer, request_id, sealed_key=key)
    with pytest.raises(NotFound):
        revokes(store, sealer, request_id, actor=insider)
    assert request_id not in [item["id"] for item in lists(store, insider)["items"]]


def test_the_same_decision_again_changes_nothing_and_another_is_refused(store, sealer, asker):
    request_id = asker.asks()["id"]
    key = passed_on(reads(store, sealer, request_id, CUSTODIAN))
    first = decides(store, sealer, request_id, sealed_key=key)

    assert decides(store, sealer, request_id, sealed_key=key) == first
    for said in ({"approved": False}, {"sealed_key": key, "hours": 3}, {"sealed_key": key, "reason": "另一理由"}):
        with pytest.raises(rules.IdentityRequestState) as refused:
            decides(store, sealer, request_id, **said)
        assert refused.value.state == "approved"
    assert events_of(store, request_id) == ["asked", "approved"]


def test_a_decision_on_what_was_read_before_a_change_is_stale(store, sealer, asker):
    request_id = asker.asks()["id"]
    version = reads(store, sealer, request_id, CUSTODIAN)["version"]
    other = Actor("second", "另一保管员", frozenset({"custodian"}), "office", ("bureau", "office"))
    decides(store, sealer, request_id, approved=False, actor=other, expected_version=version)

    with pytest.raises(Stale):
        decides(store, sealer, request_id, approved=False, expected_version=version)
    with pytest.raises(rules.IdentityRequestState):
        decides(store, sealer, request_id, approved=False)


def test_no_more_hours_are_given_than_were_asked_for(store, sealer, asker):
    request_id = asker.asks(hours=10)["id"]
    with pytest.raises(Invalid) as refused:
        decides(store, sealer, request_id, hours=11)
    assert refused.value.errors[0]["field"] == "hours"


@pytest.mark.parametrize("hours", [1, 10])
def test_as_many_hours_are_given_as_were_asked_for_or_fewer(store, sealer, asker, hours):
    request_id = asker.asks(hours=10)["id"]
    assert decides(store, sealer, request_id, hours=hours)["state"] == "approved"
    assert store.identity_requests.get(request_id)["until"] == NOW + timedelta(hours=hours)


# -- the opening


@pytest.mark.parametrize("state", ["asked", "refused", "revoked"])
def test_what_is_not_approved_opens_nothing(store, sealer, asker, state):
    request_id = asker.asks()["id"]
    if state != "asked":
        decides(store, sealer, request_id, approved=state == "revoked")
    if state == "revoked":
        revokes(store, sealer, request_id)

    with pytest.raises(rules.IdentityRequestState) as refused:
        asker.fetches(request_id)
    assert refused.value.state == state
    assert store.db.accesses.count_documents({"identity_request_id": request_id}) == 0


def test_the_clock_ends_the_opening_before_anybody_has_swept(store, asker, approved):
    just_in_time = by(HANDLER, now=NOW + timedelta(hours=24) - timedelta(milliseconds=1))
    assert asker.opens(approved, just_in_time) == SAID

    with pytest.raises(rules.IdentityRequestState) as refused:
        asker.fetches(approved, by(HANDLER, now=NOW + timedelta(hours=24)))
    assert refused.value.state == "over"
    assert store.db.identity_requests.find_one({"_id": approved})["sealed_key"]


def test_the_sweep_erases_the_key_once_the_time_is_past_and_not_before(store, sealer, asker, approved):
    identity_requests.end_over(store, NOW + timedelta(hours=23))
    assert asker.opens(approved) == SAID

    assert identity_requests.end_over(store, NOW + timedelta(hours=24)) >= 1

    ended = store.db.identity_requests.find_one({"_id": approved})
    assert ended["state"] == "over"
    assert "sealed_key" not in ended
    assert events_of(store, approved) == ["asked", "approved", "over"]
    before = events_of(store, approved)
    identity_requests.end_over(store, NOW + timedelta(hours=30))
    assert events_of(store, approved) == before


def test_the_worker_erases_the_keys_whose_time_is_past(store, approved):
    worker = ReportsWorker()
    worker.store = store

    class AfterTheEnd:
        def turn(self, call):
            call(NOW + timedelta(hours=24))

    worker.end_identity_requests(AfterTheEnd())

    assert "sealed_key" not in store.db.identity_requests.find_one({"_id": approved})


def test_one_that_is_revoked_at_this_moment_holds_up_the_sweep_of_no_other(store, sealer, asker, approved, monkeypatch):
    asker.actor = DESK
    other = asker.asks()["id"]
    decides(store, sealer, other)
    past = list(store.identity_requests.over(NOW + timedelta(hours=25)))

    def over(_now):
        revokes(store, sealer, approved)
        return iter(past)

    monkeypatch.setattr(store.identity_requests, "over", over)
    identity_requests.end_over(store, NOW + timedelta(hours=25))
    states = {id: store.identity_requests.get(id)["state"] for id in (approved, other)}
    assert states == {approved: "revoked", other: "over"}
    assert "sealed_key" not in store.identity_requests.get(other)


def test_a_revocation_erases_the_key_at_once(store, sealer, asker, approved):
    ended = revokes(store, sealer, approved, reason="案件已移交")

    assert (ended["state"], ended["end_reason"]) == ("revoked", "案件已移交")
    assert "sealed_key" not in store.db.identity_requests.find_one({"_id": approved})
    assert revokes(store, sealer, approved, reason="案件已移交") == ended
    with pytest.raises(rules.IdentityRequestState):
        revokes(store, sealer, approved, reason="另一理由")
    with pytest.raises(rules.IdentityRequestState):
        asker.fetches(approved)


def test_nobody_but_who_asked_opens(store, sealer, asker, approved):
    for actor in (DESK, Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a"))):
        with pytest.raises(NotFound):
            asker.fetches(approved, by(actor))


@pytest.mark.parametrize("change", ["another handler", "a unit excluded"])
def test_the_right_to_the_case_is_looked_at_again_at_every_opening(store, sealer, asker, approved, receipt, change):
    assert asker.opens(approved) == SAID
    told = {"handler_id": "successor"} if change == "another handler" else {"excluded_unit_ids": ["unit-a"]}
    progressed(store, sealer, receipt, case_id=asker.case_id, sequence=2, **({"handler_id": HANDLER.id} | told))

    with pytest.raises(NotFound):
        asker.fetches(approved)


def test_the_handler_of_a_part_of_the_case_asks_for_the_part_and_is_looked_at_for_it(store, sealer, receipt, case_id):
    report_id, part_id = report_of(store, sealer, receipt)["_id"], f"{case_id}-part"
    partly = Actor("handler-of-part", "分案承办人", frozenset({"handler"}), "unit-b", ("bureau", "unit-b"))
    told = {"part_of": report_id, "number": "2026-000002", "handler_id": partly.id}
    handlers.show_progress(store, [a_step(None, part_id, 1, **told)])
    asker = Asker(store, sealer, part_id, partly)
    asked = asker.asks()
    decides(store, sealer, asked["id"])

    assert asked["number"] == "2026-000002"
    assert asker.opens(asked["id"]) == SAID
    with pytest.raises(NotFound):
        Asker(store, sealer, case_id, partly).asks()
    handlers.show_progress(store, [a_step(None, part_id, 2, **(told | {"handler_id": "successor"}))])
    with pytest.raises(NotFound):
        asker.fetches(asked["id"])


def test_a_unit_that_is_found_in_the_text_later_closes_the_opening(store, sealer, asker, approved, receipt):
    report = report_of(store, sealer, receipt)
    store.reports.keep_from(report, ["unit-a"], [])

    with pytest.raises(NotFound):
        asker.fetches(approved)


def test_each_opening_is_recorded_and_told_before_it_is_given(store, asker, approved):
    for _ in range(2):
        asker.opens(approved)

    accesses = list(store.db.accesses.find({"identity_request_id": approved}))
    assert [(access["what"], access["actor_id"], access["at"]) for access in accesses] == [
        ("identity", HANDLER.id, NOW)
    ] * 2
    [event] = accesses[0]["outbox"]
    assert event["type"] == "reports.content_accessed.v1"
    assert (event["data"]["what"], event["data"]["purpose_code"]) == ("identity", "identity_request")


def test_what_is_revoked_while_its_opening_is_recorded_is_not_given(store, sealer, asker, approved, monkeypatch):
    def revoked_meanwhile(*args, **fields):
        accesses.record(*args, **fields)
        revokes(store, sealer, approved)

    monkeypatch.setattr(opening, "record", revoked_meanwhile)
    with pytest.raises(rules.IdentityRequestState) as refused:
        asker.fetches(approved)
    assert refused.value.state == "revoked"


def test_what_cannot_be_recorded_is_not_given(store, asker, approved):
    store.db.command("collMod", "accesses", validator={"nobody": {"$exists": True}})
    try:
        with pytest.raises(Exception, match="validation"):
            asker.fetches(approved)
    finally:
        store.db.command("collMod", "accesses", validator={})
    assert asker.opens(approved) == SAID


# -- the reporter


def test_the_reporter_sees_each_request_its_purpose_its_times_and_each_hour_of_opening(
    store, sealer, asker, approved, receipt
):
    for minutes in (5, 10, 100):
        asker.opens(approved, by(HANDLER, now=NOW + timedelta(minutes=minutes)))

    [told] = seen(store, sealer, receipt, hours=3)["identity_requests"]

    assert told == {
        "state": "approved",
        "purpose": "talk",
        "asked_at": "2026-03-02T01:15:08.412Z",
        "decided_at": "2026-03-02T01:15:08.412Z",
        "open_from": "2026-03-02T01:15:08.412Z",
        "open_until": "2026-03-03T01:15:08.412Z",
        "openings": [{"at": "2026-03-02T01:00:00.000Z", "times": 2}, {"at": "2026-03-02T02:00:00.000Z", "times": 1}],
    }


def test_the_reporters_history_tells_of_asking_deciding_and_opening(store, sealer, asker, approved, receipt):
    asker.opens(approved, by(HANDLER, now=NOW + timedelta(hours=2)))
    told = seen(store, sealer, receipt, hours=25)

    codes = [entry["text_code"].rpartition(".")[2] for entry in told["history"]]
    assert codes[0] == "received"
    for line in ("identity_asked", "identity_approved", "identity_opened", "identity_over"):
        assert codes.count(line) == 1, line
    assert [entry["at"] for entry in told["history"] if entry["text_code"].endswith("opened")] == [
        "2026-03-02T03:00:00.000Z"
    ]


def test_no_name_or_id_of_staff_and_no_reason_is_told_to_the_reporter(store, sealer, asker, approved, receipt):
    asker.opens(approved)
    told = str(seen(store, sealer, receipt))

    assert not [said for said in (HANDLER.id, HANDLER.name, CUSTODIAN.id, WHY, BECAUSE) if said in told]


def test_a_reporter_sees_nothing_of_requests_about_others(store, sealer, asker, approved, case_id):
    other = a_named_case(store, sealer, f"{case_id}-other")

    assert seen(store, sealer, other)["identity_requests"] == []


# -- lists


def test_the_custodian_finds_what_waits_first_and_others_their_own_alone(store, sealer, asker, case_id):
    mine = asker.asks(call=by(HANDLER, now=NOW + timedelta(minutes=1)))["id"]
    theirs = Asker(store, sealer, case_id, DESK).asks(call=by(DESK, now=NOW + timedelta(minutes=2)))["id"]
    decides(store, sealer, theirs, approved=False)

    for actor in (CUSTODIAN, SUPERVISOR, AUDITOR):
        found = lists(store, actor)["items"]
        ids = [item["id"] for item in found]
        assert ids.index(mine) < ids.index(theirs)
        assert [item["state"] == "asked" for item in found] == sorted(
            (item["state"] == "asked" for item in found), reverse=True
        )
        assert all(item.keys() == operations.list_identity_requests.dump({"items": [item]})["items"][0].keys()
                   for item in found)  # fmt: skip
    own = [item["id"] for item in lists(store, HANDLER)["items"]]
    assert mine in own
    assert theirs not in own


def test_no_reason_and_no_key_is_in_any_list(store, sealer, asker, approved):
    for actor in (CUSTODIAN, HANDLER, SUPERVISOR, AUDITOR):
        item = next(item for item in lists(store, actor)["items"] if item["id"] == approved)
        assert not {"reason", "decision_reason", "public_key", "identity_key", "requester_name"} & item.keys()


def test_pages_follow_one_another(store, asker, approved):
    everything, cursor = [], None
    while True:
        page = lists(store, CUSTODIAN, limit=2, cursor=cursor)
        everything += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert everything == [item["id"] for item in lists(store, CUSTODIAN)["items"]]
    assert approved in everything


# -- keys and erasure


def test_a_new_key_of_the_custodian_disturbs_neither_what_waits_nor_what_is_open(
    store, sealer, asker, approved, case_id
):
    waiting = Asker(store, sealer, case_id, DESK)
    request_id = waiting.asks()["id"]
    new = bytes([77]) * 32
    for _ in keys.rotate_identities(store, [CUSTODIAN_PRIVATE], public_key(new), 100):
        pass
    try:
        assert asker.opens(approved) == SAID
        key = passed_on(reads(store, sealer, request_id, CUSTODIAN), new)
        decides(store, sealer, request_id, sealed_key=key)
        assert waiting.opens(request_id) == SAID
    finally:
        for _ in keys.rotate_identities(store, [new], public_key(CUSTODIAN_PRIVATE), 100):
            pass


def test_reasons_open_with_the_desks_new_key_after_a_rotation(store, sealer, asker, approved):
    desk, lookup, superior = (bytes([number]) * 32 for number in (11, 13, 14))
    during = Sealer.of(
        (bytes([78]) * 32, desk), public_key(CUSTODIAN_PRIVATE), lookup, superior_public=public_key(superior)
    )
    for _ in keys.rotate(store, during, 100):
        pass
    try:
        alone = Sealer.of(
            (bytes([78]) * 32,), public_key(CUSTODIAN_PRIVATE), lookup, superior_public=public_key(superior)
        )
        assert reads(store, alone, approved, CUSTODIAN)["reason"] == WHY
    finally:
        back = Sealer.of(
            (desk, bytes([78]) * 32), public_key(CUSTODIAN_PRIVATE), lookup, superior_public=public_key(superior)
        )
        for _ in keys.rotate(store, back, 100):
            pass


def test_requests_and_their_keys_go_with_the_report(store, sealer, asker, approved, receipt, case_id):
    ended_at = datetime(2010, 3, 2, tzinfo=UTC)
    progressed(
        store, sealer, receipt, case_id=case_id, sequence=2, handler_id=HANDLER.id, outcome="refused", at=ended_at,
        reporter_state="not_accepted",
    )  # fmt: skip
    report_id = report_of(store, sealer, receipt)["_id"]
    afterwards = datetime(2040, 1, 1, tzinfo=UTC)
    [due] = [found for found in erasure.due(store, afterwards) if found.report["_id"] == report_id]
    assert erasure.begin(store, due, afterwards)

    with pytest.raises(Erased):
        asker.fetches(approved)
    with pytest.raises(Erased):
        reads(store, sealer, approved, CUSTODIAN)
    with pytest.raises(Erased):
        asker.asks()
    assert report_id in list(erasure.complete(store, a_vault(store), afterwards + timedelta(seconds=61)))

    # What still waits to be told stays until it has left, without anything sealed.
    [left] = store.db.identity_requests.find({"report_id": report_id})
    assert not [name for name, value in left.items() if isinstance(value, bytes)]
    store.db.identity_requests.update_one({"_id": approved}, {"$set": {"outbox": []}})
    erasure.sweep_stragglers(store, a_vault(store), afterwards + timedelta(minutes=3))
    assert store.db.identity_requests.count_documents({"report_id": report_id}) == 0
