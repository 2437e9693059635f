"""A bureau that does not exist: its units, its people, its demo accounts. All names are made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

ROOT: Final = "明镜市司法局"


@dataclass(frozen=True)
class DemoUnit:
    """``path``: names from below the root down to the unit; what is above comes first in ``UNITS``."""

    path: tuple[str, ...]
    kind: str
    line: str | None
    code: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoAccount:
    """One of the accounts of API.md; ``unit`` is a name, ``duties`` pairs of a kind and a unit's name or a line."""

    username: str
    name: str
    unit: str
    roles: tuple[str, ...]
    position: str | None = None
    line: str | None = None
    duties: tuple[tuple[str, str], ...] = ()


_DISTRICTS: Final = ("东湖区", "西岭区", "南港区", "北原县")
_DEPARTMENTS: Final = (
    ("办公室", "BGS"),
    ("政治部", "ZZB"),
    ("律师工作科", "LSK"),
    ("公共法律服务管理科", "GFK"),
    ("社区矫正管理局", "JZJ"),
    ("机关纪委", "JW"),
    ("市委指导组驻点办公室", "ZDZ"),
)
_FIRMS: Final = {
    "东湖区": ("正衡律师事务所", "东湖明理律师事务所"),
    "西岭区": ("西岭同德律师事务所",),
    "南港区": ("海丰律师事务所",),
    "北原县": ("北原信义律师事务所",),
}

# What people in town call them.
_ALIASES: Final = {
    "公共法律服务管理科": ("公法科",),
    "社区矫正管理局": ("社矫局",),
    "机关纪委": ("纪检组",),
    "正衡律师事务所": ("正衡所",),
}

UNITS: Final = (
    *(DemoUnit((name,), "department", "bureau", code, _ALIASES.get(name, ())) for name, code in _DEPARTMENTS),
    *(DemoUnit((f"{district}司法局",), "district_bureau", "bureau") for district in _DISTRICTS),
    *(
        DemoUnit((name,), "branch", "bureau")
        for name in ("机关第一党支部", "机关第二党支部", "机关第三党支部", "律师行业党支部")
    ),
    DemoUnit(("市律师协会",), "association", "lawyers"),
    DemoUnit(("明镜市公证处",), "notary_office", "notaries"),
    DemoUnit(("明镜市司法鉴定中心",), "forensic_institute", "forensic"),
    DemoUnit(("明镜市社区矫正中心",), "correction_centre", "corrections"),
    *(
        DemoUnit((f"{district}司法局", firm), "law_firm", "lawyers", aliases=_ALIASES.get(firm, ()))
        for district, firms in _FIRMS.items()
        for firm in firms
    ),
    *(DemoUnit((f"{district}司法局", f"{district}公证处"), "notary_office", "notaries") for district in _DISTRICTS[:2]),
    *(
        DemoUnit((f"{district}司法局", f"{district}基层法律服务所"), "grassroots_office", "grassroots")
        for district in _DISTRICTS
    ),
    *(
        DemoUnit((f"{district}司法局", f"{district}社区矫正中心"), "correction_centre", "corrections")
        for district in _DISTRICTS
    ),
)

_STAFF: Final = (
    DemoAccount("desk", "陈线索", "机关纪委", ("desk", "member"), "线索管理专员"),
    DemoAccount("handler", "周承办", "机关纪委", ("handler", "member"), "主任科员"),
    DemoAccount("custodian", "吴保密", "办公室", ("custodian",), "机要科长"),
    DemoAccount("supervisor", "郑督导", "市委指导组驻点办公室", ("supervisor",), "指导组联络员"),
    DemoAccount("editor", "孙笔耕", "政治部", ("editor", "member"), "宣传干事"),
    DemoAccount("reviewer1", "李初审", "政治部", ("reviewer", "member"), "宣传科副科长"),
    DemoAccount("reviewer2", "王复审", "政治部", ("reviewer", "member"), "宣传科科长"),
    DemoAccount(
        "reviewer3", "赵终审", "办公室", ("reviewer", "member"), "办公室主任", duties=(("head_of_unit", "办公室"),)
    ),
    DemoAccount("trainer", "冯育才", "政治部", ("trainer", "member"), "教育培训科科长"),
    DemoAccount(
        "leader",
        "钱领导",
        ROOT,
        ("leader", "member"),
        "党组书记、局长",
        duties=(
            ("head_of_unit", ROOT),
            ("linked_branch", "机关第一党支部"),
            ("linked_district", "东湖区司法局"),
            ("linked_line", "lawyers"),
        ),
    ),
    DemoAccount("auditor", "何审计", "机关纪委", ("auditor",), "审计专员"),
)

