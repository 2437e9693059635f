"""From a file to the answer about it, whatever happens while it is read."""

from __future__ import annotations

# Loaded now: once the child is confined, nothing is loaded any more.
import encodings.cp437
import encodings.gb18030
import encodings.idna
import encodings.utf_8_sig
import encodings.utf_16_le  # noqa: F401
import errno
import warnings
from typing import BinaryIO

import av.subtitles.stream  # noqa: F401
from PIL import Image

from services.reports.inspection.cleaning import pdf
from services.reports.inspection.cleaning.dispatch import Cleaning, clean
from services.reports.inspection.conversation import Answer
from services.reports.inspection.limits import Limits
from services.reports.inspection.types import type_table
from services.reports.inspection.verdicts import CLEAN_COPY, UNREADABLE, UNSAFE, NotCleaned

type_table()
pdf.prepare()
Image.preinit()
# Nobody reads warnings here, and telling one would open source files. Pillow's warning of a bomb, at its limit, is an
# error: it raises one of its own only at twice the limit.
warnings.simplefilter("ignore")
warnings.simplefilter("error", Image.DecompressionBombWarning)


def answer(original: BinaryIO, copy: BinaryIO, type_code: str, limits: Limits) -> Answer:
    """Read ``original``, write its copy to ``copy``, and say how it went. Raises nothing."""
    cleaning = Cleaning(type_code, limits, notes=set(), spent=[0])
    try:
        clean(original, copy, cleaning)
        copy.flush()
        return _answer(cleaning, CLEAN_COPY, copy_bytes=copy.seek(0, 2))
    except NotCleaned as error:
        return _answer(cleaning, error.verdict, error.note)
    except MemoryError:
        return _answer(cleaning, UNSAFE, "too_much_memory")
    except RecursionError:
        return _answer(cleaning, UNSAFE, "too_many_parts")
    except OSError as error:
        if error.errno == errno.EFBIG:
            return _answer(cleaning, UNSAFE, "too_large")
        if error.errno == errno.ENOMEM:
            return _answer(cleaning, UNSAFE, "too_much_memory")
        return _answer(cleaning, UNREADABLE, "reader_failed", fault=_place(error))
    except Exception as error:
        # Readers fail in as many ways as files are broken; the parent logs where.
        return _answer(cleaning, UNREADABLE, "reader_failed", fault=_place(error))


def _answer(cleaning: Cleaning, verdict: str, note: str | None = None, copy_bytes: int = 0, fault: str = "") -> Answer:
    notes = cleaning.notes | ({note} if note else set())
    return Answer(verdict, cleaning.type_code, tuple(sorted(notes)), copy_bytes, fault)


def _place(error: BaseException) -> str:
    """The error's type and where it was raised; its message might quote the file."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__qualname__}{where}"
