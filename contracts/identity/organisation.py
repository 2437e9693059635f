"""The codes of the organisation that several services speak of: lines of work, kinds of units, duties.

Data, not logic: a code is stable for ever, its names may be corrected. Sources: DOMAIN.md ("1+5" lines of work,
教育整顿 duties and the "三联三促" links of leaders).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Name:
    """One code with its names; ``zh`` is what people in the bureau say, ``aliases`` what their tables also say."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


# 条线: the bureau's own officers (1) and the five legal professions that it supervises (5).
LINES: Final = (
    Name("bureau", "司法行政干警", "Police-judicial bureau staff", ("干警", "司法行政", "机关", "局机关")),
    Name("lawyers", "律师", "Lawyers", ("律师行业", "律师条线")),
    Name("notaries", "公证", "Notaries", ("公证员", "公证行业", "公证条线")),
    Name("forensic", "司法鉴定", "Forensic examiners", ("司法鉴定人", "鉴定", "司法鉴定行业")),
    Name(
        "grassroots",
        "基层法律服务",
        "Grassroots legal workers",
        ("基层法律工作者", "基层法律服务工作者", "基层"),
    ),
    Name("corrections", "社区矫正", "Community-correction staff", ("社区矫正工作者", "矫正")),
)

# 单位: what a node of the unit tree can be.
UNIT_KINDS: Final = (
    Name("bureau", "市司法局", "Municipal justice bureau"),
    Name("department", "内设机构", "Department", ("处室", "科室")),
    Name("district_bureau", "辖市区司法局", "District justice bureau", ("区司法局", "辖市区局", "辖市区")),
    Name("branch", "支部", "Party branch", ("党支部",)),
    Name("law_firm", "律师事务所", "Law firm", ("律所",)),
    Name("notary_office", "公证处", "Notary office"),
    Name("forensic_institute", "司法鉴定所", "Forensic institute", ("鉴定所", "司法鉴定机构")),
    Name("grassroots_office", "基层法律服务所", "Grassroots legal service office"),
    Name("correction_centre", "社区矫正中心", "Community-correction centre", ("矫正中心",)),
    Name("association", "行业协会", "Professional association", ("协会",)),
)

# Roles in the words of the bureau; the codes are those of contracts.roles.
ROLES: Final = (
    Name("member", "干警/从业人员", "Officer or practitioner", ("干警", "从业人员", "成员", "普通用户")),
    Name("handler", "承办人", "Case officer"),
    Name("desk", "线索管理", "Case desk", ("线索管理员",)),
    Name("custodian", "身份保管员", "Identity custodian"),
    Name("supervisor", "指导组", "Supervision group", ("督导组",)),
    Name("editor", "宣传编辑", "Editor", ("编辑",)),
    Name("reviewer", "宣传审核", "Reviewer", ("审核", "审核员")),
    Name("trainer", "教育培训", "Training officer", ("培训管理员",)),
    Name("leader", "领导小组", "Leader", ("领导",)),
    Name("admin", "管理员", "Administrator", ("系统管理员",)),
    Name("auditor", "审计", "Auditor", ("审计员",)),
)

# Duties that other rules ask about. ``head_of_unit``: a report about the head of a body goes to the level above.
# The ``linked_*`` duties are "三联三促": each leader is linked to a branch, a district and a line.
DUTIES: Final = (
    Name("head_of_unit", "单位负责人", "Head of unit", ("负责人", "主要负责人")),
    Name("deputy_head_of_unit", "单位副职", "Deputy head of unit", ("副职",)),
    Name("branch_secretary", "支部书记", "Branch secretary"),
    Name("discipline_inspector", "纪检监察员", "Discipline inspector", ("纪检",)),
    Name("linked_branch", "联系支部", "Linked branch of a leader"),
    Name("linked_district", "联系辖市区", "Linked district of a leader"),
    Name("linked_line", "联系条线", "Linked line of work of a leader"),
)

LINE_CODES: Final = tuple(line.code for line in LINES)
UNIT_KIND_CODES: Final = tuple(kind.code for kind in UNIT_KINDS)
DUTY_CODES: Final = tuple(duty.code for duty in DUTIES)
# The duty whose object is a line of work; the object of every other duty is a unit.
LINE_DUTIES: Final = frozenset({"linked_line"})
