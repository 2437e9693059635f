"""Why a whole file cannot be read."""

from dataclasses import dataclass


@dataclass
class UnreadableFile(Exception):
    """Not a file of questions, or one made to harm. ``code`` is a text code."""

    code: str
