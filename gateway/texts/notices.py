"""Notices to staff in words: each kind of ``contracts.tasks.schemas.notices.NOTICE_KINDS``, and wrong settings."""

ZH = {
    "notice.assigned": "线索 {number} 已交办给您。",
    "notice.reassigned": "线索 {number} 已改派给您。",
    "notice.returned": "线索 {number} 被承办人退回，待重新交办。",
    "notice.sent_back": "线索 {number} 复核退回，需补充调查。",
    "notice.concluded": "线索 {number} 已办结，待复核。",
    "notice.closed": "线索 {number} 已销号。",
    "notice.re_examined": "线索 {number} 进入复查，待交办。",
    "notice.message": "线索 {number} 的举报人来信。",
    "notice.remind": "线索 {number} 的办理期限将到。",
    "notice.urge": "线索 {number} 的办理期限已到，催办。",
    "notice.supervise": "线索 {number} 已超期，督办。",
    "notice.escalate": "线索 {number} 严重超期，提级。",
    "notice.identity_asked": "线索 {number} 有查阅举报人身份的申请待您审批。",
    "notice.identity_decided": "您对线索 {number} 的身份查阅申请有新的决定。",
    "notices.digest_in_quiet_hours": "汇总时间 {at} 在免打扰时段内，邮件将永远发不出。",
    "notices.quiet_without_length": "免打扰时段的开始和结束不能相同；不需要时请填 null。",
}

EN = {
    "notice.assigned": "Case {number} was assigned to you.",
    "notice.reassigned": "Case {number} was reassigned to you.",
    "notice.returned": "Case {number} was returned by its handler and is to be assigned anew.",
    "notice.sent_back": "Case {number} was sent back after review, to be investigated further.",
    "notice.concluded": "Case {number} is concluded and to be reviewed.",
    "notice.closed": "Case {number} is closed.",
    "notice.re_examined": "Case {number} is to be re-examined and assigned.",
    "notice.message": "The reporter of case {number} wrote.",
    "notice.remind": "A time limit of case {number} ends soon.",
    "notice.urge": "A time limit of case {number} has ended.",
    "notice.supervise": "Case {number} is overdue and supervised.",
    "notice.escalate": "Case {number} is long overdue and escalated.",
    "notice.identity_asked": "The reporter's identity in case {number} is asked for; the decision is yours.",
    "notice.identity_decided": "Your request for the reporter's identity in case {number} was decided.",
    "notices.digest_in_quiet_hours": "The digest at {at} lies in the quiet hours: it would never be sent.",
    "notices.quiet_without_length": "Quiet hours must not begin when they end; send null for none.",
}
