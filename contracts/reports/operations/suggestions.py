"""Suggestions: listed, read and answered by the desk."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.schemas import suggestions
from contracts.roles import DESK

ANSWERERS = frozenset({DESK})

list_suggestions = Operation(
    "reports", "list_suggestions", suggestions.ListSuggestions, suggestions.SuggestionPage, ANSWERERS, repeatable=True
)
read_suggestion = Operation("reports", "read_suggestion", suggestions.ReadSuggestion, suggestions.Suggestion, ANSWERERS)
answer_suggestion = Operation(
    "reports", "answer_suggestion", suggestions.AnswerSuggestion, suggestions.Suggestion, ANSWERERS, repeatable=True
)
