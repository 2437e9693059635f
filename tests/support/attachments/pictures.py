"""Pictures, with position, device, comments and previews."""

from __future__ import annotations

import io

import pillow_heif
from PIL import Image, ImageDraw, PngImagePlugin

from tests.support.attachments.telling import TELLING

pillow_heif.register_heif_opener()

_GPS_IFD = 0x8825
_MAKE, _ORIENTATION, _ARTIST = 0x010F, 0x0112, 0x013B


def jpeg(size: tuple[int, int] = (320, 200), orientation: int = 1) -> bytes:
    """A photo as a phone takes it. The upper left quarter is red before it is turned."""
    return _saved(_picture(size), "JPEG", exif=_exif(orientation), comment=TELLING.encode(), quality=95)


def png(size: tuple[int, int] = (320, 200)) -> bytes:
    """A screenshot with text chunks."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", TELLING)
    texts.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{TELLING}</x:xmpmeta>")
    return _saved(_picture(size), "PNG", pnginfo=texts, exif=_exif())


def webp(size: tuple[int, int] = (320, 200)) -> bytes:
    """A picture as messengers send it."""
    return _saved(_picture(size), "WEBP", exif=_exif(), xmp=f"<x>{TELLING}</x>".encode())


def heic(size: tuple[int, int] = (320, 200)) -> bytes:
    """A photo as an iPhone takes it."""
    return _saved(_picture(size), "HEIF", exif=_exif(), xmp=f"<x>{TELLING}</x>".encode(), quality=80)


def animation(form: str = "GIF", frames: int = 3) -> bytes:
    """A moving picture (``GIF``, ``WEBP``, ``PNG``) with 70 ms for each frame."""
    pictures = [_picture((64, 48), shift=8 * number) for number in range(frames)]
    extra = {"comment": TELLING.encode()} if form == "GIF" else {"exif": _exif()}
    return _saved(pictures[0], form, save_all=True, append_images=pictures[1:], duration=[70] * frames, loop=0, **extra)


def _picture(size: tuple[int, int], shift: int = 0) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((shift, 0, shift + size[0] // 2, size[1] // 2), fill="red")
    return picture


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[_MAKE], exif[_ARTIST], exif[_ORIENTATION] = TELLING, TELLING, orientation
    exif.get_ifd(_GPS_IFD).update({1: "N", 2: (31.0, 14.0, 5.0), 3: "E", 4: (121.0, 28.0, 7.0)})
    return exif


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()
