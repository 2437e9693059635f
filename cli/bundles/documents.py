"""The two documents of a bundle: the index, and what was reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cli.bundles import words
from cli.bundles.case_file import Attachment, Kept, Report
from cli.bundles.page import Page

INDEX = "00-目录.pdf"
REPORT = "01-举报内容.pdf"

Said = dict[str, Any]


def index(
    case: Said,
    history: Sequence[Said],
    items: Sequence[Said],
    originals: Sequence[Kept],
    reports: Sequence[Report],
    names: Mapping[str, str],
    font: str,
) -> Page:
    """The index: the case from its first line to its last, and what lies in the bundle. ``reports``: those that may be
    read; ``names``: what ids and codes stand for.
    """
    page = Page(f"案卷目录 · {case['number']}", font)
    page.text("案卷编号、制作人、制作时间和每个文件的散列值见 manifest.json；本机关签名见 manifest.sig。")
    page.text(
        "Number, maker, time and the hash of each file are in manifest.json, the bureau's signature in manifest.sig."
    )
    page.heading("一、线索 Case")
    page.facts(
        (
            ("线索编号 Number", case["number"]),
            ("当前状态 State", words.code("state", case["state"])),
            ("类别 Category", names.get(case["category"], case["category"])),
            ("来源 Source", words.SOURCES[case["source"]["kind"]]),
            ("承办人 Handler", words.named(names, case["handler_id"])),
            ("承办单位 Unit", words.named(names, case["unit_id"])),
            ("版本 Version", str(case["version"])),
        )
    )
    page.heading("二、期限 Time limits")
    page.table(("期限", "起", "止", "状态"), map(_clock, case["clocks"]), (4, 3, 3, 2))
    page.heading("三、问题、认定与处理 Allegations, findings, dispositions")
    page.table(("序号", "问题", "认定", "处理"), map(_allegation, case["allegations"]), (1, 6, 2, 3))
    page.heading("四、四个不放过与复核 The four guards, and who reviewed")
    page.facts((name, "是" if case["guards"][guard] else "否") for guard, name in words.GUARDS.items())
    page.table(("复核", "时间", "复核人", "意见"), map(_review, _reviews(history)), (2, 3, 2, 5))
    page.heading("五、办理经过 History")
    page.table(("时间", "办理人", "事项", "状态", "说明"), (_line(line, names) for line in history), (3, 2, 2, 2, 6))
    page.heading("六、证据清单 Evidence")
    paths = {original.item: original.path for original in originals}
    for item in items:
        _evidence(page, item, paths.get(item["item"]), names)
    if not items:
        page.text("无 None")
    page.heading("七、举报附件 Files of the reports")
    for report in reports:
        page.text(f"线索 {report.case_number}")
        _attachments(page, report)
    if not reports:
        page.text("无 None")
    return page


def reported(reports: Iterable[Report], names: Mapping[str, str], purpose: str, font: str) -> Page:
    """What was reported and written since, as opened for this purpose; nothing of who reported it."""
    page = Page("举报内容", font)
    page.text(f"查阅目的 Opened for: {purpose}")
    page.text("本文件不含举报人身份信息。 The identity of the reporter is not in this document.")
    for report in reports:
        said = report.content
        page.heading(f"线索 {report.case_number} · {said['title']}")
        page.facts(
            (
                ("类别 Category", names.get(said["category"], said["category"])),
                ("收到时间 Received", words.at(said["received_at"])),
                ("发生时间 When", said["occurred_on"] or "–"),
                ("地点 Where", said["place"] or "–"),
            )
        )
        subjects = ((one.get("name") or "–", one.get("unit") or "–", one.get("position") or "–")
                    for one in said["subjects"])  # fmt: skip
        page.table(("被反映人", "单位", "职务"), subjects, (1, 1, 1))
        page.text(said["narrative"])
        if said["details"]:
            page.text(words.details(said["details"], names))
        page.heading("往来消息 Messages")
        page.table(("时间", "来自", "内容"), map(_message, report.messages), (3, 2, 9))
        page.heading("举报附件清单 Files of the report")
        _attachments(page, report)
    return page


def _attachments(page: Page, report: Report) -> None:
    """Each file with what its inspection found; below it, each copy with its place in the bundle and its hash."""
    lines = (line for number, file in enumerate(report.attachments, 1) for line in _attachment(number, file))
    page.table(("序号", "名称、检查与卷内位置", "大小（字节）", "SHA-256"), lines, (1, 7, 2, 5))


def _evidence(page: Page, item: Said, path: str | None, names: Mapping[str, str]) -> None:
    page.heading(f"证据 {item['item']} · {item['title'] or '（无法打开 does not open）'}")
    struck_out = "已撤销" if item["state"] == "withdrawn" else "在卷"
    file = item["file"]
    page.facts(
        (
            ("种类 Kind", item["kind_text"]),
            ("状态 State", struck_out),
            ("来源 Source", item["source"] or "–"),
            ("取得方式 How", item["how"] or "–"),
            ("取得人 By", item["obtained_by"] or "–"),
            (
                "取得时间 When",
                words.at(item["obtained_at"]) if item.get("obtained_at") else item.get("obtained_on") or "–",
            ),
            ("文件 File", path or ("文件不随卷 not in the bundle" if file else "无 none")),
            ("SHA-256", (file["sha256"] if file else item.get("sha256")) or "–"),
            ("保管链 Custody", _chain(item)),
        )
    )
    page.table(
        ("序号", "时间", "事项", "经手人", "说明", "散列值"),
        (_link(link, names) for link in item["custody"]),
        (1, 3, 2, 2, 4, 4),
    )


def _chain(item: Said) -> str:
    if item["intact"]:
        return f"完整，{item['links']} 环，末环 {item['head']}"
    return f"不完整 broken，第 {item['broken_at'] or '–'} 环"


def _clock(clock: Said) -> tuple[str, ...]:
    name = words.RULE_WORDS.get(clock["rule"], clock["rule"])
    return name, words.at(clock["started_at"]), words.at(clock["due_at"]), words.CLOCK_STATES[clock["state"]]


def _allegation(one: Said) -> tuple[str, ...]:
    outcome = "另案办理" if one["moved"] else words.named(words.OUTCOMES, one["outcome"])
    return str(one["number"]), one["text"], outcome, words.named(words.MEASURES, one["measure"])


def _reviews(history: Iterable[Said]) -> list[Said]:
    return [line for line in history if line["action"] in ("confirm_adequate", "send_back")]


def _review(line: Said) -> tuple[str, ...]:
    return words.code("action", line["action"]), words.at(line["at"]), _who(line["who"]), line["why"] or "–"


def _line(line: Said, names: Mapping[str, str]) -> tuple[str, ...]:
    said = "\n".join(part for part in (line["why"], words.details(line["details"], names)) if part)
    return (
        words.at(line["at"]),
        _who(line["who"]),
        words.code("action", line["action"]),
        words.code("state", line["to"]),
        said or "–",
    )


def _link(link: Said, names: Mapping[str, str]) -> tuple[str, ...]:
    said = "；".join(part for part in (link["to"], link["why"], link["where"], link["purpose_code"]) if part)
    return (
        str(link["number"]),
        words.at(link["at"]),
        link["act_text"],
        link["by"]["name"] or words.named(names, link["by"]["id"]),
        said or "–",
        link["hash"],
    )


def _message(message: Said) -> tuple[str, ...]:
    author = "举报人" if message["author"] == "reporter" else "工作人员"
    return words.at(message["at"]), author, message["text"]


def _attachment(number: int, file: Attachment) -> Iterator[tuple[str, ...]]:
    said = file.said
    author = "举报人" if said["author"] == "reporter" else "工作人员"
    checked = "；".join(words.checked(said))
    yield str(number), f"{said['file_name']}（{author}）\n{checked}", str(said["size"]), said["sha256"] or "–"
    for copy, name in ((file.original, "原件 original"), (file.clean, "去除元数据的副本 clean copy")):
        if copy:
            yield "", f"{name}：{copy.path}", str(copy.size), copy.sha256
    if not file.original:
        yield "", "文件不随卷 not in the bundle", "–", "–"


def _who(who: Said | None) -> str:
    return (who["name"] or who["id"]) if who else "系统"
