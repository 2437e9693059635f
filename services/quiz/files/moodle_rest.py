"""What Moodle keeps of a question beside what a question is here: noted, since it is not taken."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from services.quiz.files.moodle_text import plain
from services.quiz.files.omissions import Omissions

_FEEDBACK = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
# Element -> the field that it would have belonged to, and why it is not taken.
_TEXTS = {
    "hint": ("explanation", "import.hint"),
    "graderinfo": ("rubric", "import.grader_information"),
    "responsetemplate": ("answer", "import.response_template"),
}


def note_rest(question: Element, kind: str, omitted: Omissions) -> None:
    """Notes what the question has besides and would be lost: feedback, hints, units, notes for markers, case, whether
    it is hidden, and the number that people gave to it.
    """
    for answer in question.iterfind("answer"):
        omitted.feedback(plain(answer.find("feedback")))
    for name in _FEEDBACK:
        omitted.feedback(plain(question.find(name)))
    for name, (field, message) in _TEXTS.items():
        for element in question.iterfind(name):
            if text := plain(element):
                omitted.note(field, message, text)
    if kind == "shortanswer" and question.findtext("usecase", "0").strip() in ("1", "true"):
        omitted.note("answer", "import.case_sensitive")
    units = [name for unit in question.iterfind("units/unit") if (name := (unit.findtext("unit_name") or "").strip())]
    if units:
        omitted.note("answer", "import.units", "、".join(units))
    if _count(question.findtext("attachments")):
        omitted.note("answer", "import.attachments", question.findtext("attachments"))
    if question.findtext("hidden", "0").strip() == "1":
        omitted.note("state", "import.hidden")
    if number := (question.findtext("idnumber") or "").strip():
        omitted.note("id", "import.id_number", number)


def _count(text: str | None) -> bool:
    return (text or "0").strip() not in ("", "0")
