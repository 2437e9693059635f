"""What the test of everything plants, and in which forms it looks for it afterwards.

Each word stands nowhere else in the system, and is short enough that a log which cuts texts off still shows it.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from tests.support.attachments import TELLING, docx, jpeg, pdf
from tests.support.in_clear import Search, Wanted, digests, receipt_spellings, slices

WORDS = {
    "title": "窗口偷收急办费",
    "narrative": "茶馆后巷塞信封",
    "end of the narrative": "槐树底下交的钱",
    "subject": "钱多多贪墨",
    "unit of the subject": "乌有山司法所",
    "position of the subject": "登记台三号办事员",
    "place": "老槐茶馆后巷",
    "danger": "监控只留七天就洗",
    "earlier result": "当时答复查无此事",
    "name": "张三丰武当",
    "phone": "+86 139 5557 1357",
    "home": "武当路一零一号",
    "message": "我手里还有照片",
    "answer of staff": "请说明交钱日期",
    "reason of the rating": "收钱的人没查到",
    "reason of the hold": "法院要求保全材料",
    "reason of the request": "当面核对收钱时间",
    "reason of the decision": "限时三小时仅此一人",
    "reason of the revocation": "已核对不必再看",
    "title of evidence": "牛皮纸信封两只",
    "source of evidence": "窗口抽屉夹层里",
    "way of evidence": "开具清单当面封存",
    "who took evidence": "承办人宋某某甲",
    "place of evidence": "二楼西侧窗口内",
    "keeper of evidence": "物证室齐某某乙",
    "why evidence is handed on": "入柜待检指纹痕迹",
    "store of evidence": "物证室七号铁柜",
    "why evidence is struck out": "与前一件重复登记",
    "file of evidence": "信封照片丙组",
    "text of evidence": "封口处有蓝墨水印",
    "title of the suggestion": "午间窗口轮值",
    "suggestion": "晌午不关门最好",
    "because": "下月轮值试行",
    "file name": "信封照片甲",
    "file of staff": "告知书乙本",
    "text of a file": "账本第七页流水",
    "text of an office file": "zhangben-qiye",
    "about the head": "局长家宴收表",
    "name above": "李四光崆峒",
    "phone above": "0510-5557 2468",
    "message above": "表在他左手上",
    "refused": "错误的电话本",
    "sent while reports was away": "没人收的举报信",
    "made-up receipt": "ABCDE-ABCDE-ABCDE-ABCDE",
    "key of repetition": "planted-repetition-key",
    "cookie": "planted-cookie-jar",
    "referer": "planted-referer.example",
    "user agent": "telltale/1.0",
    "metadata of a file": TELLING,
}
DAY = "1987-03-19"
AMOUNT = 29_917.53
# The addresses that reporters come from: a telephone, a computer, somebody behind IPv6, somebody who guesses.
PHONE, COMPUTER, SIX, GUESSER = "203.0.113.71", "203.0.113.72", "2001:db8:77:41::5", "203.0.113.74"
ADDRESSES = (PHONE, COMPUTER, SIX, GUESSER)
AGENT = f"{WORDS['user agent']} (planted)"

# Those whose hash would confirm a guess.
_GUESSABLE = ("name", "phone", "home", "title", "subject", "name above", "phone above")

PICTURE = jpeg((400, 260))
DOCUMENT = docx(WORDS["text of an office file"])
PAPER = pdf(WORDS["text of an office file"])
# Longer than one sealed part.
LEDGER = f"{WORDS['text of a file']}：某日收某人现金若干，未入账。\n".encode() * 19_000
EXHIBIT = "第一只信封正面无字，背面有折痕两道。\n".encode() * 15_000
FILES = (PICTURE, DOCUMENT, PAPER, LEDGER)


def search_for(receipts: Iterable[str], pictures_of_receipts: Iterable[str]) -> Search:
    """Looks for all that was planted, and for these receipts and their QR codes."""
    wanted: dict[str, list[Wanted]] = {name: [word] for name, word in WORDS.items()}
    wanted["phone"] += _numbers(WORDS["phone"])
    wanted["phone above"] += _numbers(WORDS["phone above"])
    wanted["made-up receipt"] = [*receipt_spellings(WORDS["made-up receipt"])[:2]]
    wanted["day"] = [f'"{DAY}"', f"occurred_on={DAY}", f"'{DAY}'", DAY.encode() + b"\x00", _in_bson(DAY)]
    wanted["amount"] = [f"{AMOUNT}", struct.pack("<d", AMOUNT)]
    wanted["receipt"] = [spelling for receipt in receipts for spelling in receipt_spellings(receipt)]
    wanted["picture of a receipt"] = [_drawing(picture) for picture in pictures_of_receipts]
    wanted["address"] = [form for address in ADDRESSES for form in _forms_of_address(address)]
    wanted["file"] = [piece for content in (*FILES, EXHIBIT) for piece in slices(content)]
    guessed = [*(WORDS[name] for name in _GUESSABLE), *ADDRESSES, *wanted["receipt"], *FILES, EXHIBIT]
    wanted["hash"] = [digest for guess in guessed for digest in digests(guess)]
    return Search(wanted)


def _numbers(phone: str) -> list[Wanted]:
    digits = "".join(filter(str.isdigit, phone))
    return [digits, digits.removeprefix("86")]


def _in_bson(day: str) -> bytes:
    since_1970 = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    return struct.pack("<q", round(since_1970 * 1000))


def _drawing(svg: str) -> str:
    """From the middle of the drawing, where no two codes are alike."""
    return svg[len(svg) // 2 :][:48]


def _forms_of_address(address: str) -> list[Wanted]:
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4:
        # Its four bytes alone are found anywhere by chance.
        return [address, f"::ffff:{address}", parsed.reverse_pointer]
    return [address, address.rsplit("::")[0], parsed.exploded, parsed.exploded[:19], parsed.packed, parsed.packed[:8]]
