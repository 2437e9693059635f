"""Rules and statistics of triage: what speaks for what, the file of the model, the reasons that a person reads."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy
import pytest

from services.reports import forms, triage
from services.reports.model.form import category_codes
from services.reports.triage import classifier, examples, levels, ngrams, rules, scoring
from services.reports.triage.analysis import MOST_ENTITIES, SHOWN_CATEGORIES, analyse
from services.reports.triage.classifier import CATEGORY, URGENCY
from services.reports.triage.entities import Entity, find_plain
from services.reports.triage.reading import Reading, Submission

DATA = Path(triage.__file__).parent / "data"
DAY = date(2026, 3, 4)
LIMIT_OF_MODEL = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def model():
    return classifier.load()


def reading(narrative, title="反映情况", kind="report"):
    return Reading(Submission(kind, title, narrative, DAY))


def ids(ruleset, text, kind="report"):
    return {hit.rule.id for hit in ruleset.hits(reading(text, kind=kind).plain, kind)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("他收了我一张购物卡", "money.gifts.goods"),
        ("不交钱就收监", "money.bribe.demand"),
        ("天天在外面吃请", "money.banquet"),
        ("对方律师和主审法官是牌友", "contact.judicial_staff"),
        ("他说能摆平案子", "contact.broker"),
        ("局长打招呼让放人", "contact.case_interference"),
        ("律师费收了两遍", "lawyers.overcharging"),
        ("他说这个官司百分之百赢", "lawyers.false_promise"),
        ("一张假借条去起诉", "lawyers.false_litigation"),
        ("公证的时候老人昏迷", "notaries.false_notarisation"),
        ("公证处拒绝受理", "notaries.refusal"),
        ("鉴定拖了八个月", "forensic.delay"),
        ("法律工作者冒充律师", "grassroots.out_of_scope"),
        ("没有人管他，脱管了", "corrections.off_the_books"),
        ("调查评估的人没来过", "corrections.assessment"),
        ("窗口那个女的骂人", "conduct.attitude"),
        ("司法所互相踢皮球", "conduct.delay"),
        ("楼上漏水", "other.not_ours"),
    ],
)
def test_a_rule_applies_to_what_it_is_about(text, rule):
    assert rule in ids(rules.categories(), text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("上班族请不了假，建议公证处周六开门", "notaries.false_notarisation"),
        ("建议公证费降一点", "notaries.overcharging"),
        ("律师说杀人的那个拿到鉴定", "contact.judicial_staff"),
        ("我去法院办事", "contact.case_interference"),
    ],
)
def test_a_rule_does_not_apply_to_what_only_looks_alike(text, rule):
    assert rule not in ids(rules.categories(), text)


@pytest.mark.parametrize(
    ("text", "rule", "level"),
    [
        ("我不想活了", "urgent.self_harm", "urgent"),
        ("他拿着刀说要弄死我", "urgent.threat_to_life", "urgent"),
        ("今晚就要把账本烧掉", "urgent.evidence", "urgent"),
        ("明天就要过户", "urgent.hours", "urgent"),
        ("家里有八十岁的老人，孤寡一个", "prompt.vulnerable", "prompt"),
        ("下周就要出结论", "prompt.deadline", "prompt"),
    ],
)
def test_urgency_follows_what_is_written(text, rule, level):
    assert rule in ids(rules.urgencies(), text)
    assert next(each for each in rules.urgencies().rules if each.id == rule).speaks_for == level


@pytest.mark.parametrize("text", ["去年烧掉过一个账本，早就处理了", "建议周六上午开门", "他态度不好"])
def test_what_is_over_or_asked_for_is_not_urgent(text):
    assert not any(name.startswith("urgent.") for name in ids(rules.urgencies(), text))


def test_a_rule_for_suggestions_does_not_apply_to_reports():
    assert "about.service" in ids(rules.categories(), "希望改进", kind="suggestion")
    assert "about.service" not in ids(rules.categories(), "希望改进", kind="report")


def test_what_speaks_against_a_rule_and_what_it_needs_besides_is_heeded():
    entry = {
        **{"id": "r", "category": "money", "weight": 1, "reason": {"zh-CN": "甲", "en": "a"}},
        **{"any": ["收钱"], "all": ["律师", "法官"], "not": ["建议"]},
    }
    rule = rules._rule(entry, entry["category"])
    assert rule.place("律师和法官收钱", "report") == (5, 7)
    assert rule.place("律师收钱", "report") is None
    assert rule.place("律师和法官收钱，建议查", "report") is None
    assert rule.place("律师和法官", "report") is None


@pytest.mark.parametrize("name", ["categories.json", "urgency.json"])
def test_every_rule_has_a_reason_in_both_languages_and_its_own_id(name):
    data = json.loads((DATA / name).read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d{2}", data["version"])
    assert data["source"]
    assert len({rule["id"] for rule in data["rules"]}) == len(data["rules"])
    for rule in data["rules"]:
        assert rule["reason"]["zh-CN"]
        assert rule["reason"]["en"].isascii()


def test_rules_examples_and_model_know_the_categories_of_the_form_and_no_others(model):
    codes = category_codes(forms.current())
    leaves = {s["code"] for c in forms.current()["categories"] for s in c["subcategories"]} | {"other"}
    labelled = [each for part in (examples.DEVELOPMENT, examples.HELD_OUT) for each in examples.read(part)]

    assert {rule.speaks_for for rule in rules.categories().rules} <= codes
    assert {each.category for each in labelled} == leaves
    assert set(model.questions[CATEGORY].answers) == leaves


def test_urgencies_are_defined_in_words_in_both_languages(model):
    codes = [level["code"] for level in rules.urgencies().levels]
    assert codes == ["urgent", "prompt", "routine"]
    assert set(model.questions[URGENCY].answers) == set(codes)
    for code in codes:
        for language in ("zh-CN", "en"):
            assert all(levels.told(code, language).values())


def test_a_rule_about_a_main_category_speaks_for_each_of_its_subcategories(model):
    read = reading("去公证。")
    found = list(rules.categories().hits(read.plain, "report"))
    assert [hit.rule.id for hit in found] == ["about.notaries"]
    with_rules = scoring.scores(model, read, CATEGORY, found)
    without = scoring.scores(model, read, CATEGORY, [])
    raised = {answer for answer in without if with_rules[answer] > without[answer]}
    assert raised == {answer for answer in without if answer.startswith("notaries.")}


def test_suggestions_add_up_and_tell_their_reasons(model):
    found = scoring.suggest(model, reading("公证的时候老人昏迷，签名不是他的，明天就要过户。"), CATEGORY)
    assert sum(each.probability for each in found) == pytest.approx(1)
    assert found[0].answer == "notaries.false_notarisation"
    assert "notaries.false_notarisation" in {hit.rule.id for hit in found[0].hits}
    assert len(found[0].phrases) > 2
    for phrase in found[0].phrases:
        assert phrase in "反映情况。公证的时候老人昏迷，签名不是他的，明天就要过户。"


def test_no_telling_phrase_is_part_of_another(model):
    for example in examples.read(examples.DEVELOPMENT)[:20]:
        for each in scoring.suggest(model, reading(example.narrative, example.title), CATEGORY)[:3]:
            assert not [one for one in each.phrases for other in each.phrases if one != other and one in other]


def test_an_urgent_report_is_suggested_where_missing_it_costs_more(model):
    question = model.questions[URGENCY]
    costs = scoring.costs(URGENCY)
    assert costs["urgent"] > costs["prompt"] > costs["routine"] > 0
    undecided = [
        each
        for each in examples.read(examples.DEVELOPMENT)
        if (found := scoring.suggest(model, reading(each.narrative, each.title), URGENCY))[0].probability
        < max(one.probability for one in found)
    ]
    assert undecided, "costs never change what is suggested"
    assert question.sharpness > 0


def test_names_amounts_and_days_are_masked_before_anything_is_learned(model):
    text = "律师高建川去年3月在东屏公证处收了三万元"
    plain = reading(text).narrative.plain
    masked = ngrams.masked(plain, find_plain(plain, DAY))
    assert masked == "律师PD在O公证处收了M"
    assert not any("高建" in gram or "东屏" in gram or "三万" in gram for gram in model.vocabulary)


def test_ngrams_do_not_span_punctuation():
    assert set(ngrams.count("甲乙，丙")) == {"甲", "乙", "甲乙", "丙"}
    assert ngrams.masked("甲乙丙", [Entity("person", 1, 2)]) == "甲P丙"


def test_the_model_is_small_and_its_file_reads_back_to_the_same(model, tmp_path):
    assert classifier.PACKAGED.stat().st_size < LIMIT_OF_MODEL
    again = tmp_path / "again.npz"
    again.write_bytes(model.to_bytes())
    assert again.read_bytes() == classifier.PACKAGED.read_bytes()
    assert classifier.load(again).vocabulary == model.vocabulary


def test_a_broken_model_file_is_refused(tmp_path):
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"not a model")
    with pytest.raises((OSError, ValueError)):
        classifier.load(broken)


def test_a_text_without_any_known_ngram_is_still_answered(model):
    found = analyse(model, Reading(Submission("report", "Ω", "ж" * 20, DAY)))
    assert len(found["categories"]) == SHOWN_CATEGORIES
    assert [len(found["urgencies"]), found["entities"]] == [3, []]
    assert numpy.isfinite([each["probability"] for each in found["categories"]]).all()


def test_a_text_that_names_thousands_stays_bounded(model):
    found = analyse(model, reading("收了3000元。" * 2500))
    assert len(found["entities"]) == MOST_ENTITIES
    assert len(json.dumps(found)) < 100_000


def test_equal_reports_have_equal_results(model):
    assert analyse(model, reading("公证处乱收费")) == analyse(model, reading("公证处乱收费"))
