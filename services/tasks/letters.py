"""The mail that says what there is to look at: kinds of notices, numbers of cases, where to read; nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Any

from services.tasks.model.notices import TABLE
from services.tasks.settings import Postbox

# So many numbers are named of each kind; of more it is said how many.
_MOST_NUMBERS = 50


def message_id(sending_id: str, postbox: Postbox) -> str:
    """The same for every attempt with the same sending, so that a receiver can tell a repetition."""
    return f"<{sending_id}@{postbox.sender.rpartition('@')[2]}>"


def compose(
    postbox: Postbox,
    recipient: str,
    sending_id: str,
    at: datetime,
    lines: Sequence[Mapping[str, Any]],
    opened: int,
    opened_more: bool,
) -> bytes:
    """The mail, ready for DATA. ``lines``: notices with ``kind`` and ``number``. ``opened``: newly opened cases, and
    ``opened_more`` whether there are more than that.
    """
    count = f"{len(lines) + opened}{'+' if opened_more else ''}"
    message = EmailMessage()
    message["Message-ID"] = message_id(sending_id, postbox)
    message["To"] = recipient
    message["From"] = postbox.sender
    message["Subject"] = f"明镜：{count} 件事项待查看 / {count} to look at"
    message["Date"] = format_datetime(at)
    message["Auto-Submitted"] = "auto-generated"
    text = "\n".join(_text(postbox, count, lines, opened, opened_more))
    # Base64 has no line that begins with a full stop, which SMTP would want doubled.
    message.set_content(text, cte="base64")
    return message.as_bytes(policy=SMTP_POLICY)


def _text(
    postbox: Postbox, count: str, lines: Sequence[Mapping[str, Any]], opened: int, opened_more: bool
) -> Iterable[str]:
    yield f"您有 {count} 件事项待查看。"
    yield f"You have {count} things to look at."
    yield ""
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        numbers[line["kind"]].append(line["number"])
    for kind in TABLE:
        if kind.code in numbers:
            yield f"{kind.zh} {kind.en}: {_named(numbers[kind.code])}"
    if opened:
        yield f"新登记线索 New cases: {opened}{'+' if opened_more else ''}"
    yield ""
    yield postbox.console_url


def _named(numbers: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(numbers))
    rest = len(distinct) - _MOST_NUMBERS
    named = ", ".join(distinct[:_MOST_NUMBERS])
    return f"{named} … +{rest}" if rest > 0 else named
