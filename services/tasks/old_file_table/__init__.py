"""Tables of old files: their words, how they are read, and the template."""

from services.tasks.old_file_table.reading import OldFileRow, Reading, Rejection, number_key, read_old_files
from services.tasks.old_file_table.vocabulary import OUTSIDE
from services.tasks.old_file_table.writing import template, written

__all__ = ["OUTSIDE", "OldFileRow", "Reading", "Rejection", "number_key", "read_old_files", "template", "written"]
