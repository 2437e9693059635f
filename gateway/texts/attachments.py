"""What is said of attachments: why one is not taken or not opened, and what its inspection found."""

ZH = {
    "state.stored": "已收存",
    "reports.problem.attachment_too_large_each": "单个附件不得超过 {limit} MB。",
    "reports.problem.attachment_too_large_total": "全部附件合计不得超过 {limit} MB。",
    "reports.problem.attachment_too_large_type": "此类型的附件不得超过 {limit} MB。",
    "reports.problem.upload_length": "内容多于创建上传时声明的 {length} 字节。已收到的部分保留。",
    "reports.problem.too_many_attachments": "附件最多 {limit} 个，未传完的也计入。",
    "reports.problem.attachment_empty": "附件没有内容，请核对所选文件。",
    "reports.problem.attachment_type": "文件内容看起来是：{looks_like}。可提交的类型：{allowed}。",
    "reports.problem.attachment_incomplete": "附件尚未传完，请稍后再取。",
    "reports.problem.attachment_infected": "该附件中发现病毒，任何副本都不能打开。",
    "reports.problem.no_clean_copy": "该附件没有去除元数据的副本。确有必要时，可注明用途并以 copy=original 打开原件。",
    "reports.problem.no_clean_copy_yet": "该附件正在检查，请稍后再取。",
    "reports.problem.reading_over": "下载间隔过久，请重新下载。",
    "reports.problem.upload_conflict": "该上传当前位于第 {offset} 字节，或正由另一请求续传。请先以 HEAD 查询位置。",
    "reports.problem.upload_complete": "该附件已传完，不能继续上传或放弃。",
    "reports.attachment.check.waiting": "等待检查。",
    "reports.attachment.check.clean_copy": "已检查，已生成去除元数据的副本。",
    "reports.attachment.check.no_clean_copy": "已检查，此类型不能生成去除元数据的副本。",
    "reports.attachment.check.unreadable": "文件已损坏、已加密或与类型不符，不能生成副本。",
    "reports.attachment.check.unsafe": "文件超出安全限制，未生成副本。",
    "reports.attachment.check.infected": "发现病毒，已隔离，任何人都不能打开。",
    "reports.attachment.not_scanned": "未经病毒扫描。",
}

EN = {
    "state.stored": "stored",
    "reports.problem.attachment_too_large_each": "A file may have at most {limit} MB.",
    "reports.problem.attachment_too_large_total": "All files together may have at most {limit} MB.",
    "reports.problem.attachment_too_large_type": "A file of this type may have at most {limit} MB.",
    "reports.problem.upload_length": "The content is longer than the {length} bytes that the upload was created for. "
    "What had come is kept.",
    "reports.problem.too_many_attachments": "There may be {limit} files at most; unfinished ones count.",
    "reports.problem.attachment_empty": "The file has no content. Please check which file was chosen.",
    "reports.problem.attachment_type": "The content looks like: {looks_like}. Types that are taken: {allowed}.",
    "reports.problem.attachment_incomplete": "The file has not come in whole yet. Please try later.",
    "reports.problem.attachment_infected": "A virus was found in this file; no copy of it is opened.",
    "reports.problem.no_clean_copy": "There is no copy of this file without metadata. Where it is necessary, the "
    "original can be opened by copy=original, with the purpose.",
    "reports.problem.no_clean_copy_yet": "The file is being inspected. Please try later.",
    "reports.problem.reading_over": "The download paused for too long. Please begin it again.",
    "reports.problem.upload_conflict": "The upload stands at byte {offset}, or another request goes on with it. Ask "
    "by HEAD where it stands.",
    "reports.problem.upload_complete": "The file is complete; the upload cannot go on or be given up.",
    "reports.attachment.check.waiting": "Waiting to be inspected.",
    "reports.attachment.check.clean_copy": "Inspected; there is a copy without metadata.",
    "reports.attachment.check.no_clean_copy": "Inspected; no copy without metadata can be made of this type.",
    "reports.attachment.check.unreadable": "Damaged, encrypted or not of its type; no copy can be made.",
    "reports.attachment.check.unsafe": "Beyond the limits of what is safe to open; no copy was made.",
    "reports.attachment.check.infected": "A virus was found; the file is shut away and nobody opens it.",
    "reports.attachment.not_scanned": "Not scanned for viruses.",
}
