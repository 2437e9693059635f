"""Clues and old files in words: what is refused, why a row of a table is rejected, and what would be right."""

ZH = {
    "clues.own_unit_concerned": "该线索涉及您本人或您所在的单位，您应当回避，请由其他人员登记。",
    # Why a row is rejected.
    "old_files.import.missing": "必填项为空。",
    "old_files.import.too_many": "有 {value} 项，超过上限。",
    "old_files.import.not_a_day": "“{value}”不是日期。",
    "old_files.import.in_the_future": "{value} 晚于今天。",
    "old_files.import.before_received": "{value} 早于受理日期。",
    "old_files.import.unknown_category": "没有名为“{value}”的类别。",
    "old_files.import.ambiguous_category": "有多个名为“{value}”的类别。",
    "old_files.import.unknown_line": "没有名为“{value}”的条线。",
    "old_files.import.unknown_outcome": "“{value}”不是认定结果。",
    "old_files.import.unknown_measure": "“{value}”不是处理措施。",
    "old_files.import.neither_yes_nor_no": "“{value}”既不是“是”也不是“否”。",
    "old_files.import.unknown_unit": "没有名为“{value}”的单位，无法让其人员回避。",
    "old_files.import.ambiguous_unit": "有多个名为“{value}”的单位。",
    "old_files.import.lines_differ": "反映问题共 {value} 项，此处的行数与之不符。",
    "old_files.import.no_such_allegation": "反映问题共 {value} 项，没有此序号。",
    "old_files.import.allegation_twice": "同一序号出现两次。",
    "old_files.import.ground_without_finding": "第 {value} 项有依据而没有认定。",
    "old_files.import.doubled": "与第 {value} 行的原案号相同。",
    "old_files.import.known_differently": "原案号“{value}”已导入过，内容与此不同；已导入的保持不变。",
    "old_files.import.no_header": "首行须为表头，并含有“原案号”“受理日期”“类别”“反映问题”各列；请使用模板。",
    "old_files.import.interrupted": "导入多次中断，已停止；可重新上传同一文件，已导入的旧案不会重复。",
    # What would be right, by column.
    "old_files.right.number": "“原案号”：原案卷的编号，60 字以内，一个编号只占一行。",
    "old_files.right.received_on": "“受理日期”：如 2021-03-05 或 2021年3月5日，不晚于今天。",
    "old_files.right.category": "“类别”：模板“填写说明”中的名称；同名的写成“上级/名称”，如“律师执业/违规收费”。",
    "old_files.right.allegations": "“反映问题”：每行一项，1 至 50 项，每项 200 字以内。",
    "old_files.right.excluded_units": (
        "“被反映单位”：系统中单位的名称、代码或“上级/单位”；不在系统内的写“系统外：名称”。"
    ),
    "old_files.right.lines": "“条线”：模板“填写说明”中的名称，以顿号分隔。",
    "old_files.right.unit": "“承办单位”：一个单位的名称或代码，100 字以内。",
    "old_files.right.handlers": "“承办人”：姓名，以顿号分隔，每个 60 字以内，最多 50 个。",
    "old_files.right.investigated": "“是否调查”：是 或 否。",
    "old_files.right.investigation": "“调查情况”：4000 字以内。",
    "old_files.right.evidence": "“证据”：每行一件，每件 200 字以内，最多 50 件。",
    "old_files.right.findings": (
        "“认定结果”：每项一行，与反映问题同序，没有认定的写“未认定”；或每行写序号。"
        "用词为属实、部分属实、查无实据、不属实、未查清。"
    ),
    "old_files.right.grounds": "“认定依据”：与认定结果逐项对应，每项 2000 字以内。",
    "old_files.right.dispositions": (
        "“处理措施”：每项一行，与反映问题同序，没有处理的写“未处理”；或每行写序号。"
        "理由写在冒号后；用词见模板“填写说明”。"
    ),
    "old_files.right.reviewer": "“复核人”：一个姓名，60 字以内。",
    "old_files.right.told_on": "“反馈日期”：如 2021-03-05，不早于受理日期，不晚于今天。",
    "old_files.right.closed_on": "“结案日期”：如 2021-03-05，不早于受理日期，不晚于今天。",
}

