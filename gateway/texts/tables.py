"""Why a table cannot be read, the same for every import of one."""

_KINDS = ("identity", "old_files")

_ZH = {
    "unknown_format": "无法识别的文件格式，请上传 .xlsx 或 .csv。",
    "old_excel": "这是旧版 .xls 或加密的工作簿，请另存为不加密的 .xlsx 后重试。",
    "unknown_encoding": "无法识别文件的文字编码，请另存为 UTF-8 后重试。",
    "broken": "文件已损坏，无法读取。",
    "too_large": "文件内容过大。",
    "too_many_rows": "行数过多，请分成多个文件导入。",
    "empty": "表格中没有数据。",
}

_EN = {
    "unknown_format": "Neither an .xlsx nor a .csv.",
    "old_excel": "An old .xls or an encrypted workbook; save it as .xlsx without a password.",
    "unknown_encoding": "The text encoding is not known; save the file as UTF-8.",
    "broken": "The file is damaged and cannot be read.",
    "too_large": "The content of the file is too large.",
    "too_many_rows": "Too many rows; split the file.",
    "empty": "There is nothing in the table.",
}


def _of_every_kind(words: dict[str, str]) -> dict[str, str]:
    return {f"{kind}.import.{reason}": text for kind in _KINDS for reason, text in words.items()}


ZH = _of_every_kind(_ZH)
EN = _of_every_kind(_EN)
