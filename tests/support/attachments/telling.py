"""What the files tell of their makers, and whether a file still does."""

from __future__ import annotations

import io
import zipfile

TELLING = "Zhang-Sans-Huawei"


def tells(content: bytes) -> bool:
    """Whether ``TELLING`` is anywhere in the file, or in what is packed into it."""
    if any(TELLING.encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        return True
    if not content.startswith(b"PK\x03\x04"):
        return False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(tells(archive.read(name)) or TELLING in name for name in archive.namelist())
