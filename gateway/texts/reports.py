"""What reporters read of their reports, and what is wrong with a report that cannot be taken."""

SENTENCES = {
    "The receipt contains a typing error. Please compare it symbol by symbol.": "查询码有误，请逐位核对。",
}

ZH = {
    "reports.progress.received": "已收到，等待登记。",
    "reports.progress.adopted": "您的建议已被采纳，答复见下。",
    "reports.progress.not_adopted": "您的建议未被采纳，理由见下。",
    "reports.form.required": "此项必填。",
    "reports.form.not_asked_for": "仅当 {other} 为 {equals} 时填写此项。",
    "reports.form.not_a_choice": "应为下列之一：{choices}。",
    "reports.form.no_such_category": "表单中没有此类别。",
    "reports.form.too_long": "最多 {max} 个字符。",
    "reports.form.wrong_form": "格式不正确。",
    "reports.form.too_many_items": "最多 {max} 项。",
    "reports.form.empty_item": "请至少填写姓名、单位或职务之一。",
    "reports.form.in_the_future": "日期不能晚于今天。",
    "reports.form.no_such_version": "没有此版本的表单，请刷新页面后重新填写。",
    "reports.problem.no_result_yet": "当前状态为“{state}”，有办理结果后才能评价。",
    "reports.problem.already_rated": "您已评价过，评价不能更改。",
    "reports.problem.already_answered": "该建议已有另一答复，答复不能更改。",
    "reports.problem.inbox_full": "往来消息已达 {limit} 条，不能继续发送。",
    "reports.problem.content_unreadable": "密封的内容已被改动，无法打开。请凭 report_id 联系管理员。",
    "reports.problem.key_missing": "打开此内容所需的密钥 {key_id} 未配置。请联系管理员。",
}

EN = {
    "reports.progress.received": "Received; waiting to be registered.",
    "reports.progress.adopted": "Your suggestion was adopted; see the answer below.",
    "reports.progress.not_adopted": "Your suggestion was not adopted; see the reason below.",
    "reports.form.required": "Missing data for required field.",
    "reports.form.not_asked_for": "Only asked for when {other} is {equals}.",
    "reports.form.not_a_choice": "Must be one of: {choices}.",
    "reports.form.no_such_category": "The form has no such category.",
    "reports.form.too_long": "At most {max} characters.",
    "reports.form.wrong_form": "Not in the expected form.",
    "reports.form.too_many_items": "At most {max} items.",
    "reports.form.empty_item": "Give at least a name, a unit or a position.",
    "reports.form.in_the_future": "The day must not be in the future.",
    "reports.form.no_such_version": "There is no such version of the form. Load it again.",
    "reports.problem.no_result_yet": "The state is “{state}”; a rating can be given once there is a result.",
    "reports.problem.already_rated": "You have rated it already; a rating cannot be changed.",
    "reports.problem.already_answered": "The suggestion has another answer, which cannot be changed.",
    "reports.problem.inbox_full": "There are {limit} messages already; no more can be sent.",
    "reports.problem.content_unreadable": "The sealed content was changed; it does not open. Quote report_id.",
    "reports.problem.key_missing": "The key {key_id}, which opens this content, is not configured.",
}
