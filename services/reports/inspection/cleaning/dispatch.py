"""Which cleaner is for which type; files within files go the same way."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from services.reports.inspection.cleaning.images import clean_image
from services.reports.inspection.cleaning.office import clean_office
from services.reports.inspection.cleaning.ole import examine_ole
from services.reports.inspection.cleaning.pdf import clean_pdf
from services.reports.inspection.cleaning.recordings import clean_recording
from services.reports.inspection.cleaning.surroundings import examine_surroundings
from services.reports.inspection.cleaning.text import clean_text
from services.reports.inspection.deciding import HEAD_BYTES, TypeRefused, decide_type
from services.reports.inspection.limits import Limits
from services.reports.inspection.verdicts import CannotClean, Unreadable, Unsafe

PICTURES = frozenset({"jpeg", "png", "gif", "webp", "heic"})
RECORDINGS = frozenset({"mp3", "m4a", "wav", "amr", "mp4", "mov", "3gp"})
PACKAGES = frozenset({"ooxml", "docx", "xlsx", "pptx"})
COMPOUND = frozenset({"ole", "doc", "xls", "ppt"})
# In packages pictures and recordings keep their type, by which their part is named.
_WITHIN_PACKAGES = (PICTURES | RECORDINGS) - {"heic"}


@dataclass
class Cleaning:
    """One file at work. ``type_code`` becomes exact and ``notes`` grow while it lasts, failing included."""

    type_code: str
    limits: Limits
    notes: set[str]
    spent: list[int]


def clean(source: BinaryIO, copy: BinaryIO, cleaning: Cleaning) -> None:
    """Write the clean copy of ``source``. ``Unreadable``, ``Unsafe``, ``CannotClean`` when there is none."""
    kind = cleaning.type_code
    if kind != "txt" and not source.read(1):
        raise Unreadable("broken")
    cleaning.notes |= examine_surroundings(source, kind)
    if kind in PICTURES:
        cleaning.notes |= clean_image(source, copy, kind, cleaning.limits)
    elif kind in RECORDINGS:
        cleaning.notes |= clean_recording(source, copy, kind)
    elif kind in PACKAGES:
        cleaning.type_code, notes = clean_office(
            source, copy, cleaning.limits, lambda data, depth: _clean_within(data, depth, cleaning), cleaning.spent
        )
        cleaning.notes |= notes
    elif kind in COMPOUND:
        cleaning.type_code, notes = examine_ole(source)
        cleaning.notes |= notes
        raise CannotClean("metadata_kept")
    elif kind == "pdf":
        cleaning.notes |= clean_pdf(source, copy, cleaning.limits)
    elif kind == "txt":
        cleaning.notes |= clean_text(source, copy)
    else:
        raise Unreadable("not_this_type")


def _clean_within(data: bytes, depth: int, cleaning: Cleaning) -> bytes | None:
    """The copy of a file that lies in a package, None when there is none. ``Unsafe`` when they lie too deep."""
    try:
        kind = decide_type(data[:HEAD_BYTES]).code
    except TypeRefused:
        return None
    copy = io.BytesIO()
    try:
        if kind in PACKAGES:
            if depth > cleaning.limits.depth:
                raise Unsafe("expands_too_far")
            _, notes = clean_office(
                io.BytesIO(data),
                copy,
                cleaning.limits,
                lambda inner, deeper: _clean_within(inner, deeper, cleaning),
                cleaning.spent,
                depth,
            )
            cleaning.notes |= notes
        elif kind in PICTURES & _WITHIN_PACKAGES:
            cleaning.notes |= clean_image(io.BytesIO(data), copy, kind, cleaning.limits, upright=False)
        elif kind in RECORDINGS & _WITHIN_PACKAGES:
            cleaning.notes |= clean_recording(io.BytesIO(data), copy, kind)
        else:
            return None
    except Unreadable:
        # A broken picture stays as it is, which the caller notes; the document around it is not broken.
        return None
    return copy.getvalue()
