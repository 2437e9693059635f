"""Several devices of one person save in any order, late, twice, interleaved: the newest of each question stands."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.quiz.model.attempt import SequenceTaken
from tests.integration.quiz.building import a_member, begin, save, submit

answers = st.sampled_from("ABCD") | st.none()
places = st.just(0) | st.just(1)


class Devices(RuleBasedStateMachine):
    """The model beside the database: for each question the saves that were acknowledged as stored."""

    store = None
    exam = None

    def __init__(self):
        super().__init__()
        self.person = a_member("devices")
        self.attempt = begin(self.store, self.exam, self.person)
        self.acknowledged = {0: {}, 1: {}}
        self.sent = []

    @rule(place=places, answer=answers, sequence=st.integers(0, 6))
    def a_save_arrives(self, place, answer, sequence):
        answer = [answer] if place == 1 and answer else answer
        self.sent.append((place, answer, sequence))
        self.save(place, answer, sequence)

    @rule(data=st.data())
    def an_earlier_save_arrives_again(self, data):
        if self.sent:
            self.save(*data.draw(st.sampled_from(self.sent)))

    @rule()
    def the_person_comes_back(self):
        assert begin(self.store, self.exam, self.person)["id"] == self.attempt["id"]

    def save(self, place, answer, sequence):
        known = self.acknowledged[place]
        newest = max(known, default=-1)
        try:
            told = save(self.store, self.attempt, self.person, place, answer, sequence)["sequence"]
        except SequenceTaken:
            assert sequence == newest
            assert known[newest] != answer
            return
        assert told == max(sequence, newest)
        if told == sequence:
            known[sequence] = answer

    @invariant()
    def the_newest_acknowledged_answer_is_what_is_stored(self):
        stored = self.store.attempts.get(self.attempt["id"])["answers"]
        for place, known in self.acknowledged.items():
            kept = stored.get(self.attempt["questions"][place]["id"])
            if known:
                assert (kept["sequence"], kept["answer"]) == (max(known), known[max(known)])
            else:
                assert kept is None

    def teardown(self):
        receipt = submit(self.store, self.attempt, self.person)
        newest = [known[max(known)] for known in self.acknowledged.values() if known]
        assert receipt["answers_stored"] == sum(answer is not None for answer in newest)


def test_no_device_ever_loses_a_newer_answer(store, exam):
    Devices.store, Devices.exam = store, exam
    run_state_machine_as_test(
        Devices,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
