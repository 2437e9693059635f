"""Evidence: what is said of it, and the files of its items."""

from __future__ import annotations

from dataclasses import replace

from chassis import serve
from contracts.reports import operations
from services.reports.handlers import evidence, evidence_files


class Evidence:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.keep_evidence_content)
    def keep_evidence_content(self, request, call):
        return evidence.keep_content(self.store, self.settings.sealer, request, call)

    @serve(operations.keep_custody_content)
    def keep_custody_content(self, request, call):
        return evidence.keep_custody(self.store, self.settings.sealer, request, call)

    @serve(operations.open_evidence)
    def open_evidence(self, request, call):
        return evidence.open_items(*self._evidence, request, call)

    @serve(operations.begin_evidence_file)
    def begin_evidence_file(self, request, call):
        return evidence_files.begin(*self._evidence, request, call)

    @serve(operations.put_evidence_piece)
    def put_evidence_piece(self, request, call):
        return evidence_files.put(*self._evidence, request, call)

    @serve(operations.read_evidence_upload)
    def read_evidence_upload(self, request, call):
        return evidence_files.read_upload(*self._evidence, request, call)

    @serve(operations.resume_evidence_upload)
    def resume_evidence_upload(self, request, call):
        return evidence_files.resume(*self._evidence, request, call)

    @serve(operations.cancel_evidence_upload)
    def cancel_evidence_upload(self, request, call):
        evidence_files.cancel(*self._evidence, request, call)

    @serve(operations.read_evidence_file_part)
    def read_evidence_file_part(self, request, call):
        return evidence_files.read_part(*self._evidence, request, call)

    @property
    def _evidence(self):
        """The files of cases are kept where those of reports are, under limits of their own."""
        vault = replace(self.settings.vault(self.store), limits=evidence_files.LIMITS)
        return self.store, vault, self.settings.sealer
