"""Statistics against worked examples that were published, and against what must hold of drawn papers."""

import random

import pytest

from services.quiz.model import statistics
from services.quiz.model.statistics import Item, Sitting

# What Moodle checks its own report with (mod/quiz/report/statistics/tests: fixtures/mdl_question_states.csv, attempts
# made at random): the marks of 22 attempts on 13 questions, the first out of 8, the others out of 1. The expected
# figures are those of its spreadsheet stats.xls, as statistics_test.php quotes them.
MARKS = """
5.5 .3 .9 1 .3 1 0 0 1 1 0 0 1|1 .9 .9 .3 .3 1 0 0 1 0 1 0 1|2.5 1 .9 .3 1 0 0 1 1 1 1 1 1|4 .3 .9 1 .3 0 0 0 0 1 0 0 1
3 .9 .3 .9 1 0 1 0 0 1 1 1 0|4.5 .9 1 1 .9 0 1 1 1 0 0 0 0|3 .3 .3 .3 .3 1 0 1 1 1 1 1 1|6 .9 .9 1 .3 0 1 1 1 1 0 0 1
.5 .9 1 .9 .3 0 1 1 0 1 1 0 1|5.5 .9 1 .9 .3 1 1 0 0 1 0 0 0|2.5 .9 1 1 .9 0 1 0 0 1 0 0 1|4 .9 .3 .9 1 0 1 1 1 1 1 0 1
4 .9 .3 .3 1 1 1 1 0 0 1 1 0|3 1 1 .3 1 0 1 0 1 1 1 1 0|1 1 .9 .3 .3 1 0 1 0 0 0 0 0|1 .3 .3 .3 .9 0 0 0 1 0 0 0 1
1.5 1 .3 .9 1 1 1 0 1 1 0 0 0|4 .9 1 .9 1 0 1 1 1 0 1 0 0|2 .9 .9 .3 .9 0 1 0 0 0 0 0 0|1 1 .3 .3 .3 0 1 1 0 1 0 0 0
6 .9 1 1 .9 0 0 0 1 0 0 1 1|7 .9 .3 .3 .3 1 0 1 1 1 1 0 0
"""
GREATEST = (8, *[1] * 12)
FACILITY = (41.19318182, 81.36363636, 71.36363636, 65.45454545, 65.90909091, 36.36363636, 59.09090909, 50, 59.09090909,
            63.63636364, 45.45454545, 27.27272727, 50)  # fmt: skip
DEVIATION = (1912.733589, 251.2738111, 322.6312277, 333.4199022, 337.5811591, 492.3659639, 503.2362797, 511.7663157,
             503.2362797, 492.3659639, 509.6471914, 455.8423058, 511.7663157)  # fmt: skip
DISCRIMINATION = (25.88327077, 1.170256965, -4.207816809, 28.16930644, -2.513606859, -12.99017581, -8.900638238,
                  8.670004606, 29.63337745, 15.18945843, 16.21079629, 15.52451404, -8.396734802)  # fmt: skip
EFFICIENCY = (27.23492723, 1.382386552, -4.691171307, 31.12404354, -2.877487579, -17.5074184, -10.27568922, 10.86956522,
              34.58997279, 17.4790556, 20.14359793, 22.06477733, -10)  # fmt: skip

# K. Wuensch, East Carolina University, core.ecu.edu/wuenschk/StatHelp/KR20.txt: ten students, a quiz of ten items;
# the sum of p * q is 2.18, the variance of the totals 5.84 (both over n, which alpha does not see).
KR20 = ("1111110110", "1011011101", "1111011001", "0010001000", "0000010010", "1110111111", "1101110111", "1111111101",
        "0101111101", "1101101110")  # fmt: skip

# "Item Analysis Worksheet", studylib.net/doc/25270846: the five best and the five weakest students of a class, ten
# questions, with the discrimination D of each.
UPPER = ("1111111111", "1111111101", "1101111100", "0111110101", "1110111001")
LOWER = ("1110110100", "0110110101", "0111001010", "1110100001", "0100010010")
D = (0.4, 0.0, 0.0, 0.6, 0.4, 0.4, 0.6, 0.4, -0.2, 0.4)


def sittings_of(rows):
    return [Sitting(sum(row), {f"q{place}": mark for place, mark in enumerate(row)}) for row in rows]


def moodles():
    rows = [[float(mark) for mark in row.split()] for row in MARKS.replace("\n", "|").strip("|").split("|")]
    items = [Item(f"q{place}", greatest) for place, greatest in enumerate(GREATEST)]
    return statistics.of_exam(items, sittings_of(rows), 20.0)


@pytest.mark.parametrize(
    ("figure", "expected", "scale"),
    [
        ("facility", FACILITY, 100),
        ("standard_deviation", DEVIATION, 1000),
        ("discrimination", DISCRIMINATION, 100),
        ("efficiency", EFFICIENCY, 100),
    ],
)
def test_items_have_the_figures_that_moodle_publishes_for_its_own_example(figure, expected, scale):
    found = [item[figure] * scale for item in moodles()["items"]]

    assert found == pytest.approx(expected, abs=1e-6)


def test_alpha_is_that_of_a_published_example_of_the_formula_20():
    columns = [[float(row[place]) for row in KR20] for place in range(10)]

    assert statistics.cronbach_alpha(columns) == pytest.approx(10 / 9 * (1 - 2.18 / 5.84))
    assert statistics.cronbach_alpha(columns) == pytest.approx(0.696, abs=5e-4)


