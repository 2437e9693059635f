"""From the rows of a table to people as it means them: headers in Chinese or English, codes or names in cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chassis.tables import Row, UnreadableTable, places, words
from services.identity.model.people import folded

# What a column may be called; compared without spaces, marks and case. Tables of personnel offices vary.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "username": ("用户名", "账号", "帐号", "登录名", "登录账号", "username", "account", "login"),
    "staff_number": (
        "工号",
        "警号",
        "人员编号",
        "编号",
        "执业证号",
        "员工号",
        "staffnumber",
        "staffno",
        "number",
    ),
    "name": ("姓名", "名字", "name", "fullname"),
    "unit": (
        "单位",
        "部门",
        "所属单位",
        "所在单位",
        "工作单位",
        "机构",
        "支部",
        "unit",
        "department",
        "organisation",
    ),
    "line": ("条线", "行业", "人员类别", "类别", "line", "lineofwork"),
    "position": ("职务", "岗位", "职位", "position", "post", "title"),
    "email": ("邮箱", "电子邮箱", "电子邮件", "邮件地址", "email", "mail", "emailaddress"),
    "roles": ("角色", "权限", "系统角色", "role", "roles"),
    "duties": ("职责", "组织职责", "duty", "duties"),
    "active": ("状态", "启用", "是否启用", "在职", "active", "status", "enabled"),
}
REQUIRED = ("name", "unit")
# At least one of them says who it is.
IDENTIFYING = ("username", "staff_number")

_YES = {"是", "启用", "在职", "正常", "有效", "y", "yes", "true", "1", "active", "enabled"}
_NO = {"否", "停用", "禁用", "离职", "退休", "无效", "n", "no", "false", "0", "inactive", "disabled"}
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_LIST = re.compile(r"[、,，;；/|\s]+")

# reject(column, code, what stood there)
Reject = Callable[..., None]


@dataclass(frozen=True)
class Rejection:
    """Why a row was not taken: its number in the table, the column, a code, and what stood there."""

    row: int
    field: str
    message: str
    value: str | None = None


@dataclass(frozen=True)
class PersonRow:
    """One row as it is meant. None: the table does not say, so an existing person keeps what they have."""

    row: int
    username: str
    name: str
    unit: str
    staff_number: str | None = None
    line: str | None = None
    position: str | None = None
    email: str | None = None
    roles: tuple[str, ...] | None = None
    duties: tuple[str, ...] | None = None
    active: bool | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Names of codes: what may stand in a cell, as ``words`` compares it, and the code that it means.

    ``duties`` are those that a person has in their own unit.
    """

    lines: Mapping[str, str]
    roles: Mapping[str, str]
    duties: Mapping[str, str]


@dataclass
class Reading:
    """A table, read: who is in it, what is wrong with it, how many rows it has."""

    people: list[PersonRow] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    total: int = 0


def read_people(rows: Sequence[Row], known: Vocabulary) -> Reading:
    """Every row of a table whose first row is the header. ``UnreadableTable`` when there is no usable header."""
    if not rows:
        raise UnreadableTable("empty")
    columns = columns_of(rows[0].cells)
    reading = Reading(total=len(rows) - 1)
    if not reading.total:
        raise UnreadableTable("empty")
    seen: dict[tuple[str, str], int] = {}
    for row in rows[1:]:
        cells = {name: row.cells[place] for name, place in columns.items() if place < len(row.cells)}
        person = _person(row.number, cells, known, reading.rejected)
        if person and not _doubled(person, seen, reading.rejected):
            reading.people.append(person)
    return reading


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """The place of each column that is known; ``UnreadableTable`` when a needed one is missing."""
    columns = places(header, COLUMNS)
    if any(column not in columns for column in REQUIRED) or not any(column in columns for column in IDENTIFYING):
        raise UnreadableTable("no_header")
    return columns


def _person(number: int, cells: Mapping[str, str], known: Vocabulary, rejected: list[Rejection]) -> PersonRow | None:
    before = len(rejected)

    def reject(column: str, message: str, value: str | None = None) -> None:
        rejected.append(Rejection(number, column, message, value))

    for column in REQUIRED:
        if not cells.get(column):
            reject(column, "missing")
    staff_number = cells.get("staff_number") or None
    username = folded(cells.get("username") or staff_number or "")
    if not username:
        reject("username", "missing")
    elif not _USERNAME.fullmatch(username):
        reject("username" if cells.get("username") else "staff_number", "bad_username", username)
    line = _line(cells.get("line"), known, reject)
    roles = _codes("roles", "unknown_role", cells.get("roles"), known.roles, reject)
    duties = _codes("duties", "unknown_duty", cells.get("duties"), known.duties, reject)
    active = _active(cells.get("active"), reject)
    if len(rejected) > before:
        return None
    return PersonRow(
        row=number,
        username=username,
        name=cells["name"],
        unit=cells["unit"],
        staff_number=staff_number,
        line=line,
        position=cells.get("position") or None,
        email=cells.get("email") or None,
        roles=roles,
        duties=duties,
        active=active,
    )


def _line(cell: str | None, known: Vocabulary, reject: Reject) -> str | None:
    if not cell:
        return None
    code = known.lines.get(words(cell))
    if code is None:
        reject("line", "unknown_line", cell)
    return code


def _codes(
    column: str, unknown: str, cell: str | None, names: Mapping[str, str], reject: Reject
) -> tuple[str, ...] | None:
    if not cell:
        return None
    # A name may itself hold a separator (干警/从业人员), so the whole cell is tried first.
    parts = [cell] if words(cell) in names else [part for part in _LIST.split(cell) if part]
    codes = [names.get(words(part)) for part in parts]
    for part, code in zip(parts, codes, strict=True):
        if code is None:
            reject(column, unknown, part)
    return tuple(sorted({code for code in codes if code is not None}))


def _active(cell: str | None, reject: Reject) -> bool | None:
    if not cell:
        return None
    word = words(cell)
    if word in _YES or word in _NO:
        return word in _YES
    reject("active", "unknown_status", cell)
    return None


def _doubled(person: PersonRow, seen: dict[tuple[str, str], int], rejected: list[Rejection]) -> bool:
    """Whether an earlier row is about the same person; the first one counts."""
    for column, value in (("username", person.username), ("staff_number", person.staff_number)):
        if value is None:
            continue
        earlier = seen.setdefault((column, value), person.row)
        if earlier != person.row:
            rejected.append(Rejection(person.row, column, "doubled", str(earlier)))
            return True
    return False
