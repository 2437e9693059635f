"""The search for texts in clear finds them however they are written. Otherwise finding nothing would prove nothing."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
from datetime import datetime
from urllib.parse import quote

import bson
import pytest

from gateway import receipt_qr
from services.reports.sealing import new_receipt
from tests.e2e.everything import planted
from tests.e2e.everything.planted import WORDS
from tests.support.in_clear import ENCODINGS, Search

RECEIPT = new_receipt()
PICTURE = receipt_qr.svg(RECEIPT, "zh-CN")


@pytest.fixture(scope="module")
def search() -> Search:
    return planted.search_for([RECEIPT], [PICTURE])


@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_search_finds_what_is_there_however_it_is_written(search: Search, name: str) -> None:
    word = WORDS[name]
    written = [word.encode(encoding) for encoding in ENCODINGS]
    written += [json.dumps(word).encode(), repr(word.encode()).encode(), quote(word).encode(), word.upper().encode()]
    written += [base64.b64encode(text.encode()) for text in (word, f"a{word}", f"aa{word}b", f"{word}bb")]
    written += [base64.urlsafe_b64encode(word.encode("gb18030")), word.encode("utf-16-le").hex().encode()]

    assert [search.found(b"before " + text + b" after") for text in written] == [[name]] * len(written)


def test_the_search_finds_receipts_days_amounts_addresses_hashes_and_pieces_of_files(search: Search) -> None:
    receipt, picture = RECEIPT, PICTURE
    there = {
        "receipt": [receipt, receipt.lower(), receipt.replace("-", ""), receipt[:11], receipt[12:].replace("-", " ")],
        "picture of a receipt": [picture],
        "phone": ["13955571357", "+8613955571357"],
        "day": [f'{{"occurred_on": "{planted.DAY}"}}', bson.encode({"at": datetime.fromisoformat(planted.DAY)})],
        "amount": ['"amount":29917.53', bson.encode({"amount": planted.AMOUNT})],
        "address": [planted.PHONE, ipaddress.ip_address(planted.SIX).packed, "2001:db8:77:41::/64"],
        "file": [content[1000:4000] for content in planted.FILES],
        "hash": [hashlib.sha256(content).hexdigest() for content in planted.FILES]
        + [hashlib.md5(WORDS["phone"].encode()).digest(), hashlib.sha256(planted.PHONE.encode()).hexdigest()],
    }  # fmt: skip
    for name, written in there.items():
        for text in written:
            assert name in search.found(text if isinstance(text, bytes) else text.encode()), (name, text)
    assert search.found(b"nothing of all this") == []
