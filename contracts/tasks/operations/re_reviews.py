"""Sampling re-review: the supervision group draws and judges, leaders see how it stands."""

from __future__ import annotations

from contracts.fields import PageRequest, page_of
from contracts.operation import Operation
from contracts.roles import LEADER, SUPERVISOR
from contracts.tasks.schemas import re_reviews

_GROUP = frozenset({SUPERVISOR})
_READERS = frozenset({SUPERVISOR, LEADER})

draw_re_reviews = Operation("tasks", "draw_re_reviews", re_reviews.DrawReReviews, re_reviews.Draw, _GROUP)
list_re_reviews = Operation(
    "tasks", "list_re_reviews", re_reviews.ListReReviews, page_of(re_reviews.ReReview), _READERS, repeatable=True
)
decide_re_review = Operation("tasks", "decide_re_review", re_reviews.DecideReReview, re_reviews.ReReview, _GROUP)
list_re_review_draws = Operation(
    "tasks", "list_re_review_draws", PageRequest, page_of(re_reviews.Draw), _READERS, repeatable=True
)
get_re_review_draw = Operation(
    "tasks", "get_re_review_draw", re_reviews.DrawId, re_reviews.Draw, _READERS, repeatable=True
)
