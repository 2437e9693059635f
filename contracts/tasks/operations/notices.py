"""One's own notices, and how one is told of them by mail."""

from __future__ import annotations

from contracts.fields import NoInput, page_of
from contracts.operation import Operation
from contracts.roles import CUSTODIAN, DESK, HANDLER, LEADER, SUPERVISOR
from contracts.tasks.schemas import notices

# Whoever may be told of something.
TOLD = frozenset({HANDLER, DESK, LEADER, SUPERVISOR, CUSTODIAN})

list_my_notices = Operation(
    "tasks", "list_my_notices", notices.ListMyNotices, page_of(notices.Notice), TOLD, repeatable=True
)
count_my_notices = Operation("tasks", "count_my_notices", NoInput, notices.Unread, TOLD, repeatable=True)
read_my_notices = Operation("tasks", "read_my_notices", notices.ReadMyNotices, notices.Unread, TOLD, repeatable=True)
get_my_notice_settings = Operation(
    "tasks", "get_my_notice_settings", NoInput, notices.NoticeSettings, TOLD, repeatable=True
)
set_my_notice_settings = Operation(
    "tasks", "set_my_notice_settings", notices.SetMyNoticeSettings, notices.NoticeSettings, TOLD, repeatable=True
)
