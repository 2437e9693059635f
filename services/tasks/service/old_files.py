"""Clues taken up by hand, and old files under review: imported, listed, counted."""

from __future__ import annotations

from chassis import consume, every, serve
from contracts.identity.events import UnitChangedV1
from contracts.tasks import operations
from services.tasks.handlers import clues, old_file_imports, old_files, units


class OldFiles:
    """Entrypoints of ``TasksService``."""

    @serve(operations.open_clue)
    def open_clue(self, request, call):
        return clues.open_clue(self.store, request, call)

    @serve(operations.start_old_file_import)
    def start_old_file_import(self, request, call):
        return old_file_imports.start_old_file_import(self.store, request, call)

    @serve(operations.get_old_file_import)
    def get_old_file_import(self, request, call):
        return old_file_imports.get_old_file_import(self.store, request, call)

    @serve(operations.get_old_file_template)
    def get_old_file_template(self, request, call):
        return old_file_imports.get_template(self.store, request, call)

    @serve(operations.list_old_files)
    def list_old_files(self, request, call):
        return old_files.list_old_files(self.store, request, call)

    @serve(operations.get_old_file)
    def get_old_file(self, request, call):
        return old_files.get_old_file(self.store, request, call)

    @serve(operations.summarise_old_files)
    def summarise_old_files(self, request, call):
        return old_files.summarise(self.store, request, call)

    @consume(UnitChangedV1, group=200)
    def know_units(self, events):
        units.know_units(self.store, events)

    @every(seconds=2, role="work-on-old-files")
    def work_on_imports(self, now):
        old_file_imports.work_on_imports(self.store, now)
