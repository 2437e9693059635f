"""Notices to staff: made, shown, mailed as each person wants."""

from __future__ import annotations

from chassis import Asker, at_start, clock, consume, every, serve
from contracts.reports.events import IdentityRequestChangedV1
from contracts.tasks import operations
from contracts.tasks.events import ClockStageReachedV1
from services.tasks.handlers import notice_mail, notice_settings, notices


class Notices:
    """Entrypoints of ``TasksService``."""

    asker = Asker()

    @serve(operations.list_my_notices)
    def list_my_notices(self, request, call):
        return notices.list_mine(self.store, request, call)

    @serve(operations.count_my_notices)
    def count_my_notices(self, request, call):
        return notices.count_mine(self.store, request, call)

    @serve(operations.read_my_notices)
    def read_my_notices(self, request, call):
        return notices.read_mine(self.store, request, call)

    @serve(operations.get_my_notice_settings)
    def get_my_notice_settings(self, request, call):
        return notice_settings.get_mine(self.store, request, call)

    @serve(operations.set_my_notice_settings)
    def set_my_notice_settings(self, request, call):
        return notice_settings.set_mine(self.store, request, call)

    @consume(ClockStageReachedV1)
    def tell_of_stage(self, event):
        notices.tell_of_stage(self.store, event, clock.now())

    @consume(IdentityRequestChangedV1)
    def tell_of_identity_request(self, event):
        notices.tell_of_identity_request(self.store, event, clock.now())

    @every(seconds=1, role="make-notices")
    def make_notices(self, now):
        notices.make_notices(self.store, now)

    @every(seconds=5, role="send-notice-mail")
    def send_notice_mail(self, now):
        notice_mail.send(self.store, self.settings.postbox, self.asker, now)

    @at_start
    def tell_whether_mail_is_sent(self):
        notice_mail.tell_whether_sent(self.settings.postbox)
