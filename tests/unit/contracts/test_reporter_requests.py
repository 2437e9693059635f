"""What reporters send once they have a receipt: texts without tricks, a rating that is a plain yes or no."""

import pytest
from marshmallow import ValidationError

from contracts.reports import operations
from contracts.reports import receipt as receipts
from contracts.reports.schemas.bounds import MESSAGE, REASON

RECEIPT = {"receipt": receipts.write("7" * 19)}
TRICKS = ["a\x00b", "倒\u202e写", "\x9f", "a\ud800", "\uffff"]


@pytest.mark.parametrize("text", [*TRICKS, "", " \u3000", "长" * (MESSAGE + 1), 7, None, ["a"]])
def test_a_message_is_a_text_within_its_bound(text):
    with pytest.raises(ValidationError, match="text"):
        operations.post_current_message.load({**RECEIPT, "text": text})
    assert operations.post_current_message.load({**RECEIPT, "text": "长" * MESSAGE})["text"] == "长" * MESSAGE


@pytest.mark.parametrize("satisfied", ["true", "false", "yes", "", "0", 2, None, [], "不满意"])
def test_a_rating_is_true_or_false_and_nothing_that_may_be_read_as_either(satisfied):
    with pytest.raises(ValidationError, match="satisfied"):
        operations.rate_current_report.load({**RECEIPT, "satisfied": satisfied})
    for said in (True, False):
        assert operations.rate_current_report.load({**RECEIPT, "satisfied": said})["satisfied"] is said


@pytest.mark.parametrize("reason", [*TRICKS, "长" * (REASON + 1), 7])
def test_the_reason_of_a_rating_is_a_text_within_its_bound(reason):
    with pytest.raises(ValidationError, match="reason"):
        operations.rate_current_report.load({**RECEIPT, "satisfied": False, "reason": reason})
