"""Words for identity: refusals, what an import rejects, and the names of its codes."""

from contracts.identity.organisation import DUTIES, LINES, ROLES, UNIT_KINDS


def _names(language: str) -> dict[str, str]:
    tables = {"line": LINES, "unit_kind": UNIT_KINDS, "role": ROLES, "duty": DUTIES}
    return {f"{table}.{name.code}": getattr(name, language) for table, names in tables.items() for name in names}


SENTENCES = {
    "Letters, digits, '.', '_' and '-' only, 1 to 64 of them, beginning and ending with a letter or digit.": (
        "只能由字母、数字、“.”、“_”和“-”组成，1 至 64 个字符，首尾应为字母或数字。"
    ),
}

ZH = {
    **_names("zh"),
    "identity.sign_in_refused": "用户名、密码或动态口令有误，或账号未启用。",
    "identity.weak_password.too_short": "密码至少需要 {at_least} 个字符。",
    "identity.weak_password.too_long": "密码过长。",
    "identity.weak_password.contains_username": "密码不得包含用户名。",
    "identity.weak_password.too_common": "此密码过于常见，容易被猜中，请换一个。",
    "identity.weak_password.too_simple": "密码由重复或连续的字符组成，容易被猜中，请换一个。",
    "identity.wrong_password": "当前密码或动态口令不正确。",
    "identity.activation_refused": "激活码不正确、已使用或已过期，请联系管理员重新发放。",
    "identity.totp.already_on": "动态口令已启用，请先停用。",
    "identity.totp.not_enrolled": "请先登记动态口令。",
    "identity.totp.wrong_code": "动态口令不正确，请检查手机时间后重试。",
    "identity.unit_move.into_itself": "单位不能移动到自身或其下级单位之下。",
    "identity.unit_move.root_stays": "最上级单位不能移动，也不能再有另一个最上级单位。",
    "identity.unit_move.too_deep": "单位层级过深。",
    "identity.unit_in_use": "该单位下仍有 {people} 名在用人员、{units} 个在用下级单位，不能停用。",
    "identity.taken": "{field}已被占用。",
    "identity.field.username": "用户名",
    "identity.field.staff_number": "工号",
    "identity.field.name": "同级单位名称",
    "identity.field.code": "单位代码",
    "identity.own_rights_stay": "不能停用自己的账号或取消自己的管理员角色，请由其他管理员操作。",
    "identity.admin_exists": "系统已有管理员，请由管理员新增账号。",
    "identity.unknown_unit": "没有此单位，或单位已停用。",
    "identity.duty_without_object": "该职责须指明单位或条线。",
    # what an import of people rejects
    "identity.import.missing": "必填项为空。",
    "identity.import.bad_username": "用户名“{value}”只能由字母、数字和 . _ - 组成，并以字母或数字开头和结尾。",
    "identity.import.unknown_unit": "没有名为“{value}”的在用单位。",
    "identity.import.ambiguous_unit": "有多个名为“{value}”的单位，请写出上级单位，例如“市司法局/{value}”。",
    "identity.import.unknown_line": "没有名为“{value}”的条线。",
    "identity.import.no_line": "未写条线，所在单位也没有默认条线。",
    "identity.import.unknown_role": "没有名为“{value}”的角色。",
    "identity.import.unknown_duty": "没有名为“{value}”的职责。",
    "identity.import.unknown_status": "无法识别状态“{value}”，请写“启用”或“停用”。",
    "identity.import.doubled": "与第 {value} 行是同一人。",
    "identity.import.username_taken": "用户名“{value}”属于另一人。",
    "identity.import.staff_number_taken": "工号“{value}”属于另一人。",
    "identity.import.own_rights_stay": "不能通过导入停用自己的账号或取消自己的管理员角色。",
    "identity.import.too_long": "内容过长。",
    "identity.import.forbidden_character": "含有不允许的字符。",
    "identity.import.no_header": "首行须为表头，并含有“姓名”“单位”以及“用户名”或“工号”列。",
    "identity.import.interrupted": "导入多次中断，已停止；可重新上传同一文件，已导入的人员不会重复。",
}

EN = {
    **_names("en"),
    "identity.sign_in_refused": "The user name, password or one-time password is wrong, or the account is not active.",
    "identity.weak_password.too_short": "The password needs at least {at_least} characters.",
    "identity.weak_password.too_long": "The password is too long.",
    "identity.weak_password.contains_username": "The password must not contain the user name.",
    "identity.weak_password.too_common": "This password is too common and easily guessed; take another one.",
    "identity.weak_password.too_simple": "The password repeats or counts characters and is easily guessed.",
    "identity.wrong_password": "The present password or one-time password is wrong.",
    "identity.activation_refused": "The activation code is wrong, used or expired; ask an administrator for a new one.",
    "identity.totp.already_on": "One-time passwords are on already; turn them off first.",
    "identity.totp.not_enrolled": "Enrol an authenticator app first.",
    "identity.totp.wrong_code": "The one-time password is wrong; check the clock of your phone and try again.",
    "identity.unit_move.into_itself": "A unit cannot move below itself.",
    "identity.unit_move.root_stays": "The root unit stays where it is, and there is only one.",
    "identity.unit_move.too_deep": "The tree of units would become too deep.",
    "identity.unit_in_use": "It still has {people} active people and {units} active units, so it cannot be closed.",
    "identity.taken": "This {field} is taken already.",
    "identity.field.username": "user name",
    "identity.field.staff_number": "staff number",
    "identity.field.name": "name among the units beside it",
    "identity.field.code": "unit code",
    "identity.own_rights_stay": "You cannot close your own account or take your own administrator role; another "
    "administrator can.",
    "identity.admin_exists": "There is an administrator already, who can create accounts.",
    "identity.unknown_unit": "There is no such unit, or it is closed.",
    "identity.duty_without_object": "This duty has to name the unit or the line that it is about.",
    "identity.import.missing": "A required cell is empty.",
    "identity.import.bad_username": "User name “{value}”: only letters, digits and . _ - , beginning and ending with a "
    "letter or digit.",
    "identity.import.unknown_unit": "There is no active unit named “{value}”.",
    "identity.import.ambiguous_unit": "Several units are named “{value}”; write the unit above as well, such as "
    "“bureau/{value}”.",
    "identity.import.unknown_line": "There is no line of work named “{value}”.",
    "identity.import.no_line": "No line of work is given, and the unit has none of its own.",
    "identity.import.unknown_role": "There is no role named “{value}”.",
    "identity.import.unknown_duty": "There is no duty named “{value}”.",
    "identity.import.unknown_status": "The status “{value}” is neither active nor inactive.",
    "identity.import.doubled": "The same person as in row {value}.",
    "identity.import.username_taken": "The user name “{value}” belongs to somebody else.",
    "identity.import.staff_number_taken": "The staff number “{value}” belongs to somebody else.",
    "identity.import.own_rights_stay": "An import cannot close your own account or take your administrator role.",
    "identity.import.too_long": "Too long.",
    "identity.import.forbidden_character": "Contains a character that is not allowed.",
    "identity.import.no_header": "The first row has to name the columns, among them name, unit, and username or "
    "staff number.",
    "identity.import.interrupted": "The import was interrupted several times and given up; the same file can be "
    "uploaded again without doubling anybody.",
}
