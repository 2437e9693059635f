"""Looking for texts in clear, in every form in which a program may have left them somewhere.

    search = Search({"narrative": ["他收下一只信封"], "receipt": receipt_spellings(receipt)})
    search.found(Path("gateway.log").read_bytes())    # ["narrative"]

Upper and lower case are the same here. What is compressed is not looked into: files that tests send are looked for by
slices of their own bytes (``slices``).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

import numpy as np

Wanted = str | bytes

# In which a text may be written: ours, those of Windows and of PDF, that of Chinese office files.
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
# Shorter ones would be found by chance.
_LEAST_BYTES = 7
_SLICE_BYTES = 24
# There are thousands of forms: where one may begin is looked up by four bytes, in a table of so many bits' numbers.
_TABLE_BITS = 22


class Search:
    """``wanted``: what is looked for, by a name for it; any number of texts, or of bytes as they are, under each."""

    def __init__(self, wanted: Mapping[str, Iterable[Wanted]]) -> None:
        self._by_beginning: defaultdict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for name, things in wanted.items():
            for needle in {form.lower() for thing in things for form in forms(thing)}:
                self._by_beginning[needle[:_LEAST_BYTES]].append((needle, name))
        self._may_begin = np.zeros(1 << _TABLE_BITS, bool)
        for beginning in self._by_beginning:
            self._may_begin[_hashes(beginning)[0]] = True

    def found(self, where: bytes) -> list[str]:
        """The names of what stands somewhere in these bytes."""
        folded = where.lower()
        if len(folded) < _LEAST_BYTES:
            return []
        names = set()
        for at in np.flatnonzero(self._may_begin[_hashes(folded)]):
            for needle, name in self._by_beginning.get(folded[at : at + _LEAST_BYTES], ()):
                if folded.startswith(needle, at):
                    names.add(name)
        return sorted(names)


def forms(thing: Wanted) -> set[bytes]:
    """The bytes as which it may stand somewhere; see ``ENCODINGS``, ``_escaped`` and ``_as_text``."""
    if isinstance(thing, bytes):
        found = {thing, *_as_text(thing)}
    else:
        encoded = {thing.encode(encoding) for encoding in ENCODINGS}
        found = {*encoded, *_escaped(thing), *(form for one in encoded for form in _as_text(one))}
    short = [form for form in found if len(form) < _LEAST_BYTES]
    assert not short, f"{thing!r} is too short to be looked for"
    return found


def digests(content: Wanted) -> Iterator[bytes]:
    """Hashes that anybody could compute to confirm a guess."""
    encoded = content.encode() if isinstance(content, str) else content
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        yield hashlib.new(name, encoded).digest()


def receipt_spellings(receipt: str) -> list[str]:
    """A receipt as it is written, without its dashes, and each half."""
    groups = receipt.split("-")
    assert len(groups) == 4
    parts = (groups, groups[:2], groups[2:])
    return [separator.join(part) for part in parts for separator in ("-", "", " ")]


def slices(content: bytes) -> list[bytes]:
    """Some of a file's own bytes, from all over it."""
    step = max(1, (len(content) - _SLICE_BYTES) // 16)
    found = {content[at : at + _SLICE_BYTES] for at in range(0, len(content), step)}
    # Headers and paddings that every file of a format has tell nothing.
    return sorted(piece for piece in found if len(piece) == _SLICE_BYTES and len(set(piece)) > 12)


def _hashes(content: bytes) -> np.ndarray:
    """A number for the four bytes from each place on."""
    single = np.frombuffer(content, np.uint8).astype(np.uint32)
    four = single[:-3] | single[1:-2] << 8 | single[2:-1] << 16 | single[3:] << 24
    return (four * np.uint32(2654435761)) >> np.uint32(32 - _TABLE_BITS)


def _escaped(text: str) -> set[bytes]:
    """As JSON, Python, HTML and URLs write what is not ASCII."""
    utf8 = text.encode()
    return {
        json.dumps(text)[1:-1].encode(),
        json.dumps(text, ensure_ascii=False)[1:-1].encode(),
        ascii(text)[1:-1].encode(),
        repr(utf8)[2:-1].encode(),
        text.encode("ascii", "xmlcharrefreplace"),
        quote(utf8, safe="").encode(),
        quote_plus(utf8).encode(),
    }


def _as_text(content: bytes) -> set[bytes]:
    """As base64, wherever in it the content begins, in both alphabets; and as hexadecimal digits."""
    found = {content.hex().encode()}
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + content)
        # What its neighbours have a share in is cut off.
        first = (0, 2, 3)[before]
        last = len(encoded) if (before + len(content)) % 3 == 0 else encoded.index(b"=") - 1
        inner = encoded[first:last]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found
