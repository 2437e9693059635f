"""The copy of a picture has its pixels and nothing else; each is made in a child process of its own."""

import io

import pytest
from PIL import Image, ImageCms, ImageSequence

from tests.support.attachments import animation, heic, inspected, jpeg, packed, png, tells, webp


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


@pytest.mark.parametrize(
    ("content", "type_code"), [(jpeg(), "jpeg"), (png(), "png"), (webp(), "webp"), (heic(), "heic")]
)
def test_the_copy_of_a_photo_tells_neither_place_nor_person_nor_device(content: bytes, type_code: str) -> None:
    assert tells(content)
    outcome = inspected(content, type_code)
    assert (outcome.verdict, outcome.fault) == ("clean_copy", "")
    assert "location_in_original" in outcome.notes
    assert outcome.copy is not None
    assert not tells(outcome.copy)
    copy = opened(outcome.copy)
    assert not dict(copy.getexif())
    assert not {"exif", "xmp", "XML:com.adobe.xmp", "comment", "icc_profile", "Author"} & set(copy.info)
    original = opened(content).convert("RGB")
    assert copy.size == original.size
    assert near(copy.convert("RGB").getpixel((20, 20)), original.getpixel((20, 20)))
    assert near(copy.convert("RGB").getpixel((300, 180)), original.getpixel((300, 180)))


def near(one: object, other: object) -> bool:
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


def test_a_heic_photo_becomes_a_jpeg_file() -> None:
    outcome = inspected(heic(), "heic")
    assert (outcome.copy_type, opened(outcome.copy).format) == ("jpeg", "JPEG")
    assert "converted_to_jpeg" in outcome.notes


def test_a_photo_is_turned_as_its_camera_was_held() -> None:
    original = jpeg((320, 200), orientation=6)
    copy = opened(inspected(original, "jpeg").copy)
    assert copy.size == (200, 320)
    # A quarter clockwise: what was the upper left is the upper right.
    assert near(copy.getpixel((190, 10)), (254, 0, 0))
    assert near(copy.getpixel((10, 10)), (255, 255, 255))


@pytest.mark.parametrize(("form", "type_code"), [("GIF", "gif"), ("WEBP", "webp"), ("PNG", "png")])
def test_an_animation_keeps_its_frames_and_durations(form: str, type_code: str) -> None:
    original = animation(form, frames=3)
    assert tells(original)
    outcome = inspected(original, type_code)
    assert outcome.verdict == "clean_copy", outcome
    assert not tells(outcome.copy or b"")
    copy = opened(outcome.copy)
    assert copy.n_frames == 3  # type: ignore[attr-defined]
    durations, colours = [], []
    for frame in ImageSequence.Iterator(copy):
        shown = frame.convert("RGB")
        durations.append(frame.info["duration"])
        colours.append(near(shown.getpixel((5, 5)), (254, 0, 0)))
    assert durations == [70, 70, 70]
    assert colours == [True, False, False]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_png_of_any_kind_keeps_it(mode: str) -> None:
    picture = Image.linear_gradient("L").resize((64, 64))
    picture = picture.convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
    file = io.BytesIO()
    picture.save(file, "PNG")
    copy = opened(inspected(file.getvalue(), "png").copy)
    assert copy.mode == opened(file.getvalue()).mode
    assert copy.tobytes() == opened(file.getvalue()).tobytes()


def test_a_transparent_colour_stays_transparent() -> None:
    picture = Image.new("P", (8, 8), 0)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.putpixel((1, 1), 1)
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=0)
    copy = opened(inspected(file.getvalue(), "png").copy).convert("RGBA")
    assert copy.getpixel((0, 0)) == (255, 0, 0, 0)
    assert copy.getpixel((1, 1)) == (0, 255, 0, 255)


def test_a_colour_profile_becomes_the_colours_that_it_means() -> None:
    file = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("RGB", (8, 8), (200, 30, 60)).save(file, "PNG", icc_profile=profile)
    unusable = opened(inspected(file.getvalue(), "png").copy)
    assert "icc_profile" not in unusable.info
    assert unusable.getpixel((0, 0)) == (200, 30, 60)


def test_a_cmyk_photo_can_be_opened_by_every_browser() -> None:
    file = io.BytesIO()
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(file, "JPEG")
    assert opened(inspected(file.getvalue(), "jpeg").copy).mode == "RGB"


def test_a_webp_picture_without_loss_is_copied_without_loss() -> None:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 80).convert("RGBA").save(file, "WEBP", lossless=True)
    copy = opened(inspected(file.getvalue(), "webp").copy)
    assert copy.tobytes() == opened(file.getvalue()).tobytes()


ARCHIVE = packed({"evil.class": b"\xca\xfe\xba\xbe hidden in the picture"})


@pytest.mark.parametrize(
    ("content", "type_code"),
    [
        (jpeg(), "jpeg"),
        (jpeg((64, 64))[:-2] + b"\xff\xd9", "jpeg"),
        (png(), "png"),
        (animation("GIF"), "gif"),
        (webp(), "webp"),
        (heic(), "heic"),
    ],
)
def test_an_archive_behind_a_picture_is_noted_and_not_copied(content: bytes, type_code: str) -> None:
    outcome = inspected(content + ARCHIVE, type_code)
    assert outcome.verdict == "clean_copy"
    assert {"second_format", "trailing_data"} <= outcome.notes
    assert b"evil.class" not in (outcome.copy or b"")
    assert b"PK\x05\x06" not in (outcome.copy or b"")


@pytest.mark.parametrize(
    ("content", "type_code"),
    [(jpeg(), "jpeg"), (png(), "png"), (animation("GIF"), "gif"), (webp(), "webp"), (heic(), "heic")],
)
def test_an_honest_picture_gets_no_such_note(content: bytes, type_code: str) -> None:
    assert not {"second_format", "trailing_data", "truncated"} & inspected(content, type_code).notes


def test_a_page_in_a_comment_of_a_picture_is_noted_and_not_copied() -> None:
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, "JPEG", comment=b"<html><script>alert(1)</script>")
    outcome = inspected(file.getvalue(), "jpeg")
    assert "second_format" in outcome.notes
    assert b"<script" not in (outcome.copy or b"")


@pytest.mark.parametrize("hidden", [b"%PDF-1.7 1 0 obj", b"<?php x", ARCHIVE])
def test_what_reads_as_another_format_from_within_a_picture_is_noted(hidden: bytes) -> None:
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, "JPEG", comment=hidden)

    outcome = inspected(file.getvalue(), "jpeg")

    assert "second_format" in outcome.notes
    assert "trailing_data" not in outcome.notes
    assert hidden not in (outcome.copy or b"")


@pytest.mark.parametrize(
    ("content", "type_code"), [(jpeg((640, 480)), "jpeg"), (png((640, 480)), "png"), (webp(), "webp"), (heic(), "heic")]
)
@pytest.mark.parametrize("part", [0.1, 0.6])
def test_a_picture_that_breaks_off_is_unreadable(content: bytes, type_code: str, part: float) -> None:
    outcome = inspected(content[: int(len(content) * part)], type_code)
    assert outcome.verdict == "unreadable"
    assert outcome.copy is None
    assert "broken" in outcome.notes


def test_a_picture_is_read_only_as_the_type_that_it_began_as() -> None:
    assert inspected(png(), "jpeg").verdict == "unreadable"
