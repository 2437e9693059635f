"""Fingerprints and the index: the same matter in other words is found, ids come and go."""

from __future__ import annotations

from datetime import date

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.triage import classifier
from services.reports.triage.analysis import LEAST_SCORE, MOST_SIMILAR, points_of, similar_of
from services.reports.triage.reading import Reading, Submission
from services.reports.triage.similarity.fingerprints import FEATURES, PERMUTATIONS, SIZE, Fingerprint, fingerprint
from services.reports.triage.similarity.index import Similar, SimilarityIndex

DAY = date(2026, 3, 4)
LEFT = "去年12月20日东屏公证处的潘某在老人昏迷时做了赠与公证，收了三万五千元，签名是假的。"
RIGHT = "东屏公证处潘公证员，2025年12月20日趁老人神志不清办理赠与，收费3.5万元，不是本人签字。"
ELSE = "社区矫正对象天天开车去外省跑生意，手环放在家里，没有人管。"


@pytest.fixture(scope="module")
def model():
    return classifier.load()


def of(model, text, received=DAY):
    return fingerprint(model, Reading(Submission("report", "", text, received)))


def index_of(model, room=100, **texts):
    index = SimilarityIndex(room)
    for id, text in texts.items():
        index.add(id, of(model, text))
    return index


def test_the_same_matter_in_other_words_is_nearer_than_another(model):
    found = index_of(model, again=RIGHT, other=ELSE).query(of(model, LEFT), 5)
    assert found[0].id == "again"
    assert found[0].score > LEAST_SCORE
    assert all(similar.score < found[0].score / 2 for similar in found[1:])


@pytest.mark.parametrize(("same", "alike"), [("a", "b"), ("b", "a")])
def test_the_most_similar_comes_first_whatever_its_id(model, same, alike):
    found = index_of(model, **{same: LEFT, alike: RIGHT}).query(of(model, LEFT), 5)
    assert [similar.id for similar in found] == [same, alike]
    assert [similar.id for similar in index_of(model, **{same: LEFT, alike: RIGHT}).query(of(model, LEFT), 1)] == [same]


def test_the_same_text_has_the_full_score(model):
    (found,) = index_of(model, same=LEFT).query(of(model, LEFT), 5)
    assert found.score == pytest.approx(1, abs=0.01)


def test_what_is_named_counts_even_where_no_words_are_shared(model):
    found = index_of(model, again="明州港。三万五千元。", other="收费三百元。").query(of(model, "去明州港交35000元"), 5)
    assert found[0].id == "again"


def test_an_amount_written_otherwise_is_the_same_amount(model):
    found = index_of(model, again="叁万伍仟元整", other="三万六千元").query(of(model, "￥35,000"), 5)
    assert [similar.id for similar in found] == ["again"]


def test_what_many_reports_say_leaves_no_trace_in_a_fingerprint(model):
    assert not of(model, "公证。律师。").weights.any()
    assert of(model, "饕餮。").weights.any()


def test_candidates_that_share_no_feature_are_not_similar():
    index = SimilarityIndex(5)
    one, other = _synthetic(1), _synthetic(2)
    index.add("collides", Fingerprint(one.signature, other.features, other.weights))
    assert index.query(one, 5) == []


def test_a_fingerprint_is_written_and_read_back(model):
    written = of(model, LEFT).to_bytes()
    assert len(written) == SIZE
    again = Fingerprint.from_bytes(written)
    assert again.to_bytes() == written
    assert (len(again.signature), len(again.features), len(again.weights)) == (PERMUTATIONS, FEATURES, FEATURES)
    with pytest.raises(ValueError, match="bytes"):
        Fingerprint.from_bytes(written[:-1])


def test_signatures_agree_about_as_often_as_the_sets_overlap(model):
    shared = "".join(chr(0x4E00 + 7 * number) for number in range(400))
    left, right = (of(model, shared + chr(0x8000 + offset) * 1 + "".join(
        chr(0x9000 + offset * 500 + number) for number in range(200)
    )) for offset in (0, 1))  # fmt: skip
    agreement = float(numpy.mean(left.signature == right.signature))
    assert 0.3 < agreement < 0.7  # two thirds of each are shared: Jaccard 0.5


def test_a_text_without_features_resembles_nothing(model):
    index = index_of(model, some=LEFT)
    index.add("empty", of(model, "……"))
    assert index.query(of(model, "……"), 5) == []
    assert "empty" not in [similar.id for similar in index.query(of(model, LEFT), 5)]


def test_removed_fingerprints_are_gone_and_their_numbers_overwritten(model):
    index = index_of(model, a=LEFT, b=RIGHT, c=ELSE)
    index.remove("a")
    index.remove("a")
    assert index.ids() == {"b", "c"}
    assert "a" not in [similar.id for similar in index.query(of(model, LEFT), 5)]
    assert not index._bands[2:].any()
    assert not index._features[2:].any()


def test_the_first_gives_way_when_there_is_no_room(model):
    index = index_of(model, room=2, a=LEFT, b=RIGHT, c=ELSE)
    assert index.ids() == {"b", "c"}


def test_the_report_itself_is_not_similar_to_itself(model):
    index = index_of(model, a=LEFT)
    assert index.query(of(model, LEFT), 5, without="a") == []


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 8)), max_size=60))
def test_the_index_holds_what_was_added_and_not_removed(steps):
    index, expected = SimilarityIndex(5), {}
    for action, number in steps:
        expected.pop(str(number), None)
        if action == "add":
            if len(expected) == 5:
                del expected[next(iter(expected))]
            expected[str(number)] = number
            index.add(str(number), _synthetic(number))
        else:
            index.remove(str(number))
        assert index.ids() == set(expected)
        assert len(index) == len(expected)
    for id, number in expected.items():
        assert index.query(_synthetic(number), 1)[0] == Similar(id, pytest.approx(1, abs=0.01))


def test_only_what_resembles_enough_is_shown_and_not_too_many():
    found = [Similar(str(number), 0.5) for number in range(20)] + [Similar("weak", LEAST_SCORE / 2)]
    shown = similar_of(found)
    assert len(shown) == MOST_SIMILAR
    assert shown[0] == {"report_id": "0", "points": 50}
    assert similar_of([Similar("weak", LEAST_SCORE / 2)]) == []
    assert [points_of(score) for score in (-0.1, 0.0, 0.126, 1.0, 1.2)] == [0, 0, 13, 100, 100]


def _synthetic(number):
    random = numpy.random.default_rng(number)
    weights = random.random(FEATURES).astype(numpy.float32)
    return Fingerprint(
        random.integers(0, 2**32, PERMUTATIONS, dtype=numpy.uint32),
        numpy.sort(random.choice(2**32 - 1, FEATURES, replace=False).astype(numpy.uint32)),
        (weights / numpy.linalg.norm(weights)).astype(numpy.float16),
    )
