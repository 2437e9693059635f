"""Files of questions: six formats in, six formats out. Pure functions of bytes, so that a thread can run
them."""

from services.quiz.files.embedded import Embedded
from services.quiz.files.faults import Rejected, UnreadableFile
from services.quiz.files.reading import Parsed, read
from services.quiz.files.row import Row
from services.quiz.files.template import template
from services.quiz.files.writing import Written, holds, why_not, write

__all__ = [
    "Embedded",
    "Parsed",
    "Rejected",
    "Row",
    "UnreadableFile",
    "Written",
    "holds",
    "read",
    "template",
    "why_not",
    "write",
]
