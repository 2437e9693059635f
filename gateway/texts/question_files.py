"""Pictures in files of questions, and what an export leaves out, in words."""

ZH = {
    "import.media_in_item": "此题含有公式、音视频或其他嵌入内容（{value}），文件导入不支持；请改为文字或图片后再导入。",
    "import.picture_without_alt": "图片没有替代文字（alt），看不到图片的人无法作答：{value}。请补充后再导入。",
    "import.picture_not_in_file": "文件中没有此图片的内容：{value}。请将图片随题一起导出后再导入。",
    "import.picture_without_place": "图片只能放在题干或选项中，此图片在解析或答案中：{value}。",
    "export.pictures": "此格式不能包含图片；请用 Moodle XML 或 QTI 3 导出。",
    "export.type": "此格式没有这种题型。",
    "export.several_blanks": "此格式的一道题只能有一个空。",
    "export.model_answer": "此格式没有简答题参考答案的位置。",
    "export.layout": "题干或选项有多行，或与此格式的标记相同，导出后会变样。",
    "export.no_room": "一个文件最多包含 7 MB 图片；请按分类、标签等分批导出。",
}

EN = {
    "import.media_in_item": "The question shows a formula, a sound or something else ({value}) that imports do not "
    "take; make it a text or a picture and import it again.",
    "import.picture_without_alt": "The picture says nothing to those who do not see it: {value}. Give it an alt text "
    "and import it again.",
    "import.picture_not_in_file": "The file does not have the content of this picture: {value}. Export the question "
    "with its pictures and import it again.",
    "import.picture_without_place": "A picture belongs to the stem or to an option; this one stands in an explanation "
    "or an answer: {value}.",
    "export.pictures": "The format holds no pictures; export as Moodle XML or QTI 3.",
    "export.type": "The format does not have this type of question.",
    "export.several_blanks": "In this format a question has one blank.",
    "export.model_answer": "The format has no place for the model answer of an essay.",
    "export.layout": "Lines of the stem or of an option would read as something else in this format.",
    "export.no_room": "A file holds at most 7 MB of pictures; export by category, tag and so on.",
}
