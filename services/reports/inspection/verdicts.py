"""What an inspection may say: four verdicts, and notes. Both are codes; the gateway has the words."""

from __future__ import annotations

# A copy without metadata was made.
CLEAN_COPY = "clean_copy"
# The type allows none.
NO_CLEAN_COPY = "no_clean_copy"
# Broken, encrypted, or not what it began as.
UNREADABLE = "unreadable"
# It goes beyond a limit, as decompression bombs do, or it broke the program that reads it.
UNSAFE = "unsafe"

VERDICTS = (CLEAN_COPY, NO_CLEAN_COPY, UNREADABLE, UNSAFE)

NOTES = frozenset(
    {
        # What the original holds.
        "location_in_original",
        "leading_data",
        "trailing_data",
        "second_format",
        "truncated",
        "repaired",
        "restricted",
        "macros_present",
        "external_references",
        "bidi_controls",
        # What the copy differs in.
        "converted_to_jpeg",
        "converted_to_utf8",
        "scripts_removed",
        "embedded_files_removed",
        "embedded_objects_removed",
        "signatures_removed",
        "macros_removed",
        "streams_removed",
        "parts_kept_as_they_are",
        # Why there is no copy.
        "metadata_kept",
        "not_opened",
        "encrypted",
        "broken",
        "not_this_type",
        "reader_failed",
        "too_many_pixels",
        "too_many_parts",
        "expands_too_far",
        "bad_entry_names",
        "too_much_memory",
        "too_long",
        "too_large",
        "crashed",
    }
)


class NotCleaned(Exception):
    """No copy can be made. ``verdict`` and ``note`` say why."""

    verdict = UNREADABLE

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


class Unreadable(NotCleaned):
    """The file is broken, encrypted, or not of its type."""


class Unsafe(NotCleaned):
    """The file goes beyond a limit."""

    verdict = UNSAFE


class CannotClean(NotCleaned):
    """No copy can be made of files of this type."""

    verdict = NO_CLEAN_COPY
