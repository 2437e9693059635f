"""Pictures inside PDF documents, without touching a pixel: what tells of their making is cut out of the stream."""

from __future__ import annotations

# JFIF (APP0) and Adobe (APP14) say how the colours are stored; all other application segments and comments go.
_KEPT_SEGMENTS = frozenset({0xE0, 0xEE})
_APPLICATION = range(0xE0, 0xF0)
_COMMENT = 0xFE
_START_OF_SCAN = 0xDA
# Boxes of JPEG 2000 that hold XML, vendor data, addresses.
_JPX_METADATA = frozenset({b"xml ", b"uuid", b"uinf", b"jp2i"})


def without_jpeg_metadata(jpeg: bytes) -> bytes:
    """The JPEG stream without application segments and comments; as it is when it is not well formed."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept = [jpeg[:2]]
    place = 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF:
        marker = jpeg[place + 1]
        if marker == _START_OF_SCAN:
            return b"".join((*kept, jpeg[place:]))
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        if marker != _COMMENT and (marker not in _APPLICATION or marker in _KEPT_SEGMENTS):
            kept.append(jpeg[place:end])
        place = end
    return jpeg


def without_jpx_metadata(jpx: bytes) -> bytes:
    """The JPEG 2000 file without its boxes of metadata; as it is when it is a bare code stream or not well formed."""
    kept = []
    place = 0
    while place + 8 <= len(jpx):
        size, kind = int.from_bytes(jpx[place : place + 4], "big"), jpx[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(jpx[place + 8 : place + 16], "big")
        end = len(jpx) if size == 0 else place + size
        if size not in (0,) and (size < 8 or end > len(jpx)):
            return jpx
        if kind not in _JPX_METADATA:
            kept.append(jpx[place:end])
        place = end
    return b"".join(kept) if place == len(jpx) else jpx
