"""A report whose reporter and staff write to each other."""

from __future__ import annotations

from contracts.call import Actor
from contracts.reports import operations
from contracts.reports.events import MessagePostedV1
from services.reports import handlers
from tests.integration.reports.building import CALL, DESK, HANDLER, NOW, a_report, by, progressed, report_of

OTHER_HANDLER = Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a"))
THE_HOUR = NOW.replace(minute=0, second=0, microsecond=0)


class Inbox:
    """A report with its case, from both sides."""

    def __init__(self, store, sealer, case_id, **report):
        self.store, self.sealer, self.case_id = store, sealer, case_id
        self.receipt = handlers.submit_report(store, sealer, a_report(**report), CALL)["receipt"]
        progressed(store, sealer, self.receipt, case_id=case_id, handler_id=HANDLER.id)

    @property
    def document(self):
        return report_of(self.store, self.sealer, self.receipt)

    def reporter_writes(self, text="补充", call=CALL):
        return handlers.post_message(self.store, self.sealer, {"receipt": self.receipt, "text": text}, call)

    def staff_write(self, text="请说明", actor=HANDLER, **call):
        request = {"case_id": self.case_id, "text": text}
        return handlers.post_case_message(self.store, self.sealer, request, by(actor, **call))

    def reporter_reads(self, message):
        request = {"receipt": self.receipt, "up_to": message["id"]}
        return handlers.mark_read(self.store, self.sealer, request)["unread"]

    def staff_read(self, message, actor=HANDLER):
        request = {"case_id": self.case_id, "up_to": message["id"]}
        return handlers.mark_case_messages_read(self.store, request, by(actor))["unread"]

    def mine(self):
        return handlers.read_current(self.store, self.sealer, {"receipt": self.receipt}, CALL)

    def theirs(self):
        request = operations.read_case_report.load({"case_id": self.case_id})
        return handlers.read_case_report(self.store, self.sealer, request, by(DESK))

    def told(self):
        """The events about its messages."""
        return [event["data"] for event in self.document["outbox"] if event["type"] == MessagePostedV1.type()]


def waiting(store, actor, **page):
    request = operations.list_report_inbox.load(page)
    return handlers.list_inbox(store, request, by(actor))
