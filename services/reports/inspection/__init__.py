"""What an attachment is, whether it is safe to open, and its copy without metadata.

``decide_type`` looks at the first bytes; ``inspect`` reads the whole file in a confined child process; ``Scanner`` asks
clamd.
"""

from services.reports.inspection.deciding import HEAD_BYTES, TypeRefused, decide_type
from services.reports.inspection.inspecting import Inspection, InspectionFailed, inspect
from services.reports.inspection.limits import LIMITS, Limits
from services.reports.inspection.scanning import Scan, Scanner, ScannerAway
from services.reports.inspection.types import AttachmentType, type_table

__all__ = [
    "HEAD_BYTES",
    "LIMITS",
    "AttachmentType",
    "Inspection",
    "InspectionFailed",
    "Limits",
    "Scan",
    "Scanner",
    "ScannerAway",
    "TypeRefused",
    "decide_type",
    "inspect",
    "type_table",
]
