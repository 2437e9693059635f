"""docs/receipts.md: its worked example is right, and its JavaScript reads receipts as the server does."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from contracts.reports import receipt as receipts
from services.reports.sealing import new_receipt

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "receipts.md").read_text(encoding="utf-8")
NODE = shutil.which("node")


def row(name):
    (line,) = re.findall(rf"^\| {name} \|(.*)\|$", DOCUMENT, re.MULTILINE)
    return [cell.strip() for cell in line.split("|")]


def test_the_alphabet_is_the_one_that_is_used():
    assert set(re.findall(r"[0-9A-Z]{32}", DOCUMENT)) == {receipts.ALPHABET}


def test_the_worked_example_is_a_receipt():
    (example,) = set(re.findall(r"`((?:[0-9A-Z]{5}-){3}[0-9A-WYZ][0-9A-Z]{4})`", DOCUMENT))

    assert receipts.read(example) == example
    assert example.replace("-", "")[:19] == "".join(row("Symbol"))


def test_each_step_of_the_worked_example_follows_from_the_one_before():
    element = 1
    for symbol, value, after in zip(row("Symbol"), row("Value"), row("After it"), strict=True):
        assert receipts.ALPHABET[int(value)] == symbol
        element = times_x(element) ^ int(value)
        assert element == int(after)
    assert receipts.ALPHABET[times_x(element)] == receipts.check_symbol("".join(row("Symbol"))) == "9"


def times_x(element):
    return element * 2 if element < 16 else (element * 2) ^ 37


def typed():
    """Receipts as people write them, with and without mistakes."""
    chance = random.Random(7)
    for _ in range(150):
        receipt = new_receipt()
        symbols = list(receipt.replace("-", ""))
        place, other = chance.sample(range(20), 2)
        symbols[place] = chance.choice(receipts.ALPHABET)
        swapped = list(receipt)
        swapped[place], swapped[other] = swapped[other], swapped[place]
        yield from (
            receipt,
            receipt.lower().replace("-", " "),
            receipt.replace("0", "o").replace("1", chance.choice("ilIL")),
            receipt.replace("-", chance.choice("\u2013\u2014\u2212\u30fc_.\u3000\u00a0")),
            "".join(chr(ord(symbol) + 0xFEE0) for symbol in receipt),
            "".join(symbols),
            "".join(swapped),
            receipt[:-1],
            receipt + "7",
            receipt.replace("-", "/"),
            receipt.replace(receipt[place], "U", 1),
        )
    yield from ("", "0" * 20, "-" * 20, "长" * 20)


def read_here(text):
    try:
        return receipts.read(text)
    except receipts.NotAReceipt:
        return None


@pytest.mark.skipif(NODE is None, reason="needs node on PATH")
def test_the_javascript_reads_what_people_type_as_the_server_does():
    (code,) = re.findall(r"```javascript\n(.*?)```", DOCUMENT, re.DOTALL)
    texts = list(typed())
    program = f"{code}\nconsole.log(JSON.stringify({json.dumps(texts)}.map(readReceipt)));"

    done = subprocess.run([NODE, "-"], input=program, capture_output=True, text=True, timeout=60, check=True)

    here = [read_here(text) for text in texts]
    assert json.loads(done.stdout) == here
    assert None in here
    assert len(set(here)) > 150
