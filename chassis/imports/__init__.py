"""Imports of tables as jobs in their service's database (docs/decisions/0015-imports-as-jobs.md)."""

from chassis.imports.jobs import INDEXES, ImportJobs, indexes
from chassis.imports.starting import content_of, new_job
from chassis.imports.working import Contents, Importer, Taken, work_on

__all__ = ["INDEXES", "Contents", "ImportJobs", "Importer", "Taken", "content_of", "indexes", "new_job", "work_on"]
