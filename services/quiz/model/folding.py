"""When two texts count as the same: for blanks, for stems, and numbers with a tolerance."""

import hashlib
import re
import unicodedata
from decimal import Decimal

from services.quiz.model.simplified import simplified

_SPACE = re.compile(r"\s+")
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_PLAIN_NUMBER = re.compile(_NUMBER)
_WITH_TOLERANCE = re.compile(rf"({_NUMBER})\s*(?:±|\+/-)\s*((?:\d+(?:\.\d*)?|\.\d+))")
# Chinese punctuation that NFKC leaves alone, and what stands for it on other keyboards.
_PUNCTUATION = str.maketrans("。、「」“”‘’〈〉《》【】〔〕—–−·", '.,""""\'\'<><>[][]---.')


def fold(text: str) -> str:
    """The text with full- and half-width, upper and lower case, spaces and kinds of punctuation made equal.

    NFKC (UAX #15) is what folds the widths: ``ＡＢＣ１`` and ``abc1`` fold alike.
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text).translate(_PUNCTUATION)).casefold()


def matches(form: str, answer: str) -> bool:
    """Whether ``answer`` is the accepted ``form``: the same when folded, traditional signs as simplified ones, or the
    same number.

    A form ``3.14±0.01`` accepts every number from 3.13 to 3.15; a plain number accepts its other spellings
    (``3.0``).
    """
    wanted, given = simplified(fold(form)), simplified(fold(answer))
    if wanted == given:
        return True
    number = _number(given)
    if number is None:
        return False
    tolerant = _WITH_TOLERANCE.fullmatch(wanted)
    if tolerant:
        return abs(number - Decimal(tolerant[1])) <= Decimal(tolerant[2])
    plain = _number(wanted)
    return plain is not None and plain == number


def stem_key(stem: str) -> str:
    """The natural key of a question: SHA-256 (hex) of its stem without spaces, punctuation, width and case.

    Blanks are kept as one mark however many underscores draw them, so that a stem with a blank differs
    from one without.
    """
    folded = re.sub(r"_+", "_", fold(stem))
    letters = "".join(sign for sign in folded if sign == "_" or unicodedata.category(sign)[0] not in ("P", "Z", "C"))
    return hashlib.sha256((letters or folded).encode()).hexdigest()


def _number(folded: str) -> Decimal | None:
    # Length first: Decimal is exact, so a text of a million digits would be worked through in full.
    if len(folded) > 40 or not _PLAIN_NUMBER.fullmatch(folded):
        return None
    return Decimal(folded)
