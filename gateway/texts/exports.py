"""Bundles of whole cases: why one is not made."""

ZH = {
    "exports.each_file_once": "每个文件、每项证据只能列出一次；manifest.json 和 manifest.sig 由系统生成。",
    "exports.no_such_original": "第 {item} 号证据没有文件，不能列入案卷。",
    "exports.nothing_signs": (
        "系统没有案卷签名密钥，不能导出。请管理员运行 mingjing keys generate，并设置 TASKS_EXPORT_KEY_FILE。"
    ),
}

EN = {
    "exports.each_file_once": (
        "Each file and each item of evidence is listed once; manifest.json and manifest.sig are the system's."
    ),
    "exports.no_such_original": "Item {item} of the evidence has no file that could be in the bundle.",
    "exports.nothing_signs": (
        "The system has no key to sign bundles with, so none is made. Have the administrator run mingjing keys "
        "generate and set TASKS_EXPORT_KEY_FILE."
    ),
}
