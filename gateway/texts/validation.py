"""What is wrong with a field: the validation library's English sentences and ours, in Chinese.

``SENTENCES`` is keyed by the English sentence, because that is what a schema raises; ``{parts}`` are carried
over.
"""

SENTENCES = {
    # marshmallow, fields
    "Missing data for required field.": "此项必填。",
    "Field may not be null.": "此项不能为空值。",
    "Invalid value.": "值无效。",
    "Unknown field.": "未知的字段或参数。",
    "Invalid type.": "类型不正确。",
    "Invalid input type.": "类型不正确，应为对象。",
    "Not a valid list.": "应为列表。",
    "Not a valid tuple.": "应为固定长度的列表。",
    "Not a valid string.": "应为文本。",
    "Not a valid utf-8 string.": "应为 UTF-8 文本。",
    "Not a valid UUID.": "应为 UUID。",
    "Not a valid number.": "应为数字。",
    "Number too large.": "数字过大。",
    "Not a valid integer.": "应为整数。",
    "Special numeric values (nan or infinity) are not permitted.": "不允许 NaN 或无穷大。",
    "Not a valid boolean.": "应为 true 或 false。",
    "Not a valid datetime.": "应为日期时间。",
    "Not a valid time.": "应为时间。",
    "Not a valid date.": "应为日期，格式为 YYYY-MM-DD。",
    "Not a valid period of time.": "应为时长。",
    "Not a valid mapping type.": "应为对象。",
    "Not a valid URL.": "应为网址。",
    "Not a valid email address.": "应为电子邮箱地址。",
    "Not a valid IP address.": "应为 IP 地址。",
    # marshmallow, validators
    "Must be greater than or equal to {min} and less than or equal to {max}.": "应在 {min} 与 {max} 之间。",
    "Must be greater than {min} and less than or equal to {max}.": "应大于 {min} 且不大于 {max}。",
    "Must be greater than or equal to {min} and less than {max}.": "应不小于 {min} 且小于 {max}。",
    "Must be greater than or equal to {min}.": "应不小于 {min}。",
    "Must be less than or equal to {max}.": "应不大于 {max}。",
    "Must be greater than {min}.": "应大于 {min}。",
    "Must be less than {max}.": "应小于 {max}。",
    "Shorter than minimum length {min}.": "长度不得少于 {min}。",
    "Longer than maximum length {max}.": "长度不得超过 {max}。",
    "Length must be between {min} and {max}.": "长度应在 {min} 与 {max} 之间。",
    "Length must be {equal}.": "长度应为 {equal}。",
    "Must be equal to {other}.": "应为 {other}。",
    "String does not match expected pattern.": "格式不正确。",
    "Invalid input.": "值无效。",
    "Must be one of: {choices}.": "应为下列之一：{choices}。",
    "One or more of the choices you made was not in: {choices}.": "所选项应均属于：{choices}。",
    # contracts/fields.py
    "Must be bytes.": "应为二进制内容。",
    "At most {max} bytes.": "最多 {max} 字节。",
    "Contains a character that is not allowed: U+{code}.": "含有不允许的字符：U+{code}。",
    "Must be a single line.": "应为单行文本。",
    # contracts/tasks/schemas/notices.py
    "Not a time of day such as 08:30.": "应为时刻，例如 08:30。",
    "Give either ids or up_to.": "ids 与 up_to 应填其一。",
    # contracts/tasks/schemas/listing.py
    "Only together with overdue=true, and without unit_id.": "仅可与 overdue=true 同用，且不得与 unit_id 同用。",
    "Overdue cases are listed in the order in which they are due: sort=due.": "超期线索按到期先后排列：sort=due。",
    "Cases found by number are listed in the order of their numbers: sort=number.": (
        "按编号查找时按编号排列：sort=number。"
    ),
    "Not together with number or sort=number.": "不能与 number 或 sort=number 同时使用。",
    # chassis/paging.py
    "Not a cursor of this list.": "不是本列表给出的翻页标记。",
    "Not a valid RFC 3339 time with a zone, such as 2026-03-01T09:00:00+08:00.": (
        "应为带时区的 RFC 3339 时间，例如 2026-03-01T09:00:00+08:00。"
    ),
}

ZH = {
    "validation.not_an_object": "请求体应为 JSON 对象。",
    "validation.tus_header": "缺少此请求头或其值不正确，见 tus 1.0.0。",
    "validation.one_file": "请以名为 file 的部分上传一个文件。",
    "validation.if_match": "修改时须带 If-Match 请求头，其值为读取时得到的 ETag。",
    "validation.one_entity_tag": "If-Match 只能带一个 ETag。",
    "validation.idempotency_key": "Idempotency-Key 应为 1 至 128 个可打印的 ASCII 字符。",
    "validation.repeated": "此参数只能出现一次。",
    "validation.repeated_name": "同一对象中不能有两个同名字段。",
    "validation.too_deep": "JSON 嵌套过深。",
    "validation.proof_malformed": "应为 ALTCHA 组件给出的解答（Base64）。",
    "validation.proof_foreign": "不是本站所出题目的解答。请解新题后重试。",
    "validation.proof_expired": "解答已过期。请解新题后重试。",
    "validation.proof_spent": "该解答已用于另一请求。请解新题后重试。",
}

EN = {
    "validation.not_an_object": "The body must be a JSON object.",
    "validation.tus_header": "This header is missing or not as tus 1.0.0 has it.",
    "validation.one_file": "Upload one file in a part named file.",
    "validation.if_match": "A change needs an If-Match header with the ETag that reading gave.",
    "validation.one_entity_tag": "If-Match may carry one entity tag only.",
    "validation.idempotency_key": "Idempotency-Key must be 1 to 128 printable ASCII characters.",
    "validation.repeated": "This parameter may be given once only.",
    "validation.repeated_name": "An object must not have the same name twice.",
    "validation.too_deep": "The JSON is nested too deeply.",
    "validation.proof_malformed": "Must be the solution as ALTCHA's widget gives it (base64).",
    "validation.proof_foreign": "Does not solve a challenge of this server. Solve the new one and repeat.",
    "validation.proof_expired": "The solution came too late. Solve the new challenge and repeat.",
    "validation.proof_spent": "This solution was used for another request. Solve the new challenge and repeat.",
}
