"""The mail of the year: what leaves by a real mail server names numbers of cases, to people who may know of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tests.support.sinks.mail import Mail, MailSink
from tests.year.book import Book, Person
from tests.year.life import Life
from tests.year.plan import CATEGORIES

SENDER, CONSOLE = "mingjing@justice.example", "https://mingjing.justice.example/console"
# Who is told of each thing at once; who of the others has an address gets digests.
AT_ONCE = ("desk1", "desk3", "handler1", "handler2")
DIGESTS = ("desk2", "handler3", "leader1", "supervisor1")
_NUMBER = re.compile(r"\b20\d\d-\d{6,}\b")
# What reports, clues and old files say, besides what is typed with an action.
_CONTENT = re.compile(
    r"来信 \d|线索来源|旧案|问题 \d|经过如下|某工作人员|某办事大厅|某群众|13800000000|conduct\.|东湖区|西岭区|南港区"
)


class Post:
    """A mail server with a memory."""

    def __init__(self) -> None:
        self.sink = MailSink()
        self.environment = {
            "TASKS_SMTP_URL": self.sink.url,
            "TASKS_MAIL_FROM": SENDER,
            "TASKS_CONSOLE_URL": CONSOLE,
        }

    @staticmethod
    def address(username: str) -> str | None:
        """Where mail to this person goes; None: nowhere."""
        return f"{username}@justice.example" if username in (*AT_ONCE, *DIGESTS) else None

    def findings(self, book: Book, said: Collection[str]) -> Iterator[str]:
        """Mails that say too much. ``said``: every text that anybody typed with an action."""
        people = {address: one for one in book.people.values() if (address := self.address(one.username))}
        numbers = {case.number: case for case in book.cases.values()}
        for mail in list(self.sink.mails):
            text = f"{mail.message['Subject']}\n{mail.message.get_content()}"
            yield from _said_too_much(mail, text, said)
            reader = people.get(mail.recipients[0])
            if reader is None or len(mail.recipients) != 1:
                yield f"a mail went to {mail.recipients}"
                continue
            for number in _NUMBER.findall(text):
                if number not in numbers or not _might_know(reader, numbers[number]):
                    yield f"a mail to {reader.username} names {number}"

    def close(self) -> None:
        self.sink.close()


def _said_too_much(mail: Mail, text: str, said: Collection[str]) -> Iterator[str]:
    content = _CONTENT.search(text)
    if content:
        yield f"a mail to {mail.recipients} says “{content[0]}”"
    yield from (
        f"a mail to {mail.recipients} names the category {one}" for one in CATEGORIES if "." in one and one in text
    )
    yield from (f"a mail to {mail.recipients} says “{one}”" for one in said if len(one) > 2 and one in text)


def _might_know(reader: Person, case: Life) -> bool:
    """By their role and unit, which stay; who was kept out later may have been told before."""
    return "supervisor" in reader.roles or not (case.above or set(case.first_about) & set(reader.path))
