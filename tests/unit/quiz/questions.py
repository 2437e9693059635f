"""Questions for tests: builders that read as the bank does, and strategies for any question there can be."""

import io

from hypothesis import strategies as st
from PIL import Image

from services.quiz.files import Embedded
from services.quiz.files.picture import clean
from services.quiz.model.question import ESSAY, KEYS, content_of

LIBRARY = {"type": "single", "stem": "题干", "options": [], "answer": None, "score": 2, "category": "law"}
LIBRARY |= {"fixed_options": False}


def a_single(answer="A", options=3, **fields):
    return content_of(LIBRARY | {"options": the_options(options), "answer": answer} | fields)


def a_multiple(answer=("A", "B"), options=4, **fields):
    given = {"type": "multiple", "options": the_options(options), "answer": list(answer)}
    return content_of(LIBRARY | given | fields)


def a_true_false(answer=True, **fields):
    return content_of(LIBRARY | {"type": "true_false", "answer": answer} | fields)


def a_blank(answer, **fields):
    return content_of(LIBRARY | {"type": "blank", "answer": answer} | fields)


def an_essay(**fields):
    return content_of(LIBRARY | {"type": "essay"} | fields)


def the_options(count):
    return [{"key": key, "text": f"选项{key}"} for key in KEYS[:count]]


def asked(content):
    """The question as a form keeps it."""
    return {"id": content.key, "revision": 1} | content.as_fields()


def a_picture(color="red", format="PNG"):
    """One as the bank keeps it."""
    target = io.BytesIO()
    Image.new("RGB", (3, 2), color).save(target, format)
    cleaned = clean(target.getvalue())
    return Embedded(cleaned.content, cleaned.media_type)


# By id, as files.write gets them.
PICTURES = {
    picture.id: picture
    for picture in (a_picture("red"), a_picture("green", "JPEG"), a_picture("blue", "WEBP"), a_picture("yellow"))
}


# What people type, and what breaks file formats.
_SIGNS = "甲乙丙丁法宪条款一二三abAB01 \t\n=~#{}:\\%+-@'\"|;；、，,.。/$<>&[]_±×√《》（）Ａ１"
_texts = st.text(alphabet=st.sampled_from(_SIGNS) | st.characters(codec="utf-8", categories=("L", "N", "P", "S")))


def texts(max_size, *, single_line=False):
    cleaned = _texts.map(lambda text: text.replace("\n", " ") if single_line else text)
    return cleaned.map(lambda text: text[:max_size].strip()).filter(bool)


words = texts(20, single_line=True).map(lambda word: "".join(sign for sign in word if sign not in "、,，;；\t"))
days = st.dates().map(lambda day: day.isoformat()) | st.none()


@st.composite
def contents(draw, types=("single", "multiple", "true_false", "blank", "essay")):
    """Any well-formed question."""
    kind = draw(st.sampled_from(types))
    options, answer = [], None
    if kind in ("single", "multiple"):
        option_texts = draw(st.lists(texts(40), min_size=2, max_size=10, unique_by=str.strip))
        options = [{"key": key, "text": text} for key, text in zip(KEYS, option_texts, strict=False)]
        keys = st.sampled_from(KEYS[: len(options)])
        answer = draw(keys if kind == "single" else st.lists(keys, min_size=1, unique=True))
    elif kind == "true_false":
        answer = draw(st.booleans())
    elif kind == "blank":
        forms = texts(30, single_line=True) | st.just("3.14±0.01") | st.just("-5±0.5")
        answer = draw(st.lists(st.lists(forms, min_size=1, max_size=4), min_size=1, max_size=4))
    elif kind == ESSAY:
        answer = draw(st.none() | texts(200))
    rubric, media = [], []
    score = draw(st.floats(min_value=0.01, max_value=1000).map(lambda score: round(score, 2)))
    if kind == ESSAY and draw(st.booleans()):
        parts = draw(st.lists(st.tuples(texts(20), st.integers(1, 100)), min_size=1, max_size=3))
        rubric = [{"text": text, "score": worth / 2} for text, worth in parts]
        score = sum(part["score"] for part in rubric)
    if draw(st.integers(0, 2)) == 0:
        places = st.sampled_from(["stem", *(option["key"] for option in options)])
        shown = draw(st.lists(st.tuples(places, st.sampled_from(sorted(PICTURES)), texts(20)), min_size=1, max_size=4))
        media = [{"place": place, "id": id, "alt": alt} for place, id, alt in shown]
    begins, ends = sorted([draw(days), draw(days)], key=lambda day: day or "")
    tags = st.lists(words.map(str.strip).filter(bool), max_size=3)
    return content_of(
        {
            "type": kind,
            "stem": draw(texts(200)),
            "options": options,
            "answer": answer,
            "score": score,
            "scoring": draw(st.sampled_from(["all_or_nothing", "partial", None])),
            "category": draw(st.sampled_from(["law", "political", "warning"]) | words.map(str.strip).filter(bool)),
            "tags": draw(tags),
            "lines": draw(tags),
            "difficulty": draw(st.integers(1, 5)),
            "explanation": draw(texts(100) | st.just("")),
            "legal_basis": draw(texts(60) | st.none()),
            "valid_from": begins,
            "valid_to": ends,
            "rubric": rubric,
            "media": media,
            "fixed_options": draw(st.booleans()),
        }
    )
