"""The refusals of study sessions."""

from __future__ import annotations

from gateway.problems.row import Row

PROBLEMS = {
    "WrongCheckInCode": Row(
        409, "wrong-check-in-code", zh="签到码无效", en="The check-in code does not count", detail="study.wrong_code"
    ),
    "NoCheckInKey": Row(
        409, "no-check-in-key", zh="尚未配置签到密钥", en="No key for check-in codes", detail="study.no_check_in_key"
    ),
}
