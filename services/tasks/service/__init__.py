"""The tasks service: its entrypoints, by subject."""

from __future__ import annotations

from chassis import Configuration, Database
from services.tasks.service.cases import Cases
from services.tasks.service.counts import Counts
from services.tasks.service.evidence import Evidence
from services.tasks.service.exports import Exports
from services.tasks.service.notices import Notices
from services.tasks.service.old_files import OldFiles
from services.tasks.service.oversight import Oversight
from services.tasks.service.re_reviews import ReReviews
from services.tasks.service.routing import Routing
from services.tasks.service.study import Study
from services.tasks.service.study_figures import StudyFigures
from services.tasks.service.study_sessions import StudySessions
from services.tasks.settings import load_settings
from services.tasks.store import TasksStore


class TasksService(
    Cases,
    Counts,
    Evidence,
    Exports,
    Notices,
    OldFiles,
    Oversight,
    ReReviews,
    Routing,
    Study,
    StudyFigures,
    StudySessions,
):
    """Cases with their clocks, and study records."""

    name = "tasks"
    store = Database(TasksStore)
    settings = Configuration(load_settings)
