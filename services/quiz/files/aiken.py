"""Aiken: a stem, lettered options, a line ``ANSWER: B``. Holds single choices; what else belongs to a question
stands in a line of ours before the stem, which other programs overwrite with the stem."""

import re
from collections.abc import Iterable, Iterator

from services.quiz.files import metadata
from services.quiz.files.row import Row, checked
from services.quiz.model.question import GENERAL, KEYS, MULTIPLE, SINGLE, Content

_OPTION = re.compile(r"\s*([A-JＡ-Ｊ])\s*[.)．）、]\s*(.*\S)\s*\Z")
_ANSWER = re.compile(r"\s*(?:ANSWER|答案)\s*[:：]\s*([A-JＡ-Ｊ](?:[\s,，、]*[A-JＡ-Ｊ])*)\s*\Z", re.IGNORECASE)
_OURS = "//mingjing "
LOOKS_LIKE = re.compile(r"^\s*[AＡ]\s*[.)．）、].*$[\s\S]*^\s*(?:ANSWER|答案)\s*[:：]", re.IGNORECASE | re.MULTILINE)


def rows(text: str) -> Iterator[Row]:
    """The questions, each at the line on which it begins. Lines before the first option make the stem."""
    start, stem, options, ours = 1, [], [], ""  # type: ignore[var-annotated]
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        answer = _ANSWER.match(line)
        option = _OPTION.match(line)
        if line.startswith(_OURS) and not stem:
            start, ours = number, line[len(_OURS) :]
        elif answer:
            yield _row(start, stem, options, answer[1], ours)
            stem, options, ours = [], [], ""
        elif option and stem:
            options.append((_half(option[1]), option[2]))
        elif line.strip():
            if options:
                yield Row.refused(start, "answer", "import.no_answer_line", stem[0])
                stem, options, ours = [], [], ""
            if not stem and not ours:
                start = number
            stem.append(line.strip())
    if stem:
        yield Row.refused(start, "answer", "import.no_answer_line", stem[0])


def why_not(content: Content) -> str | None:
    """What of this question the format cannot hold so that reading gives the same, or None: other types than single
    choices, pictures, texts of several lines or that read as a part of the format.
    """
    if content.type != SINGLE:
        return "type"
    if content.media:
        return "pictures"
    texts = [content.stem, *(text for _, text in content.options)]
    stem = content.stem
    if any("\n" in text for text in texts) or _OPTION.match(stem) or _ANSWER.match(stem) or stem.startswith(_OURS):
        return "layout"
    return None


def written(contents: Iterable[Content]) -> str:
    """The questions, a blank line between them."""
    blocks = []
    for content in contents:
        options = [f"{key}. {text}" for key, text in content.options]
        ours = _OURS + metadata.packed(content, "category", "explanation", "fixed_options")
        blocks.append("\n".join([ours, content.stem, *options, f"ANSWER: {content.answer}", ""]))
    return "\n".join(blocks)


def _row(start: int, stem: list[str], options: list[tuple[str, str]], answer: str, ours: str) -> Row:
    keys = [key for key in map(_half, answer) if key in KEYS]
    return checked(
        start,
        {"category": GENERAL}
        | metadata.unpacked(ours)
        | {
            "type": SINGLE if len(keys) == 1 else MULTIPLE,
            "stem": "\n".join(stem),
            "options": [{"key": key, "text": text} for key, text in options],
            "answer": keys[0] if len(keys) == 1 else keys,
        },
    )


def _half(letter: str) -> str:
    return chr(ord(letter) - 0xFEE0) if "Ａ" <= letter <= "Ｊ" else letter.upper()
