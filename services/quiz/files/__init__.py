"""Files of questions: six formats in, six formats out. Pure functions of bytes, so that a thread can run
them."""

from services.quiz.files.faults import UnreadableFile
from services.quiz.files.reading import Parsed, read
from services.quiz.files.row import Rejected, Row
from services.quiz.files.template import template
from services.quiz.files.writing import Written, write

__all__ = ["Parsed", "Rejected", "Row", "UnreadableFile", "Written", "read", "template", "write"]