def test_the_standard_error_is_the_deviation_of_the_totals_less_what_is_reliable():
    columns = [[float(row[place]) for row in KR20] for place in range(10)]
    found = statistics.reliability([columns])

    assert found["standard_error"] == pytest.approx((5.84 * 10 / 9 * (1 - found["alpha"])) ** 0.5)


def test_upper_and_lower_groups_discriminate_as_in_a_published_worksheet():
    rows = [[float(mark) for mark in row] for row in UPPER + LOWER]
    upper, lower = statistics.groups([sum(row) for row in rows], 0.5)

    assert (sorted(upper), sorted(lower)) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])
    found = [
        statistics.upper_lower([rows[place][item] for place in upper], [rows[place][item] for place in lower], 1.0)
        for item in range(10)
    ]
    assert found == pytest.approx(D)


def test_skewness_and_kurtosis_are_fishers():
    # S. Brown, "Measures of Shape", brownmath.com/stat/shape.htm: the heights of 100 men.
    heights = [61] * 5 + [64] * 18 + [67] * 42 + [70] * 27 + [73] * 8

    found = statistics.of_scores(heights)

    assert (found["mean"], found["median"]) == (pytest.approx(67.45), 67.0)
    assert found["skewness"] == pytest.approx(-0.1098, abs=5e-5)
    assert found["kurtosis"] == pytest.approx(-0.2091, abs=5e-5)


def test_the_distribution_counts_everybody_once():
    assert statistics.distribution([0, 9.99, 10, 55, 99.5, 100], 100) == [2, 1, 0, 0, 0, 1, 0, 0, 0, 2]


def a_choice(id, right, options="ABCD"):
    return Item(id, 1.0, tuple(options), frozenset(right))


def sat(choices, keys):
    earned = {id: float(keys[id] == chosen) for id, chosen in choices.items()}
    return Sitting(sum(earned.values()), earned, {id: (chosen,) for id, chosen in choices.items()})


def test_a_wrong_key_rings_both_alarms_and_a_right_one_none():
    """Forty people of growing skill; the good ones know that the first question's answer is C, its key says B."""
    keys = {"q0": "B"} | {f"q{place}": "A" for place in range(1, 9)}
    sittings = []
    for person in range(40):
        knows = person // 5
        choices = {f"q{place}": "A" if place <= knows + 2 else "D" for place in range(1, 9)}
        sittings.append(sat({"q0": "C" if knows > 3 else "B"} | choices, keys))
    items = [a_choice(id, key) for id, key in keys.items()]

    first, *others = statistics.of_exam(items, sittings, 9.0)["items"]

    assert first["alarms"] == ["negative_discrimination", "best_choose_distractor"]
    assert first["discrimination"] < 0
    chosen = {option["key"]: (option["all"], option["upper"], option["lower"]) for option in first["options"]}
    assert chosen == {"A": (0, 0, 0), "B": (20, 0, 11), "C": (20, 11, 0), "D": (0, 0, 0)}
    assert [item["alarms"] for item in others] == [[]] * 8


def test_few_answers_ring_no_alarm():
    keys = {"q0": "B", "q1": "A"}
    sittings = [sat({"q0": "C", "q1": "A"}, keys) for _ in range(5)] + [sat({"q0": "B", "q1": "D"}, keys)] * 4

    figures = statistics.of_exam([a_choice(id, key) for id, key in keys.items()], sittings, 2.0)

    assert [item["alarms"] for item in figures["items"]] == [[], []]
    assert figures["items"][0]["discrimination"] == pytest.approx(-1)


def test_of_drawn_papers_an_item_is_measured_by_those_who_were_asked_it_alone():
    chance = random.Random(7)
    one = [[float(chance.random() < 0.2 + person / 60) for _ in range(5)] for person in range(40)]
    other = [[float(chance.random() < 0.5) for _ in range(5)] for _ in range(30)]
    shared = Item("q0", 1.0)
    first = [Sitting(sum(row), {f"q{place}": mark for place, mark in enumerate(row)}) for row in one]
    second = [Sitting(sum(row), {f"r{place}": mark for place, mark in enumerate(row)}) for row in other]
    items = [shared, *(Item(f"{name}{place}", 1.0) for name in "qr" for place in range(5) if (name, place) != ("q", 0))]

    alone = statistics.of_exam([item for item in items if item.id.startswith("q")], first, 5.0)
    together = statistics.of_exam(items, first + second, 5.0)

    assert together["items"][:5] == alone["items"]
    alphas = [statistics.cronbach_alpha([[row[place] for row in rows] for place in range(5)]) for rows in (one, other)]
    assert together["alpha"] == pytest.approx((39 * alphas[0] + 29 * alphas[1]) / 68)


def test_a_question_of_which_nothing_is_known_yet_has_no_figures():
    figures = statistics.of_exam([Item("q0", 1.0)], [], 1.0)

    assert figures["attempts"] == 0
    assert (figures["mean"], figures["alpha"], figures["items"][0]["facility"]) == (None, None, None)
    one = statistics.of_exam([Item("q0", 1.0)], [Sitting(1.0, {"q0": 1.0})], 1.0)["items"][0]
    assert (one["facility"], one["discrimination"], one["efficiency"], one["upper_lower"]) == (1.0, None, None, None)
