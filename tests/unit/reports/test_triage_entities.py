"""What a text names: names, amounts, dates, and that whatever is written, places stay within the text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.triage import entities
from services.reports.triage.entities import dates, money, numerals
from services.reports.triage.text import Text

RECEIVED = date(2026, 3, 4)  # a Wednesday

HAN = st.text(
    "去年今明前昨天日号月上下个周星期一二三四五六七八九十百千万亿元块钱两几多来余点零〇年初底春节中秋至到0123456789.,-/张王李某律师局长"
    "司法所公证处法院街道村路在的了收给，。\n",
    max_size=60,
)
STRANGE = st.text(
    st.characters(categories=("L", "M", "N", "P", "S", "Z", "C"), include_characters="\x00\u202e\u200b𠮷㎡ﷺ"),
    max_size=40,
)


def found(text, kind, received=RECEIVED, **given_by_reporter):
    read = Text.of(text)
    return [
        (text[each.start : each.end], each.value) for each in entities.find(read, received, **given_by_reporter)
        if each.kind == kind
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("35000", 35000),
        ("3.5万", 35000),
        ("三万五千", 35000),
        ("三万五", 35000),
        ("叁万伍仟", 35000),
        ("三万零五百", 30500),
        ("三万零五", 30005),
        ("十五", 15),
        ("二十", 20),
        ("两百五", 250),
        ("一亿二千万", 120_000_000),
        ("二〇二五", 2025),
        ("1,234,567", 1234567),
    ],
)
def test_numbers_are_read_as_people_write_them(written, value):
    assert numerals.read(written) == (Decimal(value), False)


@pytest.mark.parametrize(
    ("written", "least"), [("三四千", 3000), ("四十六万多", 460_000), ("一百来", 100), ("几万", None), ("上万", None)]
)
def test_inexact_numbers_say_so(written, least):
    assert numerals.read(written) == (None if least is None else Decimal(least), True)


@pytest.mark.parametrize("written", ["", "钱", "一" * 41, "1.2.3"])
def test_what_is_no_number_is_none(written):
    assert numerals.read(written) is None


@pytest.mark.parametrize(
    ("text", "amount", "value"),
    [
        ("收了三万五千元现金", "三万五千元", "35000"),
        ("收費３５０００元", "３５０００元", "35000"),
        ("￥3,500到账", "￥3,500", "3500"),
        ("一本三块二", "三块二", "3.2"),
        ("给了他两万，他嫌少", "两万", "20000"),
        ("每人随礼一千到五千元", "一千到五千元", "1000"),
        ("要价3到5万元", "3到5万元", "30000"),
        ("塞了几万元", "几万元", None),
    ],
)
def test_amounts_are_found_with_their_value_in_yuan(text, amount, value):
    assert (amount, value) in found(text, entities.MONEY)


@pytest.mark.parametrize(
    "text",
    [
        "全村三百户人",
        "抄了两万字的笔记",
        "走了八千多步",
        "百分之五十",
        "老百姓的事",
        "元旦那天",
        "第三百号",
        "交了两万字的笔记",
        "给三百户人家",
    ],
)
def test_numbers_that_are_no_money_are_left_alone(text):
    assert found(text, entities.MONEY) == []


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("2025年10月12日签的", "2025年10月12日", "2025-10-12"),
        ("2025-10-12签的", "2025-10-12", "2025-10-12"),
        ("二〇二五年三月", "二〇二五年三月", "2025-03"),
        ("去年8月3号", "去年8月3号", "2025-08-03"),
        ("去年十二月", "去年十二月", "2025-12"),
        ("昨天下午", "昨天", "2026-03-03"),
        ("大后天开庭", "大后天", "2026-03-07"),
        ("上周五", "上周五", "2026-02-27"),
        ("下个星期一", "下个星期一", "2026-03-09"),
        ("上周", "上周", "2026-W09"),
        ("上个月", "上个月", "2026-02"),
        ("去年中秋节前", "去年中秋节", "2025-10-06"),
        ("今年春节", "今年春节", "2026-02-17"),
        ("11月20日那天", "11月20日", "2025-11-20"),
        ("4月10日开庭", "4月10日", "2026-04-10"),
        ("三天前", "三天前", "2026-03-01"),
        ("2025年底", "2025年底", "2025"),
    ],
)
def test_dates_are_told_relative_to_the_day_of_receipt(text, written, value):
    assert (written, value) in found(text, entities.DATE)


@pytest.mark.parametrize("text", ["2月30日", "4月31号", "三个月没结果", "月饼", "百日"])
def test_days_that_no_calendar_has_are_no_dates(text):
    assert found(text, entities.DATE) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("找到王主任理论", "王主任"),
        ("举报张某某收钱", "张某某"),
        ("律师高建川不签合同", "高建川"),
        ("去请老季写状子", "老季"),
        ("欧阳律师说没事", "欧阳律师"),
    ],
)
def test_persons_are_found_by_surname_with_a_title_a_mask_or_a_cue(text, name):
    assert (name, None) in found(text, entities.PERSON)


@pytest.mark.parametrize(
    "text", ["对方律师说", "关于某公证处", "房子过户了", "高额收费", "应当处理", "金额很大", "安排见面"]
)
def test_words_that_begin_like_a_surname_are_no_persons(text):
    assert found(text, entities.PERSON) == []


def test_a_name_that_was_recognised_once_or_given_is_found_everywhere():
    text = "高建川收了钱。律师高建川不见了。慕容雪莲也在。"
    names = [name for name, _ in found(text, entities.PERSON, given_names=["慕容雪莲"])]
    assert names == ["高建川", "高建川", "慕容雪莲"]


def test_organisations_have_a_name_and_places_inside_them_are_not_told_apart():
    text = "我去东屏区司法局投诉，局里让我找法院，法院让我去明州市青棠公证处。"
    assert [name for name, _ in found(text, entities.ORGANISATION)] == ["东屏区司法局", "明州市青棠公证处"]
    assert found(text, entities.PLACE) == []


def test_places_are_found_without_the_words_around_them():
    assert found("他在望潮路的海棠茶楼收钱", entities.PLACE) == [("望潮路", None), ("海棠茶楼", None)]


@given(st.one_of(HAN, STRANGE), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_whatever_is_written_places_are_within_the_text_and_do_not_overlap(text, received):
    read = Text.of(text)
    end = 0
    for each in entities.find(read, received):
        assert 0 <= each.start < each.end <= len(text)
        assert each.start >= end
        end = each.end
        assert each.kind in entities.KINDS


@given(st.one_of(HAN, STRANGE), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_dates_never_break_on_any_text_or_day(text, received):
    for each in dates.find(Text.of(text).plain, received):
        assert each.value is None or each.value[:4].isdigit()


@given(st.integers(1, 99_999_999))
def test_every_amount_is_read_back(yuan):
    assert (f"{yuan}元", str(yuan)) in found(f"付{yuan}元。", entities.MONEY)


@given(HAN)
def test_amounts_have_a_number_or_none(text):
    for each in money.find(Text.of(text).plain):
        assert each.value is None or Decimal(each.value) >= 0


@given(STRANGE)
def test_the_plain_form_leads_back_to_the_original(text):
    read = Text.of(text)
    assert len(read.plain) == len(read.places)
    assert list(read.places) == sorted(read.places)
    for place in range(len(read.plain)):
        start, end = read.span(place, place + 1)
        assert 0 <= start < end <= len(text)


def test_width_traditional_characters_and_hidden_marks_make_no_difference():
    assert Text.of("律師\u200b收\u202e費ＡＢ\x00１").plain == "律师收费ab1"
