"""Invented reports and suggestions, sent as the public sends them. Every name, place and event is made up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cli.seed.context import Client, Context, SeedFailed

REPORTS: tuple[dict[str, Any], ...] = (
    {
        "kind": "report",
        "category": "contact.judicial_staff",
        "title": "反映律师邀请办案人员参加宴请",
        "narrative": (
            "2025年4月中旬，我的合同纠纷案开庭前一周，对方代理律师在城南一家饭店宴请了案件经办人员，席间谈到了我的案子。"
            "同桌一位朋友事后告诉我，律师当场说“这个案子放心”。\n"
            "我有当天饭店门口的照片，两辆车的车牌可以看清，需要时可以提供。请核查双方是否存在不正当接触。"
        ),
        "subjects": [{"name": "周明远", "unit": "衡信律师事务所", "position": "律师"}],
        "occurred_on": "2025-04-16",
        "place": "城南湖滨饭店二楼",
        "reporter": {"mode": "anonymous"},
    },
    {
        "kind": "report",
        "category": "notaries.false_notarisation",
        "title": "老人没有到场却出具了委托公证书",
        "narrative": (
            "我母亲2025年2月至3月一直在市第二医院住院，不能下床，但公证处在2月20日出具了一份由她“亲自签名”的房屋出售委托书公证，"
            "房子随后被过户给我大哥。\n住院病历可以证明她当天没有离开过医院。公证员没有核实本人身份，也没有录像。"
            "请调取公证卷宗和当天的监控。"
        ),
        "subjects": [{"name": "孙丽华", "unit": "江城公证处", "position": "公证员"}],
        "occurred_on": "2025-02-20",
        "place": "江城公证处",
        "reporter": {
            "mode": "named",
            "name": "何秀英",
            "phone": "13900000001",
            "address": "东岭区梅园路18号3幢202室",
        },
    },
    {
        "kind": "report",
        "category": "lawyers.overcharging",
        "title": "律师费以外又收“疏通费”三万元",
        "narrative": (
            "签合同时约定律师费两万元，付清以后律师又以“打点关系”为由，让我分两次现金交了三万元，没有开票，也没有写进合同。"
            "案子败诉后我要求退还，他先说已经花掉，后来不再接电话。\n微信聊天记录和取款凭证都保留着。"
        ),
        "subjects": [{"name": "吴斌", "unit": "正言律师事务所", "position": "律师"}],
        "occurred_on": "2025-05-08",
        "place": "正言律师事务所三楼接待室",
        "reporter": {
            "mode": "named",
            "name": "郑国平",
            "phone": "0510-5550 1234",
            "address": "",
        },
    },
    {
        "kind": "report",
        "category": "corrections.favouritism",
        "title": "社区矫正对象长期在外地却显示每日报到",
        "narrative": (
            "我们村的一名社区矫正对象2025年春节后一直在邻省做工程，同村的人都知道，可是司法所的报到记录据说一天不少。"
            "有人看到他把手机交给他表弟，由表弟每天到司法所附近打卡。\n请核查请假审批和定位记录，看是否有人故意放松监管。"
        ),
        "subjects": [{"name": "", "unit": "石桥司法所", "position": "社区矫正工作人员"}],
        "occurred_on": "2025-03-01",
        "place": "石桥镇",
        "reporter": {"mode": "anonymous"},
    },
    {
        "kind": "report",
        "category": "conduct.attitude",
        "title": "窗口工作人员态度生硬，一件事跑了四趟",
        "narrative": (
            "我到公共法律服务中心申请法律援助，第一次说缺收入证明，第二次说证明格式不对，第三次说经办人不在，第四次才收材料。"
            "每次都没有一次性告知，问多了就说“自己看墙上”。希望能说明到底要哪些材料，也希望窗口的同志说话客气一点。"
        ),
        "subjects": [{"name": "", "unit": "西城公共法律服务中心", "position": "窗口工作人员"}],
        "occurred_on": "2025-06-11",
        "place": "西城公共法律服务中心3号窗口",
        "reporter": {"mode": "anonymous"},
    },
    {
        "kind": "report",
        "category": "forensic.false_opinion",
        "title": "两次伤残鉴定结论相差悬殊",
        "narrative": (
            "交通事故后，对方委托的鉴定所认为我不构成伤残，而我按法院要求到省里重新鉴定，结论是九级伤残。"
            "前一次鉴定人员只看了十分钟，没有做活动度测量，鉴定书上却写着“经测量”。\n怀疑鉴定人员收了好处，请依法核查。"
        ),
        "subjects": [{"name": "", "unit": "康正司法鉴定所", "position": "鉴定人"}],
        "occurred_on": "2025-01-09",
        "place": "康正司法鉴定所",
        "reporter": {
            "mode": "named",
            "name": "马志强",
            "phone": "13900000002",
            "address": "北湖区平安里7号",
        },
    },
    {
        "kind": "suggestion",
        "category": "service.convenience",
        "title": "建议公证、法律援助窗口中午不关门",
        "narrative": (
            "上班族只有中午有空，可是窗口十一点半就停止取号。建议中午安排轮班，哪怕只留一个窗口，也可以在网上公布当天排队人数。"
        ),
        "reporter": {"mode": "anonymous"},
    },
    {
        "kind": "suggestion",
        "category": "service.legal_aid",
        "title": "建议在工地宿舍区设流动法律援助点",
        "narrative": (
            "讨薪的工友大多不知道可以申请法律援助，也没有时间跑区里。建议每季度到几个大的工地宿舍区开一次流动服务，"
            "现场收材料、现场告知结果。我们愿意帮忙联系场地。"
        ),
        "reporter": {"mode": "named", "name": "蒋大勇", "phone": "13900000003", "address": ""},
    },
)

ANSWERED = "service.convenience"
ANSWER = {
    "decision": "adopted",
    "because": "已安排各窗口自下月起中午轮班，取号时间延长到十三点三十分，排队人数在服务大厅公众号公布。感谢您的建议。",
}

# What was done already with the case of each category: (who, action) each; `handler_id` is filled in.
STEPS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "contact.judicial_staff": (
        ("desk", {"action": "accept", "allegations": ["开庭前宴请办案人员"]}),
        ("desk", {"action": "assign"}),
        ("handler", {"action": "start"}),
        ("handler", {"action": "record_step", "what": "向饭店调取当日监控和消费记录。"}),
    ),
    "notaries.false_notarisation": (
        ("desk", {"action": "accept", "allegations": ["申请人未到场而出具公证书", "未按规定录像"]}),
        ("desk", {"action": "assign"}),
    ),
    "lawyers.overcharging": (("desk", {"action": "accept", "allegations": ["合同外收取现金三万元"]}),),
}
QUESTIONED = "contact.judicial_staff"
QUESTION = "您好，来件已收到。如方便，请补充您提到的照片拍摄时间和地点；不愿补充也不影响办理。"


def run(context: Context) -> None:
    """Send what is missing, begin with some cases, answer one suggestion."""
    public = context.client()
    for number, report in enumerate(context.track(REPORTS, "reports and suggestions"), start=1):
        _send(public, report, f"seed-report-{number}")
    _begin_with_cases(context)
    _answer_one_suggestion(context.client("desk"))


def _send(public: Client, report: dict[str, Any], key: str) -> None:
    response = public.post("/reports", json=report, headers={"Idempotency-Key": key})
    # The answer of a request is kept for two days; that the key is taken tells later that the report is there.
    there_already = response.status_code == 422 and response.json()["type"].endswith("idempotency-key-reused")
    if response.status_code != 201 and not there_already:
        raise SeedFailed(f"POST /reports: {response.status_code} {response.json().get('detail', '')}")


def _begin_with_cases(context: Context) -> None:
    desk = context.client("desk")
    expected = sum(report["kind"] == "report" for report in REPORTS)
    cases = context.wait_until(lambda: _at_least(expected, desk.items("/cases", source="report")), "the cases")
    if any(case["state"] != "registered" for case in cases):
        return
    handler_id = context.client("handler").api("GET", "/me")["id"]
    for case in cases:
        for who, step in STEPS.get(case["category"], ()):
            action = {**step, "handler_id": handler_id} if step["action"] == "assign" else step
            context.client(who).api("POST", f"/cases/{case['id']}/actions", action)
        if case["category"] == QUESTIONED:
            desk.api("POST", f"/cases/{case['id']}/report/messages", {"text": QUESTION}, key="seed-question")


def _at_least(number: int, cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = list(cases)
    return found if len(found) >= number else []


def _answer_one_suggestion(desk: Client) -> None:
    suggestions = list(desk.items("/suggestions"))
    if any(suggestion["state"] != "received" for suggestion in suggestions):
        return
    for suggestion in suggestions:
        if suggestion["category"] == ANSWERED:
            desk.api("POST", f"/suggestions/{suggestion['id']}/answer", ANSWER)
