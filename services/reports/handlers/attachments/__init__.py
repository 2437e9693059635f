"""The use cases of attachments: the reporter's side, the staff's side, what is done from time to time."""

from services.reports.handlers.attachments.keeping import erase_attachments, forget_unfinished
from services.reports.handlers.attachments.reporter import (
    begin_current,
    cancel_current,
    list_current,
    put_current,
    read_current_part,
    read_current_upload,
    resume_current,
)
from services.reports.handlers.attachments.staff import begin_case, cancel_case, list_case, put_case, read_case_part

__all__ = [
    "begin_case",
    "begin_current",
    "cancel_case",
    "cancel_current",
    "erase_attachments",
    "forget_unfinished",
    "list_case",
    "list_current",
    "put_case",
    "put_current",
    "read_case_part",
    "read_current_part",
    "read_current_upload",
    "resume_current",
]
