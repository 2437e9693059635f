"""How much one file may cost before it is given up."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Of one inspection. The first four hold for the child process as a whole, by the kernel or the parent.

    ``pixels``: of a picture, over all frames of an animation together with ``animation_pixels``; ``entries``,
    ``expanded_bytes``, ``ratio``, ``depth``: of an Office package (entries, bytes when unpacked, unpacked by packed,
    packages within packages); ``xml_bytes``: of one XML part of it; ``objects``: of a PDF document.
    """

    memory_bytes: int = 1536 * _MIB
    cpu_seconds: int = 90
    deadline_seconds: float = 180.0
    copy_bytes: int = 256 * _MIB
    # The sensors of phones have up to 108 megapixels; decoded three bytes each.
    pixels: int = 120_000_000
    animation_pixels: int = 250_000_000
    entries: int = 10_000
    expanded_bytes: int = 512 * _MIB
    # Spreadsheets with equal rows reach 1:100.
    ratio: int = 250
    depth: int = 2
    xml_bytes: int = 48 * _MIB
    objects: int = 400_000


LIMITS = Limits()
