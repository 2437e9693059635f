"""Copies of recordings and videos: the same encoded sound and picture in a new container that tells nothing else."""

from __future__ import annotations

import errno
from typing import IO, Any

import av
import av.error

from services.reports.inspection.frames import amr_frame_bytes, mpeg_frame_bytes
from services.reports.inspection.verdicts import Unreadable

# Which reader and which writer, by type; no other reader is tried, for some of them open further files.
_READERS = {"mp3": "mp3", "wav": "wav", "amr": "amr", "m4a": "mp4", "mp4": "mp4", "mov": "mov", "3gp": "3gp"}
_WRITERS = {"mp3": "mp3", "wav": "wav", "amr": "amr", "m4a": "ipod", "mp4": "mp4", "mov": "mov", "3gp": "3gp"}
_READ_OPTIONS = {"protocol_whitelist": "none", "enable_drefs": "0", "use_absolute_path": "0"}
_WRITE_OPTIONS = {
    "mp3": {"write_id3v1": "0", "id3v2_version": "0"},
    "wav": {"write_bext": "0"},
}
_ATTACHED_PICTURE = 0x400
_LOCATIONS = ("location", "xyz", "gps")
_KINDS = ("audio", "video")


def clean_recording(source: IO[bytes], copy: IO[bytes], type_code: str) -> set[str]:
    """Write the copy of the recording; the notes. ``Unreadable`` when nothing can be played.

    Nothing is encoded anew. Streams other than sound and picture go: positions, time codes, cover pictures.
    """
    try:
        with av.open(
            source,
            format=_READERS[type_code],
            options=_READ_OPTIONS,
            metadata_errors="ignore",
            io_open=_open_nothing_else,
        ) as original:
            streams = [stream for stream in original.streams if _is_kept(stream)]
            if not streams:
                raise Unreadable("broken")
            notes = {"streams_removed"} if len(streams) < len(original.streams) else set()
            if _has_location(original):
                notes.add("location_in_original")
            return notes | _remux(original, streams, copy, type_code)
    except av.error.MemoryError:
        raise
    except (av.error.FFmpegError, ValueError) as error:
        raise Unreadable("broken") from error
    except OSError as error:
        # A length in the file leads before its beginning.
        if error.errno == errno.EINVAL:
            raise Unreadable("broken") from error
        raise


def _open_nothing_else(url: str, flags: int, options: dict[str, str]) -> IO[bytes]:
    """A recording may name further files; none is opened."""
    raise PermissionError("recordings are one file")


def _is_kept(stream: Any) -> bool:
    return stream.type in _KINDS and not int(stream.disposition) & _ATTACHED_PICTURE


def _has_location(original: Any) -> bool:
    keys = [key for holder in (original, *original.streams) for key in holder.metadata]
    return any(mark in key.lower() for key in keys for mark in _LOCATIONS)


def _remux(original: Any, streams: list[Any], copy: IO[bytes], type_code: str) -> set[str]:
    options = {"fflags": "+bitexact", **_WRITE_OPTIONS.get(type_code, {})}
    written = 0
    notes: set[str] = set()
    with av.open(copy, "w", format=_WRITERS[type_code], options=options) as container:
        targets = {stream.index: _target(container, stream) for stream in streams}
        try:
            for packet in original.demux(streams):
                # The last, empty packet of each stream tells its end.
                if packet.dts is None or not packet.size:
                    continue
                if not _is_frame(packet, type_code):
                    # It would be copied as if it were sound.
                    notes.add("trailing_data")
                    if type_code == "amr":
                        # Nothing marks where frames go on, so that anything may look like one.
                        break
                    continue
                packet.stream = targets[packet.stream.index]
                container.mux(packet)
                written += 1
        except av.error.InvalidDataError:
            # A file that breaks off plays up to there, and so does its copy.
            notes.add("truncated")
        if not written:
            raise Unreadable("broken")
    return notes


def _is_frame(packet: Any, type_code: str) -> bool:
    """Without a container only the frame itself tells what it is."""
    start = bytes(memoryview(packet)[:4])
    if type_code == "mp3":
        return bool(mpeg_frame_bytes(start) == packet.size)
    if type_code == "amr":
        codec = "amrwb" if "wb" in packet.stream.codec_context.name else "amrnb"
        return bool(amr_frame_bytes(start, codec) == packet.size)
    return True


def _target(container: Any, stream: Any) -> Any:
    target = container.add_stream_from_template(stream, opaque=True)
    target.metadata.clear()
    return target
