"""The copy of a recording sounds and looks the same, bit for bit, in a container that tells nothing else."""

import io
import struct

import av
import pytest

from tests.support.attachments import TELLING, inspected, jpeg, packed, recording, tells

TYPES = ["mp3", "m4a", "wav", "amr", "mp4", "mov", "3gp"]


def packets(content: bytes | None, kind: str) -> list[bytes]:
    assert content is not None
    with av.open(io.BytesIO(content)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.get(**{kind: 0})) if packet.size]


def told(content: bytes | None) -> dict[str, str]:
    assert content is not None
    with av.open(io.BytesIO(content)) as container:
        return dict(container.metadata) | {
            key: value for stream in container.streams for key, value in stream.metadata.items()
        }


@pytest.mark.parametrize("type_code", TYPES)
def test_the_copy_holds_the_same_sound_and_picture_and_tells_nothing_else(type_code: str) -> None:
    original = recording(type_code)
    outcome = inspected(original, type_code)
    assert (outcome.verdict, outcome.fault) == ("clean_copy", "")
    assert not tells(outcome.copy or b"")
    assert b"121.4686" not in (outcome.copy or b"")
    assert packets(outcome.copy, "audio") == packets(original, "audio")
    if type_code in ("mp4", "mov", "3gp"):
        assert packets(outcome.copy, "video") == packets(original, "video")
    left = {
        key
        for key in told(outcome.copy)
        if any(mark in key for mark in ("creat", "location", "make", "title", "encoder"))
    }
    assert not left


@pytest.mark.parametrize("type_code", ["mp3", "m4a", "mp4", "mov", "3gp"])
def test_a_position_in_the_original_is_noted(type_code: str) -> None:
    assert any("121.4686" in value for value in told(recording(type_code)).values())
    assert "location_in_original" in inspected(recording(type_code), type_code).notes


def test_cover_pictures_and_tags_of_an_mp3_are_gone() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        sound = container.add_stream("libmp3lame", rate=44100, layout="mono")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 320, 200, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        container.start_encoding()
        picture = av.Packet(jpeg())
        picture.stream, picture.pts, picture.dts = cover, 0, 0
        container.mux(picture)
        with av.open(io.BytesIO(recording("mp3"))) as tone:
            for frame in tone.decode(audio=0):
                container.mux(sound.encode(frame))
        container.mux(sound.encode())
    outcome = inspected(file.getvalue(), "mp3")
    assert "streams_removed" in outcome.notes
    assert TELLING.encode() not in (outcome.copy or b"")
    assert packets(outcome.copy, "audio") == packets(file.getvalue(), "audio")


def test_a_video_stays_turned_as_its_phone_was_held() -> None:
    original = recording("mp4")
    # The matrix in the header of the last track, the video's: a quarter clockwise.
    upright, turned = (1, 0, 0, 0, 1, 0, 0, 0), (0, 1, 0, -1, 0, 0, 144, 0)
    place = original.index(matrix(upright), original.rindex(b"tkhd"))
    content = original[:place] + matrix(turned) + original[place + len(matrix(turned)) :]
    assert rotation(content) == rotation(inspected(content, "mp4").copy) != rotation(original)


def matrix(numbers: tuple[int, ...]) -> bytes:
    return struct.pack(">9i", *(number << 16 for number in numbers), 1 << 30)


def rotation(content: bytes | None) -> int:
    assert content is not None
    with av.open(io.BytesIO(content)) as container:
        return int(next(container.decode(video=0)).rotation)


@pytest.mark.parametrize("type_code", TYPES)
def test_an_archive_behind_a_recording_is_noted_and_not_copied(type_code: str) -> None:
    outcome = inspected(recording(type_code) + packed({"evil.class": b"\xca\xfe\xba\xbe"}), type_code)
    assert "second_format" in outcome.notes
    assert b"evil.class" not in (outcome.copy or b"")


@pytest.mark.parametrize("type_code", TYPES)
def test_a_recording_that_breaks_off_plays_up_to_there_or_is_unreadable(type_code: str) -> None:
    original = recording(type_code)
    for part in (0.02, 0.5, 0.95):
        outcome = inspected(original[: int(len(original) * part)], type_code)
        assert outcome.verdict in ("clean_copy", "unreadable")
        assert outcome.fault == ""
        if outcome.copy:
            assert packets(outcome.copy, "audio")


def test_a_list_of_addresses_is_not_followed() -> None:
    for content in (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n"):
        for type_code in ("mp4", "mp3"):
            assert inspected(content, type_code).verdict == "unreadable"
