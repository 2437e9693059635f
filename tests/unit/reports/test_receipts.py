"""The receipt: what people mistype is noticed, what they write in their own way is understood."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from contracts.reports import receipt as receipts
from services.reports.sealing import new_receipt

payloads = st.text(alphabet=receipts.ALPHABET, min_size=19, max_size=19)
places = st.integers(min_value=0, max_value=receipts.SYMBOLS - 1)


def symbols_of(receipt: str) -> str:
    return receipt.replace("-", "")


@given(payloads)
def test_a_receipt_is_read_as_it_was_written(payload):
    receipt = receipts.write(payload)

    assert receipts.read(receipt) == receipt
    assert len(receipt) == 23
    assert symbols_of(receipt).startswith(payload)


def test_new_receipts_are_well_formed_and_all_different():
    drawn = {new_receipt() for _ in range(500)}

    assert len(drawn) == 500
    assert all(receipts.read(receipt) == receipt for receipt in drawn)


def test_every_symbol_of_the_alphabet_appears_in_every_random_place():
    drawn = [symbols_of(new_receipt()) for _ in range(2000)]

    assert all({receipt[place] for receipt in drawn} == set(receipts.ALPHABET) for place in range(19))


@given(payloads, places)
def test_any_single_wrong_symbol_is_noticed(payload, place):
    right = symbols_of(receipts.write(payload))

    for symbol in receipts.ALPHABET:
        wrong = right[:place] + symbol + right[place + 1 :]
        if wrong != right:
            with pytest.raises(receipts.NotAReceipt):
                receipts.read(wrong)


@given(payloads, places, places)
def test_any_two_symbols_that_change_places_are_noticed(payload, one, other):
    right = list(symbols_of(receipts.write(payload)))
    right[one], right[other] = right[other], right[one]
    swapped = "".join(right)

    if swapped != symbols_of(receipts.write(payload)):
        with pytest.raises(receipts.NotAReceipt):
            receipts.read(swapped)


def test_the_weights_of_all_places_differ_so_that_the_proof_holds_for_every_receipt():
    """The check is linear over GF(32): with 20 different non-zero weights no single error or exchange can cancel."""
    zeros = "0" * 19

    def weight(place: int) -> str:
        changed = zeros[:place] + "1" + zeros[place + 1 :]
        return receipts.ALPHABET[
            receipts.ALPHABET.index(receipts.check_symbol(changed))
            ^ receipts.ALPHABET.index(receipts.check_symbol(zeros))
        ]

    weights = {weight(place) for place in range(19)} | {"1"}

    assert len(weights) == 20
    assert "0" not in weights


@given(payloads, st.data())
def test_the_way_of_writing_makes_no_difference(payload, data):
    receipt = receipts.write(payload)
    spellings = {"0": "0Oo０", "1": "1IiLl１"}
    written = ""
    for symbol in symbols_of(receipt):
        ways = spellings.get(symbol, symbol + symbol.lower() + chr(ord(symbol) + 0xFEE0))
        written += data.draw(st.sampled_from(ways)) + data.draw(
            st.sampled_from(["", "", " ", "-", "–", "—", "－", "　"])
        )

    assert receipts.read(written) == receipt


@pytest.mark.parametrize("between", [*"-‐‑‒–—―−－ー_. 　\u00a0\t", "\r\n", " - ", ""], ids=lambda text: ascii(text))
def test_groups_may_be_set_apart_as_any_keyboard_or_font_does(between):
    receipt = receipts.write("7K3QX9M2ABCDEFGHJKN")

    assert receipts.read(receipt.replace("-", between)) == receipt


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "0" * 20,
        "U" * 20,
        "12345-12345-12345-1234",
        "1" * 21,
        "A" * 1000,
        "查询码",
        "\x00" * 20,
        "0O" * 10,
    ],
)
def test_what_cannot_be_a_receipt_is_refused(typed):
    with pytest.raises(receipts.NotAReceipt):
        receipts.read(typed)


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(typed):
    with suppress(receipts.NotAReceipt):
        assert receipts.read(receipts.read(typed)) == receipts.read(typed)


@pytest.mark.parametrize("value", ["12345", 7, None, ["a"], {}])
def test_the_field_tells_of_a_typing_error_without_repeating_what_was_typed(value):
    schema = Schema.from_dict({"receipt": receipts.Receipt(required=True)})()

    with pytest.raises(ValidationError) as refused:
        schema.load({"receipt": value})

    assert "12345" not in str(refused.value.messages)
