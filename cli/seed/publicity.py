"""Invented channels and publications in every state, written and reviewed by the demo accounts.

Every name, number and event is made up. The partner and the mail server do not exist, so their channels are paused.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cli.seed.context import Client, Context

CHANNELS: tuple[dict[str, Any], ...] = (
    {
        "name": "门户网站要闻",
        "kind": "website",
        "slug": "news",
        "settings": {"title": "明镜市司法局 要闻与公告", "description": "教育整顿动态、公告与英模事迹"},
    },
    {
        "name": "教育整顿简报（邮件）",
        "kind": "newsletter",
        "state": "paused",
        "settings": {
            "sender": "jianbao@sfj.example",
            "sender_name": "明镜市司法局",
            "server": {"host": "mail.sfj.example", "port": 587, "security": "starttls"},
            "recipients": ["dangban@sfj.example", "peixun@sfj.example", "xuanchuan@sfj.example"],
        },
    },
    {
        "name": "省厅融媒体平台",
        "kind": "webhook",
        "state": "paused",
        "settings": {"url": "https://media.sft.example/mingjing"},
        # Shared with nobody: the partner does not exist.
        "secrets": {"signing_key": "whsec_" + base64.b64encode(hashlib.sha256(b"demo").digest()).decode()},
    },
)

_NOTICE = """\
根据统一部署，省教育整顿第三指导组于2026年3月2日进驻明镜市司法局，开展为期一个月的指导督导。现就有关事项公告如下：

## 一、受理范围

指导组主要受理反映市、县两级司法行政机关工作人员，以及律师、公证员、司法鉴定人、基层法律服务工作者、社区矫正工作人员\
违纪违法问题的来信来电，并听取群众对教育整顿工作的意见和建议。

## 二、不予受理的事项

依法应当通过诉讼、仲裁、行政复议等法定途径解决的问题，请向有关部门反映，指导组不直接办理个案。

## 三、时间安排

进驻期间每个工作日 8:30—12:00、14:00—17:30 接听来电；邮寄材料以寄出地邮戳为准。

我们将依法保护举报人的合法权益，对举报人的个人信息严格保密。
"""

_MODEL = """\
> “群众把难处告诉我们，是把信任交给我们。”

石桥司法所所长梁月华在基层一干就是二十三年。全镇一百四十多个村民小组，哪家院墙有争议、哪位老人缺照料，她的本子上都有数。

## 一本民情账

2019年汛期，两个村因排涝渠走向发生争执。梁月华连续九天住在村部，白天沿渠丈量，晚上挨户听意见，最终促成双方签下管护协议。\
这份协议后来写进了村规民约，七年来两村再没有因此红过脸。

## 一间不关灯的调解室

她把调解室的门牌换成了自己的手机号码。“法律条文是冷的，讲法律的人要把话讲热。”这是她带徒弟时常说的话。\
如今，所里五名年轻同志都能独当一面，去年调解成功率达到百分之九十八。
"""

_NEWS = """\
3月9日，明镜市司法局在市法治文化广场举办“队伍教育整顿开放日”，邀请人大代表、政协委员、律师代表和市民群众五十余人参加。

活动现场演示了“一键举报、全程可查”的线索受理流程。市民凭查询码即可看到办理进度，既不需要注册，也不需要留下姓名。\
局主要负责人表示，教育整顿要开门搞，效果好不好由群众来评判。

现场共收到意见建议十七条，均已登记转办，办理结果将在门户网站公布。
"""

_NEWSLETTER = """\
## 本周要情

- 全系统集中学习三次，参学一千二百余人次；
- 谈心谈话覆盖率达到百分之九十一，尚有四个单位未完成；
- 受理群众来信来电二十六件，按期转办率百分之百。

## 下周安排

1. 周二前完成第二轮顽瘴痼疾自查；
2. 周四组织警示教育片观影与讨论；
3. 周五召开指导组反馈问题整改调度会。
"""

_SLOGAN = "**刀刃向内，正风肃纪；司法为民，明镜高悬。**\n"

_DRAFT = """\
市公证行业近日启动“公证质量百日提升”行动，对2024年以来办结的委托、继承、赋强三类公证卷宗逐卷评查。

