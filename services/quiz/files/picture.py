"""Pictures as they are kept: known by their content, drawn anew, so that nothing else is left of the file."""

from __future__ import annotations

import io
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps

from services.quiz.files.embedded import MAX_BYTES
from services.quiz.files.faults import UnreadableFile

# Decoded, a picture of 16 megapixels takes 64 MB.
MAX_PIXELS = 16_000_000
# A phone shows no more, and the exam's hall has one network.
LONGEST_SIDE = 1600

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


@dataclass(frozen=True)
class Picture:
    """A picture without where, when and by what it was taken."""

    content: bytes
    media_type: str
    width: int
    height: int


def clean(content: bytes) -> Picture:
    """The picture drawn anew, upright, without metadata, at most 1600 pixels long.

    ``UnreadableFile`` for more than 2 MB or 16 megapixels, and for what is no PNG, JPEG or WebP by its content.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile("media.too_large")
    media_type = _kind(content)
    try:
        # Only the header is read until the size is known.
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise UnreadableFile("media.too_many_pixels")
            upright = ImageOps.exif_transpose(opened)
            drawn = upright.convert("RGB" if media_type == "image/jpeg" else "RGBA")
    except UnreadableFile:
        raise
    # Pillow raises whatever its decoders do for a broken picture.
    except Exception as error:
        raise UnreadableFile("media.not_a_picture") from error
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn.info = {}
    target = io.BytesIO()
    drawn.save(target, _FORMATS[media_type], optimize=True)
    return Picture(target.getvalue(), media_type, drawn.width, drawn.height)


def _kind(content: bytes) -> str:
    try:
        media_type = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError) as error:
        raise UnreadableFile("media.not_a_picture") from error
    if media_type not in _FORMATS:
        raise UnreadableFile("media.not_a_picture")
    return media_type