# member1 … member20, over all lines of work.
_MEMBERS: Final = (
    ("卫东", "东湖区司法局", "局长", (("head_of_unit", "东湖区司法局"),)),
    ("蒋晴", "西岭区司法局", "副局长", (("deputy_head_of_unit", "西岭区司法局"),)),
    ("沈远", "南港区司法局", "科员", ()),
    ("韩松", "北原县司法局", "科员", ()),
    ("杨帆", "律师工作科", "科长", (("head_of_unit", "律师工作科"),)),
    ("朱敏", "公共法律服务管理科", "科员", ()),
    ("秦越", "社区矫正管理局", "科员", ()),
    ("许诺", "正衡律师事务所", "主任律师", (("head_of_unit", "正衡律师事务所"),)),
    ("何苗", "东湖明理律师事务所", "律师", ()),
    ("吕航", "西岭同德律师事务所", "律师", (("branch_secretary", "律师行业党支部"),)),
    ("施雨", "海丰律师事务所", "律师", ()),
    ("张弛", "北原信义律师事务所", "律师", ()),
    ("孔真", "明镜市公证处", "公证员", ()),
    ("曹安", "东湖区公证处", "公证员", ()),
    ("严谨", "明镜市司法鉴定中心", "司法鉴定人", ()),
    ("华实", "明镜市司法鉴定中心", "司法鉴定人", ()),
    ("金禾", "东湖区基层法律服务所", "基层法律工作者", ()),
    ("魏平", "南港区基层法律服务所", "基层法律工作者", ()),
    ("陶然", "东湖区社区矫正中心", "社区矫正工作者", ()),
    ("姜宁", "明镜市社区矫正中心", "社区矫正工作者", ()),
)

ACCOUNTS: Final = (
    *_STAFF,
    *(
        DemoAccount(f"member{number}", name, unit, ("member",), position, duties=duties)
        for number, (name, unit, position, duties) in enumerate(_MEMBERS, start=1)
    ),
)

# Further people come in as the bureau would bring them in: by a table.
_SURNAMES: Final = "谢邹喻柏窦章云苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐费雷贺倪汤罗毕郝安常于时傅卞齐康"
_GIVEN: Final = ["文博", "雅静", "志强", "思远", "晓岚", "建国", "佳怡", "子墨", "丽华", "国栋"]
TABLE_NAME: Final = "从业人员名册.csv"


def table() -> bytes:
    """The roll of practitioners: sixty rows as a bureau keeps them (GB18030), of which two cannot be taken."""
    units = [unit for unit in UNITS if unit.kind not in ("department", "district_bureau", "branch", "association")]
    lines = ["姓名,用户名,执业证号,单位,职务"]
    for number in range(60):
        name = _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)]
        unit = units[number % len(units)]
        lines.append(f"{name},p{number + 1:04},MJ{20_000 + number},{'/'.join((ROOT, *unit.path))},")
    # What happens in real tables: a unit that was renamed, a row that was pasted twice.
    lines[17] = lines[17].replace(ROOT, "明镜市司法厅")
    lines[42] = lines[41]
    return "\r\n".join(lines).encode("gb18030")


def duty(kind: str, about: str, unit_ids: dict[str, str]) -> dict[str, Any]:
    """A duty as the interface takes it."""
    if kind == "linked_line":
        return {"kind": kind, "line": about}
    return {"kind": kind, "unit_id": unit_ids[about]}
