"""Copies of pictures from their pixels alone: no EXIF, XMP, comments, colour profiles, previews."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from typing import IO, Any

import pillow_heif
from PIL import (
    ExifTags,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from services.reports.inspection.limits import Limits
from services.reports.inspection.verdicts import Unreadable, Unsafe

_FORMATS = {"jpeg": ("JPEG",), "png": ("PNG",), "gif": ("GIF",), "webp": ("WEBP",), "heic": ("HEIF",)}
_JPEG: dict[str, Any] = {"quality": 92, "subsampling": 0, "optimize": False}
# Loaded from the start: once the child is confined, nothing is loaded any more.
_PLUGINS = (GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
# What belongs to the picture itself, not to its making.
_KEPT = ("transparency", "duration", "loop", "disposal", "blend", "background", "default_image")

# One picture at a time: a second thread would gain nothing but memory.
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.register_heif_opener(thumbnails=False)
_SRGB = ImageCms.createProfile("sRGB")


def clean_image(source: IO[bytes], copy: IO[bytes], type_code: str, limits: Limits, upright: bool = True) -> set[str]:
    """Write the copy of the picture; the notes.

    ``upright``: turn it as its EXIF orientation asks, which the copy does not hold. ``Unreadable``, ``Unsafe``.
    """
    Image.MAX_IMAGE_PIXELS = limits.pixels
    lossless = type_code == "webp" and _is_lossless(source)
    try:
        with Image.open(source, formats=_FORMATS[type_code]) as picture:
            _check_size(picture, limits)
            notes = {"location_in_original"} if _has_location(picture) else set()
            options = {"lossless": lossless, "quality": 90, "method": 3} if type_code == "webp" else {}
            if getattr(picture, "n_frames", 1) > 1 and type_code in ("gif", "webp", "png"):
                _save_animation(picture, copy, type_code, options)
            else:
                _save_still(picture, copy, type_code, options, upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unsafe("too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError, IndexError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            # Of the system, not of the picture: the copy grew too large, for one.
            raise
        raise Unreadable("broken") from error
    return notes | ({"converted_to_jpeg"} if type_code == "heic" else set())


def _check_size(picture: Image.Image, limits: Limits) -> None:
    pixels = picture.width * picture.height
    if pixels > limits.pixels or pixels * getattr(picture, "n_frames", 1) > limits.animation_pixels:
        raise Unsafe("too_many_pixels")


def _has_location(picture: Image.Image) -> bool:
    return bool(picture.getexif().get_ifd(ExifTags.IFD.GPSInfo))


def _save_still(picture: Image.Image, copy: IO[bytes], type_code: str, options: dict[str, Any], upright: bool) -> None:
    picture.load()
    if upright:
        ImageOps.exif_transpose(picture, in_place=True)
    clean = _in_srgb(picture)
    if type_code in ("jpeg", "heic"):
        clean = clean if clean.mode in ("L", "RGB") else clean.convert("RGB")
        _forget(clean).save(copy, "JPEG", **_JPEG)
    else:
        _forget(clean).save(copy, _FORMATS[type_code][0], **options)


def _save_animation(picture: Image.Image, copy: IO[bytes], type_code: str, encoding: dict[str, Any]) -> None:
    """All frames with their durations. What frames that are alike are merged into plays as long as they did."""
    durations: list[int] = []
    # WebP and PNG ask for all durations before they look at the frames.
    for number in range(picture.n_frames):  # type: ignore[attr-defined]
        picture.seek(number)
        if type_code == "webp":
            picture.load()
        durations.append(int(picture.info.get("duration", 0)))
    options: dict[str, Any] = {**encoding, "save_all": True, "loop": picture.info.get("loop", 0), "duration": durations}
    if type_code == "gif":
        options["disposal"] = 2
        if "loop" not in picture.info:
            del options["loop"]
    frames = _frames(picture)
    first = next(frames)
    # The encoder of GIF takes one frame after the other; the others count them first.
    others = frames if type_code == "gif" else list(frames)
    first.save(copy, format=_FORMATS[type_code][0], append_images=others, **options)


def _frames(picture: Image.Image) -> Iterator[Image.Image]:
    """One frame after the other, each complete, without what belongs to the file."""
    for number in range(picture.n_frames):  # type: ignore[attr-defined]
        picture.seek(number)
        frame = picture.convert("RGBA")
        frame.info = {}
        yield frame


def _in_srgb(picture: Image.Image) -> Image.Image:
    """A colour profile can tell the device; the colours that it means are put into the pixels instead."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        return ImageCms.profileToProfile(picture, io.BytesIO(profile), _SRGB, outputMode=mode) or picture
    except ImageCms.PyCMSError:
        # A profile that cannot be read says nothing about the colours.
        return picture


def _forget(picture: Image.Image) -> Image.Image:
    """The same picture, knowing nothing but its pixels: encoders write what they find in ``info``."""
    picture.info = {name: value for name, value in picture.info.items() if name in _KEPT}
    return picture


def _is_lossless(source: IO[bytes]) -> bool:
    source.seek(0)
    lossless = b"VP8L" in source.read(4096)
    source.seek(0)
    return lossless
