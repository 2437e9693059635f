"""Attachments of both sides."""

from __future__ import annotations

from chassis import every, serve
from contracts.reports import operations
from services.reports.handlers import attachments


class Attachments:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.begin_current_attachment)
    def begin_current_attachment(self, request, call):
        return attachments.begin_current(*self._attachments, request, call)

    @serve(operations.put_current_piece)
    def put_current_piece(self, request, call):
        return attachments.put_current(*self._attachments, request, call)

    @serve(operations.read_current_upload)
    def read_current_upload(self, request, call):
        return attachments.read_current_upload(*self._attachments, request)

    @serve(operations.resume_current_upload)
    def resume_current_upload(self, request, call):
        return attachments.resume_current(*self._attachments, request, call)

    @serve(operations.cancel_current_upload)
    def cancel_current_upload(self, request, call):
        attachments.cancel_current(*self._attachments, request)

    @serve(operations.list_current_attachments)
    def list_current_attachments(self, request, call):
        return attachments.list_current(*self._attachments, request)

    @serve(operations.read_current_attachment_part)
    def read_current_attachment_part(self, request, call):
        return attachments.read_current_part(*self._attachments, request)

    @serve(operations.list_case_attachments)
    def list_case_attachments(self, request, call):
        return attachments.list_for_staff(*self._attachments, request, call)

    @serve(operations.read_case_attachment_part)
    def read_case_attachment_part(self, request, call):
        return attachments.read_part_for_staff(*self._attachments, request, call)

    @serve(operations.begin_case_attachment)
    def begin_case_attachment(self, request, call):
        return attachments.begin_for_staff(*self._attachments, request, call)

    @serve(operations.put_case_piece)
    def put_case_piece(self, request, call):
        return attachments.put_for_staff(*self._attachments, request, call)

    @serve(operations.cancel_case_upload)
    def cancel_case_upload(self, request, call):
        attachments.cancel_for_staff(*self._attachments, request, call)

    @serve(operations.list_suggestion_attachments)
    def list_suggestion_attachments(self, request, call):
        return attachments.list_for_staff(*self._attachments, request, call)

    @serve(operations.read_suggestion_attachment_part)
    def read_suggestion_attachment_part(self, request, call):
        return attachments.read_part_for_staff(*self._attachments, request, call)

    @serve(operations.begin_suggestion_attachment)
    def begin_suggestion_attachment(self, request, call):
        return attachments.begin_for_staff(*self._attachments, request, call)

    @serve(operations.put_suggestion_piece)
    def put_suggestion_piece(self, request, call):
        return attachments.put_for_staff(*self._attachments, request, call)

    @serve(operations.cancel_suggestion_upload)
    def cancel_suggestion_upload(self, request, call):
        attachments.cancel_for_staff(*self._attachments, request, call)

    @every(seconds=600, role="forget-unfinished-attachments")
    def forget_unfinished_attachments(self, now):
        attachments.forget_unfinished(self.settings.vault(self.store), now)

    @property
    def _attachments(self):
        return self.store, self.settings.vault(self.store), self.settings.sealer
