"""What the three reviews promise, and every path through a publication's life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.publicity.model import publications as rules

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def a_draft(author: str = "writer", **content: Any) -> dict[str, Any]:
    """A complete draft."""
    text = {
        "kind": "news",
        "title": "普法宣传进社区",
        "summary": "",
        "body_markdown": "正文",
        "cover": None,
        "contact": None,
        "channels": ["c1"],
        **content,
    }
    return {
        **text,
        "state": "draft",
        "content_hash": rules.content_hash(text),
        "author": {"id": author},
        "authors": [author],
        "reviews": [],
        "release_at": None,
    }


def give(publication: dict[str, Any], stage: int, reviewer: str, decision: str = "approve", of: str | None = None):
    """The publication after one review."""
    fields = rules.reviewed(
        publication,
        stage=stage,
        decision=decision,
        of=of or publication["content_hash"],
        reviewer_id=reviewer,
        entry={"reviewer": {"id": reviewer}, "comment": ""},
    )
    return {**publication, **fields}


def handed_in(**content: Any) -> dict[str, Any]:
    draft = a_draft(**content)
    return {**draft, **rules.submitted(draft)}


def approved() -> dict[str, Any]:
    publication = handed_in()
    for stage, reviewer in enumerate("abc", start=1):
        publication = give(publication, stage, reviewer)
    return publication


def test_three_people_in_order_approve_a_publication():
    publication = handed_in()
    for stage, reviewer in enumerate("abc", start=1):
        assert publication["state"] == "in_review"
        publication = give(publication, stage, reviewer)
    assert publication["state"] == "approved"


def test_a_stage_cannot_be_skipped():
    with pytest.raises(rules.ReviewOutOfTurn) as refused:
        give(handed_in(), 2, "a")
    assert refused.value.next_stage == 1


def test_the_same_person_cannot_give_two_reviews():
    publication = give(handed_in(), 1, "a")
    with pytest.raises(rules.ReviewerNotIndependent) as refused:
        give(publication, 2, "a")
    assert refused.value.why == "reviewed"


def test_nobody_reviews_what_they_wrote_or_changed():
    publication = handed_in()
    with pytest.raises(rules.ReviewerNotIndependent):
        give(publication, 1, "writer")
    changed = {**publication, **rules.edited(publication, {"title": "新题"}, "second writer")}
    with pytest.raises(rules.ReviewerNotIndependent):
        give(changed, 1, "second writer")


def test_a_review_of_another_text_is_refused():
    publication = handed_in()
    with pytest.raises(rules.ContentChanged):
        give(publication, 1, "a", of=rules.content_hash({**publication, "title": "别的题目"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "slogan"),
        ("title", "新题"),
        ("summary", "新摘要"),
        ("body_markdown", "新正文"),
        ("cover", "https://example.org/a.jpg"),
        ("contact", {"phone": "12388"}),
        ("channels", ["c1", "c2"]),
    ],
)
def test_changing_anything_that_was_reviewed_voids_the_reviews(field, value):
    publication = give(give(handed_in(), 1, "a"), 2, "b")
    changed = {**publication, **rules.edited(publication, {field: value}, "writer")}
    assert changed["state"] == "in_review"
    assert all(review["void"] for review in changed["reviews"])
    with pytest.raises(rules.ReviewOutOfTurn):
        give(changed, 3, "c")
    assert give(changed, 1, "c")["state"] == "in_review"


def test_reviews_stay_void_when_the_old_text_comes_back():
    publication = approved()
    changed = {**publication, **rules.edited(publication, {"title": "新题"}, "writer")}
    back = {**changed, **rules.edited(changed, {"title": publication["title"]}, "writer")}
    assert back["content_hash"] == publication["content_hash"]
    assert back["state"] == "in_review"
    with pytest.raises(rules.WrongState):
        rules.released(back, NOW, None)


def test_an_edit_that_changes_nothing_leaves_the_reviews_alone():
    publication = approved()
    assert rules.edited(publication, {"title": publication["title"]}, "writer") == {}


def test_a_returned_publication_goes_back_to_its_writer_and_starts_again():
    publication = give(handed_in(), 1, "a")
    returned = give(publication, 2, "b", "return")
    assert returned["state"] == "draft"
    again = {**returned, **rules.submitted(returned)}
    with pytest.raises(rules.ReviewOutOfTurn):
        give(again, 2, "c")
    assert give(again, 1, "a")["reviews"][-1]["stage"] == 1


def test_handing_in_twice_changes_nothing():
    publication = give(handed_in(), 1, "a")
    assert rules.submitted(publication) == {}


def test_an_empty_text_cannot_be_handed_in():
    with pytest.raises(rules.PublicationIncomplete) as refused:
        handed_in(body_markdown="")
    assert refused.value.missing == ["body_markdown"]


def test_a_release_without_a_time_is_now_and_repeating_it_changes_nothing():
    publication = approved()
    public = {**publication, **rules.released(publication, NOW, None)}
    assert (public["state"], public["published_at"]) == ("published", NOW)
    assert rules.released(public, NOW + timedelta(hours=1), None) == {}


def test_a_release_at_a_time_that_has_passed_is_now():
    assert rules.released(approved(), NOW, NOW - timedelta(seconds=1))["state"] == "published"


def test_a_later_release_waits_and_keeps_its_time_when_it_comes_late():
    at = NOW + timedelta(hours=1)
    publication = approved()
    scheduled = {**publication, **rules.released(publication, NOW, at)}
    assert (scheduled["state"], scheduled["release_at"]) == ("scheduled", at)
    late = rules.released(scheduled, at + timedelta(hours=5), None)
    assert (late["state"], late["release_at"]) == ("published", at)


def test_a_draft_can_neither_be_released_nor_withdrawn():
    for attempt in (lambda: rules.released(a_draft(), NOW, None), lambda: rules.withdrawn(a_draft(), NOW, "")):
        with pytest.raises(rules.WrongState) as refused:
            attempt()
        assert refused.value.allowed == ["edit", "submit"]


def test_withdrawing_twice_keeps_the_first_reason():
    publication = {**approved(), "state": "published"}
    withdrawn = {**publication, **rules.withdrawn(publication, NOW, "号码有误")}
    assert rules.withdrawn(withdrawn, NOW + timedelta(days=1), "别的") == {}


def test_the_table_names_known_states_and_leaves_a_withdrawn_publication_alone():
    states = {"draft", "in_review", "approved", "scheduled", "published", "withdrawn"}
    for row in rules.TRANSITIONS:
        assert {*row.before, row.after} <= states
        assert "withdrawn" not in row.before
    assert rules.allowed_actions("withdrawn") == []


PEOPLE = st.sampled_from(["writer", "co-writer", "a", "b", "c", "d"])
TITLES = st.sampled_from(["一", "二"])


class AnyOrderOfActions(RuleBasedStateMachine):
    """Whatever people do in whatever order, nothing becomes public without three independent reviews of it."""

    def __init__(self) -> None:
        super().__init__()
        self.publication = a_draft(title="一")
        self.hashes = {self.publication["content_hash"]}
        # What really happened, kept apart from the fields that the rules set.
        self.approvals: list[tuple[int, str, str]] = []
        self.changed_by = {"writer"}

    def _apply(self, change) -> bool:
        try:
            fields = change()
        except (
            rules.WrongState,
            rules.ReviewOutOfTurn,
            rules.ReviewerNotIndependent,
            rules.ContentChanged,
        ):
            return False
        self.publication = {**self.publication, **fields}
        return True

    @rule(person=PEOPLE, title=TITLES)
    def edit(self, person: str, title: str) -> None:
        before = self.publication["content_hash"]
        if self._apply(lambda: rules.edited(self.publication, {"title": title}, person)):
            self.hashes.add(self.publication["content_hash"])
            if self.publication["content_hash"] != before:
                self.approvals = []
                self.changed_by.add(person)

    @rule()
    def submit(self) -> None:
        self._apply(lambda: rules.submitted(self.publication))

    @rule(person=PEOPLE, stage=st.sampled_from([1, 2, 3]), decision=st.sampled_from(["approve", "return"]))
    def review(self, person: str, stage: int, decision: str) -> None:
        self._review(person, stage, decision, self.publication["content_hash"])

    @rule(person=PEOPLE, stage=st.sampled_from([1, 2, 3]), data=st.data())
    def review_an_old_text(self, person: str, stage: int, data) -> None:
        self._review(person, stage, "approve", data.draw(st.sampled_from(sorted(self.hashes))))

    @rule(person=PEOPLE)
    def review_in_turn(self, person: str) -> None:
        self._review(person, len(self.approvals) + 1, "approve", self.publication["content_hash"])

    def _review(self, person: str, stage: int, decision: str, of: str) -> None:
        entry = {"reviewer": {"id": person}, "comment": ""}
        done = self._apply(
            lambda: rules.reviewed(
                self.publication, stage=stage, decision=decision, of=of, reviewer_id=person, entry=entry
            )
        )
        if done and decision == "return":
            self.approvals = []
        elif done:
            self.approvals.append((stage, person, of))

    @rule(hours=st.sampled_from([None, -1, 1]))
    def release(self, hours: int | None) -> None:
        at = None if hours is None else NOW + timedelta(hours=hours)
        self._apply(lambda: rules.released(self.publication, NOW, at))

    @rule()
    def withdraw(self) -> None:
        self._apply(lambda: rules.withdrawn(self.publication, NOW, "理由"))

    @invariant()
    def what_is_released_was_reviewed_by_three_others(self) -> None:
        if self.publication["state"] in ("approved", "scheduled", "published"):
            people = {person for _, person, _ in self.approvals}
            assert [stage for stage, _, _ in self.approvals] == [1, 2, 3]
            assert len(people) == 3
            assert not people & self.changed_by
            assert {of for _, _, of in self.approvals} == {rules.content_hash(self.publication)}


AnyOrderOfActions.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyOrderOfActions = AnyOrderOfActions.TestCase
