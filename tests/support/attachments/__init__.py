"""Files as people send them: made by the programs' own formats, telling of people, places and machines.

Whatever a file tells besides its content holds ``TELLING``, so that one search shows whether a copy still tells it.
"""

from tests.support.attachments.documents import compound, docx, packed, pdf, pptx, unpacked, xlsx
from tests.support.attachments.inspected import Outcome, inspected
from tests.support.attachments.pictures import animation, heic, jpeg, png, webp
from tests.support.attachments.recordings import recording
from tests.support.attachments.telling import TELLING, tells

__all__ = [
    "TELLING",
    "Outcome",
    "animation",
    "compound",
    "docx",
    "heic",
    "inspected",
    "jpeg",
    "packed",
    "pdf",
    "png",
    "pptx",
    "recording",
    "tells",
    "unpacked",
    "webp",
    "xlsx",
]
