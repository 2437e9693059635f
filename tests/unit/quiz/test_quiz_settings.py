"""What the quiz service is told: a day's practice is a small set, whatever somebody writes into the environment."""

import pytest

from chassis.config import ConfigurationError, read
from services.quiz.settings import load_settings


def questions(environ):
    (settings,) = read(load_settings, environ=environ)
    return settings.practice_questions


@pytest.mark.parametrize("size", [5, 8, 10])
def test_a_day_asks_five_to_ten_questions(size):
    assert questions({"QUIZ_PRACTICE_QUESTIONS": str(size)}) == size


@pytest.mark.parametrize("size", ["4", "11", "0", "many"])
def test_a_set_that_is_too_small_or_takes_all_day_is_refused(size):
    with pytest.raises(ConfigurationError, match="QUIZ_PRACTICE_QUESTIONS"):
        read(load_settings, environ={"QUIZ_PRACTICE_QUESTIONS": size})


def test_where_nothing_is_said_there_is_a_set_all_the_same():
    assert 5 <= questions({}) <= 10