EN = {
    "clues.own_unit_concerned": "The clue is about you or your own unit; somebody else must take it up.",
    "old_files.import.missing": "A required cell is empty.",
    "old_files.import.too_many": "{value} entries are more than a cell may hold.",
    "old_files.import.not_a_day": "“{value}” is not a day.",
    "old_files.import.in_the_future": "{value} is after today.",
    "old_files.import.before_received": "{value} is before the day of receipt.",
    "old_files.import.unknown_category": "There is no category named “{value}”.",
    "old_files.import.ambiguous_category": "Several categories are named “{value}”.",
    "old_files.import.unknown_line": "There is no line of work named “{value}”.",
    "old_files.import.unknown_outcome": "“{value}” is not an outcome.",
    "old_files.import.unknown_measure": "“{value}” is not a measure.",
    "old_files.import.neither_yes_nor_no": "“{value}” is neither yes nor no.",
    "old_files.import.unknown_unit": "There is no unit named “{value}”, so nobody could be kept from the case.",
    "old_files.import.ambiguous_unit": "Several units are named “{value}”.",
    "old_files.import.lines_differ": "There are {value} allegations; the lines here are not as many.",
    "old_files.import.no_such_allegation": "There are {value} allegations; a line has another number.",
    "old_files.import.allegation_twice": "A number stands there twice.",
    "old_files.import.ground_without_finding": "Allegation {value} has a ground and no finding.",
    "old_files.import.doubled": "The same case number as in row {value}.",
    "old_files.import.known_differently": "“{value}” was imported before with other content, and stays as it was.",
    "old_files.import.no_header": "The first row has to name the columns, among them number, received_on, category and "
    "allegations; please use the template.",
    "old_files.import.interrupted": "The import was interrupted several times and given up; the same file can be "
    "uploaded again without doubling anything.",
    "old_files.right.number": "原案号 number: that of the old file, at most 60 characters, in one row only.",
    "old_files.right.received_on": "受理日期 received_on: such as 2021-03-05, not after today.",
    "old_files.right.category": "类别 category: a name of the template's second sheet; one that several have as "
    "“above/name”, such as “律师执业/违规收费”.",
    "old_files.right.allegations": "反映问题 allegations: one a line, 1 to 50 of at most 200 characters.",
    "old_files.right.excluded_units": "被反映单位 excluded_units: name or code of a unit of the system, or "
    "“above/unit”; one that is not in it as “outside: name”.",
    "old_files.right.lines": "条线 lines: names of the template's second sheet, with 、 or commas between.",
    "old_files.right.unit": "承办单位 unit: name or code of one unit, at most 100 characters.",
    "old_files.right.handlers": "承办人 handlers: names with 、 or commas between, at most 50 of 60 characters.",
    "old_files.right.investigated": "是否调查 investigated: yes or no.",
    "old_files.right.investigation": "调查情况 investigation: at most 4000 characters.",
    "old_files.right.evidence": "证据 evidence: one a line, at most 50 of 200 characters.",
    "old_files.right.findings": "认定结果 findings: a line for each allegation in their order, “未认定” where there is "
    "none, or lines with numbers; 属实, 部分属实, 查无实据, 不属实 or 未查清.",
    "old_files.right.grounds": "认定依据 grounds: one for each finding, at most 2000 characters.",
    "old_files.right.dispositions": "处理措施 dispositions: a line for each allegation in their order, “未处理” where "
    "there is none, or lines with numbers; the reason after a colon. Words: see the template's second sheet.",
    "old_files.right.reviewer": "复核人 reviewer: one name, at most 60 characters.",
    "old_files.right.told_on": "反馈日期 told_on: such as 2021-03-05, from the day of receipt to today.",
    "old_files.right.closed_on": "结案日期 closed_on: such as 2021-03-05, from the day of receipt to today.",
}
