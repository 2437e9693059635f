"""Similarity by meaning, with a tiny embedding model that is made here."""

from __future__ import annotations

import os
from datetime import date

import numpy
import pytest
from environs import Env
from model2vec import StaticModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from chassis.config import ConfigurationError, read
from services.reports.triage import classifier
from services.reports.triage.analyst import Analyst
from services.reports.triage.choice import load_analyst
from services.reports.triage.reading import Submission
from services.reports.triage.similarity.meaning import Embedder, EmbedderUnavailable, MeaningIndex

DAY = date(2026, 3, 4)
# Characters of one meaning share a direction.
MEANINGS = {"公": 0, "证": 0, "假": 1, "伪": 1, "造": 1, "钱": 2, "款": 2, "费": 2, "狗": 3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    vocabulary = {"[UNK]": 0} | {character: number for number, character in enumerate(MEANINGS, 1)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split("", "isolated")
    vectors = numpy.zeros((len(vocabulary), 4), dtype=numpy.float32)
    for number, direction in enumerate(MEANINGS.values(), 1):
        vectors[number, direction] = 1
    folder = tmp_path_factory.mktemp("models") / "tiny"
    StaticModel(vectors, tokenizer).save_pretrained(str(folder))
    return folder


def submission(text):
    return Submission("report", "", text, DAY)


def known(analyst, **texts):
    for id, text in texts.items():
        analyst.know("report", id, analyst.analyse(submission(text)))
    return analyst


def test_what_means_the_same_is_found_though_no_letter_is_shared(folder):
    with_meaning = known(Analyst(classifier.load(), Embedder(folder)), same="款款款。伪伪。", other="狗狗狗。")
    without = known(Analyst(classifier.load()), same="款款款。伪伪。", other="狗狗狗。")

    for analyst, expected in ((with_meaning, ["same"]), (without, [])):
        found = analyst.similar("report", "new", analyst.analyse(submission("钱钱钱。假假。")))
        assert [similar["report_id"] for similar in found] == expected


def test_vectors_of_another_model_are_not_compared(folder, tmp_path):
    other = tmp_path / "other"
    other.symlink_to(folder)
    made_by_other = Analyst(classifier.load(), Embedder(other)).analyse(submission("款款款。"))
    analyst = Analyst(classifier.load(), Embedder(folder))
    analyst.know("report", "same", made_by_other)

    assert analyst.similar("report", "new", analyst.analyse(submission("钱钱钱。"))) == []


def test_forgotten_reports_are_found_by_neither(folder):
    analyst = known(Analyst(classifier.load(), Embedder(folder)), same="钱钱钱。")
    analyst.forget("same")

    assert analyst.similar("report", "new", analyst.analyse(submission("钱钱钱。"))) == []
    assert analyst.known("report") == set()


def test_a_text_without_known_tokens_has_no_direction(folder):
    assert not Embedder(folder).embed("龘").any()
    assert not Embedder(folder).embed("").any()


def test_the_index_of_vectors_holds_what_was_added_and_not_removed():
    index = MeaningIndex(room=2)
    assert index.query(numpy.ones(2, dtype=numpy.float32), 3) == []
    for id, vector in {"a": (1, 0), "b": (0, 1), "c": (0.6, 0.8)}.items():
        index.add(id, numpy.array(vector, dtype=numpy.float32))

    found = index.query(numpy.array((0, 1), dtype=numpy.float32), 3)
    assert [similar.id for similar in found] == ["b", "c"]
    assert [similar.id for similar in index.query(numpy.array((0, 1), dtype=numpy.float32), 3, without="b")] == ["c"]
    index.remove("b")
    index.remove("b")
    assert [similar.id for similar in index.query(numpy.array((0, 1), dtype=numpy.float32), 3)] == ["c"]


def test_the_settings_choose_the_model_and_the_embeddings(folder, monkeypatch):
    monkeypatch.setenv("REPORTS_EMBEDDING_MODEL", str(folder))
    monkeypatch.setenv("REPORTS_TRIAGE_MODEL", str(classifier.PACKAGED))
    assert "embedding" in load_analyst(Env()).analyse(submission("钱"))
    monkeypatch.delenv("REPORTS_EMBEDDING_MODEL")
    assert "embedding" not in load_analyst(Env()).analyse(submission("钱"))


def test_the_settings_say_with_how_many_reports_a_new_one_is_compared(monkeypatch):
    assert load_analyst(Env()).room == 20_000
    monkeypatch.setenv("REPORTS_TRIAGE_COMPARED", "3")
    analyst = load_analyst(Env())
    for name in "abcde":
        analyst.know("report", name, analyst.analyse(submission("钱")))
    assert analyst.known("report") == {"c", "d", "e"}


@pytest.mark.parametrize("number", ["0", "many"])
def test_a_number_that_is_none_is_named(number):
    with pytest.raises(ConfigurationError, match="REPORTS_TRIAGE_COMPARED"):
        read(load_analyst, environ={"REPORTS_TRIAGE_COMPARED": number})


@pytest.mark.parametrize("name", ["REPORTS_TRIAGE_MODEL", "REPORTS_EMBEDDING_MODEL"])
def test_what_cannot_be_read_is_named_before_anything_starts(name, monkeypatch, tmp_path):
    monkeypatch.setenv(name, os.fspath(tmp_path / "nothing"))
    with pytest.raises(ConfigurationError, match=name):
        load_analyst(Env())


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(EmbedderUnavailable):
        Embedder(tmp_path)
