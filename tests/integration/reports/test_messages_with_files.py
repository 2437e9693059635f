"""A message may name files: complete ones, of its report and of its author's side, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.refusals import IdempotencyKeyReused, Invalid
from contracts.reports import operations
from services.reports import handlers
from services.reports.handlers import attachments
from tests.integration.reports.attaching import Reporter, a_vault
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, by
from tests.integration.reports.writing import Inbox
from tests.support.attachments.filler import a_text


@pytest.fixture
def inbox(store, sealer, request):
    return Inbox(store, sealer, f"files-{request.node.name}")


@pytest.fixture
def reporter(store, sealer, inbox):
    return Reporter(store, a_vault(store), sealer, inbox.receipt)


def reporter_writes(inbox, *attachment_ids, call=CALL):
    request = {"receipt": inbox.receipt, "text": "见附件", "attachment_ids": list(attachment_ids)}
    loaded = operations.post_current_message.load(request)
    return handlers.post_message(inbox.store, inbox.sealer, loaded, call)


def staff_write(inbox, *attachment_ids):
    request = {"case_id": inbox.case_id, "text": "见附件", "attachment_ids": list(attachment_ids)}
    loaded = operations.post_case_report_message.load(request)
    return handlers.post_case_message(inbox.store, inbox.sealer, loaded, by(HANDLER))


def staff_send(inbox, reporter, content):
    request = {"case_id": inbox.case_id, "file_name": "通知.txt", "content": content, "last": True}
    loaded = operations.begin_case_attachment.load(request)
    return attachments.begin_for_staff(inbox.store, reporter.vault, inbox.sealer, loaded, by(DESK))


def test_both_sides_see_which_files_belong_to_a_message(inbox, reporter):
    first, second = (reporter.send(a_text(size), "a.txt")["id"] for size in (500, 600))
    reporter_writes(inbox, second, first, second)
    reporter_writes(inbox)

    for seen in (inbox.mine(), inbox.theirs()):
        assert [message["attachment_ids"] for message in seen["messages"]] == [[second, first], []]


def test_any_member_of_staff_names_what_the_staff_sent(inbox, reporter):
    sent = staff_send(inbox, reporter, a_text(500))["id"]

    assert staff_write(inbox, sent)["attachment_ids"] == [sent]


def test_nobody_names_a_file_of_the_other_side(inbox, reporter):
    mine, theirs = reporter.send(a_text(500), "a.txt")["id"], staff_send(inbox, reporter, a_text(500))["id"]

    for write, foreign in ((reporter_writes, theirs), (staff_write, mine)):
        with pytest.raises(Invalid) as refused:
            write(inbox, foreign)
        assert refused.value.errors == [{"field": "attachment_ids.0", "message": "reports.message.no_such_attachment"}]
    assert inbox.mine()["messages"] == []


def test_a_file_of_another_report_an_unfinished_one_and_none_at_all_are_refused_alike(inbox, reporter, store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    foreign = Reporter(store, reporter.vault, sealer, receipt).send(a_text(500), "a.txt")["id"]
    unfinished = reporter.begin(file_name="b.txt", content=a_text(70_000))["id"]
    own = reporter.send(a_text(500), "c.txt")["id"]

    for wrong in (foreign, unfinished, "no-such-file"):
        with pytest.raises(Invalid) as refused:
            reporter_writes(inbox, own, wrong)
        assert [error["field"] for error in refused.value.errors] == ["attachment_ids.1"]
    assert (inbox.told(), inbox.mine()["messages"]) == ([], [])


def test_the_same_key_with_other_files_is_another_request(inbox, reporter):
    call = replace(CALL, idempotency_key="with-files")
    first, second = (reporter.send(a_text(size), "a.txt")["id"] for size in (500, 600))
    told = reporter_writes(inbox, first, call=call)

    assert reporter_writes(inbox, first, call=call) == told
    with pytest.raises(IdempotencyKeyReused):
        reporter_writes(inbox, second, call=call)
