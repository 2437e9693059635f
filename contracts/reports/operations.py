"""The operations of the reports service: what the gateway may ask it."""

from __future__ import annotations

from marshmallow import Schema

from contracts.fields import NoInput
from contracts.operation import Operation
from contracts.reports import schemas
from contracts.roles import DESK, HANDLER, PUBLIC

CASE_STAFF = frozenset({DESK, HANDLER})
ANSWERERS = frozenset({DESK})


def _operation(
    name: str, request: type[Schema], response: type[Schema], roles: frozenset[str], repeatable: bool = False
) -> Operation:
    return Operation("reports", name, request=request, response=response, roles=roles, repeatable=repeatable)


get_report_form = _operation("get_report_form", NoInput, schemas.ReportForm, PUBLIC, repeatable=True)
submit_report = _operation("submit_report", schemas.SubmitReport, schemas.SubmittedReport, PUBLIC)

# With a receipt in place of an account.
read_current_report = _operation(
    "read_current_report", schemas.WithReceipt, schemas.CurrentReport, PUBLIC, repeatable=True
)
list_current_messages = _operation(
    "list_current_messages", schemas.ListCurrentMessages, schemas.MessagePage, PUBLIC, repeatable=True
)
post_current_message = _operation("post_current_message", schemas.PostCurrentMessage, schemas.Message, PUBLIC)
rate_current_report = _operation(
    "rate_current_report", schemas.RateCurrentReport, schemas.Rating, PUBLIC, repeatable=True
)

# Reading is not repeatable: each reading is recorded.
read_case_report = _operation("read_case_report", schemas.ReadCaseReport, schemas.CaseReport, CASE_STAFF)
list_case_report_messages = _operation(
    "list_case_report_messages", schemas.ListCaseReportMessages, schemas.MessagePage, CASE_STAFF
)
post_case_report_message = _operation(
    "post_case_report_message", schemas.PostCaseReportMessage, schemas.Message, CASE_STAFF
)
list_suggestions = _operation(
    "list_suggestions", schemas.ListSuggestions, schemas.SuggestionPage, ANSWERERS, repeatable=True
)
read_suggestion = _operation("read_suggestion", schemas.ReadSuggestion, schemas.Suggestion, ANSWERERS)
answer_suggestion = _operation(
    "answer_suggestion", schemas.AnswerSuggestion, schemas.Suggestion, ANSWERERS, repeatable=True
)
