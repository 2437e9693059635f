"""Recordings and videos, encoded by PyAV, with position and device in their containers."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np

from tests.support.attachments.telling import TELLING

_FORMS = {
    "mp3": ("mp3", "libmp3lame", 44100, None),
    "wav": ("wav", "pcm_s16le", 16000, None),
    "amr": ("amr", "libopencore_amrnb", 8000, None),
    "m4a": ("ipod", "aac", 44100, None),
    "mp4": ("mp4", "aac", 44100, "mpeg4"),
    "mov": ("mov", "aac", 44100, "mpeg4"),
    "3gp": ("3gp", "libopencore_amrnb", 8000, "mpeg4"),
}
_POSITION = "+31.2347+121.4686/"


def recording(type_code: str, seconds: float = 1.0) -> bytes:
    """A tone of 440 Hz; videos also show a field that changes its colour, ten frames a second."""
    container_format, sound, rate, picture = _FORMS[type_code]
    file = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if type_code in ("mp4", "mov") else {}
    with av.open(file, "w", format=container_format, options=options) as container:
        container.metadata.update(
            {
                "title": TELLING,
                "artist": TELLING,
                "make": TELLING,
                "location": _POSITION,
                "com.apple.quicktime.location.ISO6709": _POSITION,
                "creation_time": "2026-01-02T03:04:05Z",
            }
        )
        audio = container.add_stream(sound, rate=rate, layout="mono")
        video = container.add_stream(picture, rate=10) if picture else None
        if video is not None:
            video.width, video.height, video.pix_fmt = 176, 144, "yuv420p"
            video.metadata["handler_name"] = TELLING
            for number in range(int(10 * seconds)):
                pixels = np.full((144, 176, 3), 20 * number % 256, np.uint8)
                container.mux(video.encode(av.VideoFrame.from_ndarray(pixels)))
            container.mux(video.encode())
        _sing(container, audio, rate, seconds)
    return file.getvalue()


def _sing(container: av.container.OutputContainer, audio: av.AudioStream, rate: int, seconds: float) -> None:
    resampler = av.AudioResampler(format=audio.format, layout="mono", rate=rate)
    fifo = av.AudioFifo()
    at = np.arange(int(rate * seconds)) / rate
    wave = (np.sin(2 * np.pi * 440 * at) * 12000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    for part in resampler.resample(frame):
        fifo.write(part)
    size = audio.codec_context.frame_size or 1024
    while part := fifo.read(size, partial=True):
        container.mux(audio.encode(part))
    container.mux(audio.encode())