（待补充：各公证机构自查数据、典型案例。）
"""

# `until` is the state that each is brought to; `to` names its channels.
PUBLICATIONS: tuple[dict[str, Any], ...] = (
    {
        "until": "published",
        "to": ["门户网站要闻"],
        "kind": "notice",
        "title": "省教育整顿第三指导组进驻明镜市司法局公告",
        "summary": "指导组进驻时间、受理范围和联系方式。",
        "body_markdown": _NOTICE,
        "contact": {
            "organisation": "省教育整顿第三指导组",
            "phone": "0551-55501238",
            "email": "zdz3@sfj.example",
            "postal_address": "明镜市司法局1号信箱（邮编 230000），指导组收",
            "hours": "工作日 8:30—12:00、14:00—17:30",
        },
    },
    {
        "until": "published",
        "to": ["门户网站要闻"],
        "kind": "model_story",
        "title": "二十三年守一所——记石桥司法所所长梁月华",
        "summary": "全市政法系统优秀共产党员梁月华扎根基层的故事。",
        "body_markdown": _MODEL,
    },
    {
        "until": "published",
        "to": ["门户网站要闻"],
        "kind": "news",
        "title": "市司法局举办队伍教育整顿开放日活动",
        "summary": "五十余名代表委员和市民走进法治文化广场。",
        "body_markdown": _NEWS,
    },
    {
        "until": "withdrawn",
        "to": ["门户网站要闻"],
        "kind": "news",
        "title": "关于开放日活动时间的通知（作废）",
        "summary": "",
        "body_markdown": "开放日活动定于3月8日上午9时举行。",
    },
    {
        "until": "approved",
        "to": ["门户网站要闻", "教育整顿简报（邮件）"],
        "kind": "newsletter",
        "title": "教育整顿简报（第6期）",
        "summary": "一周工作要情与下周安排。",
        "body_markdown": _NEWSLETTER,
    },
    {
        "until": "in_review",
        "to": ["门户网站要闻", "省厅融媒体平台"],
        "kind": "slogan",
        "title": "教育整顿宣传标语（第二批）",
        "summary": "",
        "body_markdown": _SLOGAN,
    },
    {
        "until": "draft",
        "to": ["门户网站要闻"],
        "kind": "news",
        "title": "全市公证行业启动质量百日提升行动",
        "summary": "",
        "body_markdown": _DRAFT,
    },
)

_COMMENTS = {1: "政治导向正确，文字通顺。", 2: "事实与数据已核对。", 3: "同意发布。"}
_CONTENT = ("kind", "title", "summary", "body_markdown", "contact")


def run(context: Context) -> None:
    """Add the channels and publications that are missing, and bring each publication to its state."""
    editor = context.client("editor")
    channels = _channels(editor)
    known = {item["title"]: item["id"] for item in editor.items("/publications")}
    for wanted in context.track(PUBLICATIONS, "publications"):
        publication_id = known.get(wanted["title"]) or _written(editor, wanted, channels)
        _advance(context, publication_id, wanted["until"])


def _channels(editor: Client) -> dict[str, str]:
    """Their ids by name."""
    ids = {item["name"]: item["id"] for item in editor.items("/channels")}
    for channel in CHANNELS:
        if channel["name"] not in ids:
            ids[channel["name"]] = editor.api("POST", "/channels", channel)["id"]
    return ids


def _written(editor: Client, wanted: dict[str, Any], channels: dict[str, str]) -> str:
    content = {name: wanted[name] for name in _CONTENT if name in wanted}
    body = {**content, "channels": [channels[name] for name in wanted["to"]]}
    publication_id: str = editor.api("POST", "/publications", body)["id"]
    return publication_id


def _advance(context: Context, publication_id: str, until: str) -> None:
    """Step by step from whatever state it is in; a run that was interrupted goes on here."""
    editor, path = context.client("editor"), f"/publications/{publication_id}"
    publication = editor.api("GET", path)
    order = ("draft", "in_review", "approved", "published", "withdrawn")
    while publication["state"] in order and order.index(publication["state"]) < order.index(until):
        match publication["state"]:
            case "draft":
                publication = editor.api("POST", f"{path}/submission", {})
            case "in_review":
                publication = _review(context, path, publication)
            case "approved":
                publication = editor.api("POST", f"{path}/release", {})
            case "published":
                reason = {"reason": "活动时间有误，另行通知。"}
                publication = editor.api("POST", f"{path}/withdrawal", reason)
    if until == "in_review" and publication["next_stage"] == 1:
        _review(context, path, publication)


def _review(context: Context, path: str, publication: dict[str, Any]) -> dict[str, Any]:
    stage = publication["next_stage"]
    review = {
        "stage": stage,
        "decision": "approve",
        "comment": _COMMENTS[stage],
        "content_hash": publication["content_hash"],
    }
    reviewed: dict[str, Any] = context.client(f"reviewer{stage}").api("POST", f"{path}/reviews", review)
    return reviewed
