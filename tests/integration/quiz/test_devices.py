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
    def the_person_comes_back_on_any_device(self):
        resumed = begin(self.store, self.exam, self.person)
        assert resumed["id"] == self.attempt["id"]
        seen = {answer["question_id"]: (answer["sequence"], answer["answer"]) for answer in resumed["answers"]}
        assert seen == {
            self.id(place): (max(known), known[max(known)]) for place, known in self.acknowledged.items() if known
        }

    @rule(data=st.data())
    def what_several_tabs_sent_arrives_in_any_order(self, data):
        """Each tab numbers on from the greatest sequence it knows of; the network does as it likes."""
        greatest = max((max(known) for known in self.acknowledged.values() if known), default=-1)
        tabs = data.draw(st.lists(st.lists(st.tuples(places, answers), max_size=3), min_size=2, max_size=3))
        sent = []
        for tab, saves in enumerate(tabs):
            for step, (place, answer) in enumerate(saves, start=1):
                # Tabs take turns in the numbers, as different devices do who read the same attempt.
                sequence = greatest + len(tabs) * step + tab
                sent.append((place, [answer] if place == 1 and answer else answer, sequence))
        for arriving in data.draw(st.permutations(sent)):
            self.sent.append(arriving)
            self.save(*arriving)

    def id(self, place):
        return self.attempt["questions"][place]["id"]

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
        newest = {place: (max(known), known[max(known)]) for place, known in self.acknowledged.items() if known}
        assert receipt["answers_stored"] == sum(answer is not None for _, answer in newest.values())
        listed = {answer["question_id"]: answer for answer in receipt["answers"]}
        assert {id: (answer["sequence"], answer["answered"]) for id, answer in listed.items()} == {
            self.id(place): (sequence, answer is not None) for place, (sequence, answer) in newest.items()
        }
        assert submit(self.store, self.attempt, self.person) == receipt


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
