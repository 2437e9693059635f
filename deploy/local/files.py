"""Files that only their owner can read."""

from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write `text` with mode 600 from the first byte on, making the folder if needed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)
