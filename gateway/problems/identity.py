"""What identity refuses, as problems."""

from __future__ import annotations

from typing import Any

from gateway.language import text
from gateway.problems.row import Row


def _by_reason(prefix: str) -> Any:
    def detail(details: dict[str, Any], language: str) -> str:
        return text(f"{prefix}.{details['reason']}", language, **details)

    return detail


def _taken(details: dict[str, Any], language: str) -> str:
    return text("identity.taken", language, field=text(f"identity.field.{details['field']}", language))


PROBLEMS = {
    "SignInRefused": Row(401, "sign-in-refused", zh="登录失败", en="Sign-in failed", detail="identity.sign_in_refused"),
    "SessionOver": Row(401, "session-over", zh="登录已失效", en="The session is over", detail="problem.session_over"),
    "WeakPassword": Row(
        422,
        "weak-password",
        zh="密码强度不足",
        en="The password is too weak",
        detail=_by_reason("identity.weak_password"),
        members=("reason",),
    ),
    "WrongPassword": Row(
        422, "wrong-password", zh="身份确认失败", en="Confirmation failed", detail="identity.wrong_password"
    ),
    "ActivationRefused": Row(
        422, "activation-refused", zh="激活失败", en="Activation failed", detail="identity.activation_refused"
    ),
    "TotpNotPossible": Row(
        409,
        "totp-not-possible",
        zh="无法更改动态口令",
        en="The one-time password cannot be changed so",
        detail=_by_reason("identity.totp"),
        members=("reason",),
    ),
    "UnitMoveRefused": Row(
        409,
        "unit-move-refused",
        zh="单位不能移动到此处",
        en="The unit cannot move there",
        detail=_by_reason("identity.unit_move"),
        members=("reason",),
    ),
    "UnitInUse": Row(
        409,
        "unit-in-use",
        zh="单位仍在使用",
        en="The unit is in use",
        detail="identity.unit_in_use",
        members=("people", "units"),
    ),
    "NameTaken": Row(409, "name-taken", zh="已被占用", en="Already taken", detail=_taken, members=("field",)),
    "OwnRightsStay": Row(
        409,
        "own-rights-stay",
        zh="不能取消自己的管理权限",
        en="Your own rights stay",
        detail="identity.own_rights_stay",
    ),
    "AdministratorExists": Row(
        409,
        "administrator-exists",
        zh="管理员已存在",
        en="An administrator exists",
        detail="identity.admin_exists",
    ),
}
