"""The frames of recordings that have no container around them."""

from __future__ import annotations

# MPEG audio, layer III: rates in kbit/s and Hz by the header's fields (ISO/IEC 11172-3, 13818-3).
_BIT_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
# Adaptive multi-rate speech: bytes of a frame by its mode, narrow and wide band (RFC 4867, section 5.3).
_AMR_BYTES = {
    "amrnb": {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1},
    "amrwb": {0: 18, 1: 24, 2: 33, 3: 37, 4: 41, 5: 47, 6: 51, 7: 59, 8: 61, 9: 6, 14: 1, 15: 1},
}
_AMR_RESERVED_BITS = 0x83


def mpeg_frame_bytes(header: bytes) -> int:
    """The length of the MPEG audio layer III frame with this header (4 bytes); 0 when it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    bits = _BIT_RATES[3 if version == 3 else 2][rate] * 1000
    samples_by_8 = 144 if version == 3 else 72
    return samples_by_8 * bits // _SAMPLE_RATES[version][sampling] + (header[2] >> 1 & 1)


def amr_frame_bytes(header: bytes, codec: str) -> int:
    """The length of the AMR frame with this header (1 byte), codec ``amrnb`` or ``amrwb``; 0 when it is none."""
    if not header or header[0] & _AMR_RESERVED_BITS:
        return 0
    return _AMR_BYTES[codec].get(header[0] >> 3 & 15, 0)
