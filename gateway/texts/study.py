"""Study in words: what is refused about sessions, courses and waivers, and why a row of an attendance list is."""

ZH = {
    "study.unknown_unit": "没有该单位，或该单位已停用。",
    "study.unit_named_twice": "该单位已是本次学习的主办或联办单位。",
    "study.unknown_course": "没有该课程。",
    "study.unknown_person": "没有该人员。",
    "study.session_not_begun": "该次学习尚未开始，不能登记出席。",
    "study.nothing_to_waive": "没有该必修考试或课程。",
    "study.period_ends_before_it_begins": "截止日期不得早于起始日期。",
    "study.period_too_long": "一次至多查询 {weeks} 周。",
    "study.wrong_code": "签到码无效或已过期，请重新扫描现场显示的签到码。",
    "study.no_check_in_key": "系统没有签到密钥，不能使用签到码；请管理员设置 TASKS_CHECK_IN_KEY。",
    "study.warning.too_few_speakers": "主讲人不足规定人数，该次学习不计入每周集中学习次数。",
    "state.session_withdrawn": "已撤销",
    "state.check_in_closed": "不在签到时间内",
    "study.import.missing": "该行没有工号或用户名。",
    "study.import.doubled": "与第 {value} 行相同。",
    "study.import.unknown_person": "没有“{value}”对应的人员。",
    "study.import.session_withdrawn": "该次学习已撤销。",
    "study.import.no_header": "首行须为表头，并含有“工号”或“用户名”一列。",
    "study.import.interrupted": "导入多次中断，已停止；可重新上传同一名单，已登记的不会重复。",
}

EN = {
    "study.unknown_unit": "There is no such unit, or it is closed.",
    "study.unit_named_twice": "This unit already holds the session.",
    "study.unknown_course": "There is no such course.",
    "study.unknown_person": "There is no such person.",
    "study.session_not_begun": "The session has not begun; nobody can have attended it.",
    "study.nothing_to_waive": "There is no such required exam or course.",
    "study.period_ends_before_it_begins": "The last day must not be before the first.",
    "study.period_too_long": "At most {weeks} weeks at once.",
    "study.wrong_code": "The code is wrong or too old; scan the one that is shown now.",
    "study.no_check_in_key": "There is no key for check-in codes; ask the administrator to set TASKS_CHECK_IN_KEY.",
    "study.warning.too_few_speakers": "Fewer main speakers than the rule asks for: the session does not count.",
    "state.session_withdrawn": "withdrawn",
    "state.check_in_closed": "not open for check-in",
    "study.import.missing": "The row has neither a staff number nor a user name.",
    "study.import.doubled": "The same as row {value}.",
    "study.import.unknown_person": "Nobody is “{value}”.",
    "study.import.session_withdrawn": "The session was withdrawn.",
    "study.import.no_header": "The first row must be a header with a column 工号 (staff number) or 用户名 (user name).",
    "study.import.interrupted": (
        "The import was cut short several times and has stopped; upload the list again, nobody is noted twice."
    ),
}

SENTENCES = {
    "Must be after the beginning, and within a day of it.": "应晚于开始时间，且不超过一天。",
}
