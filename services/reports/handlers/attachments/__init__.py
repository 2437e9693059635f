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
from services.reports.handlers.attachments.staff import (
    begin_for_staff,
    cancel_for_staff,
    list_for_staff,
    put_for_staff,
    read_part_for_staff,
)

__all__ = [
    "begin_current",
    "begin_for_staff",
    "cancel_current",
    "cancel_for_staff",
    "erase_attachments",
    "forget_unfinished",
    "list_current",
    "list_for_staff",
    "put_current",
    "put_for_staff",
    "read_current_part",
    "read_current_upload",
    "read_part_for_staff",
    "resume_current",
]
