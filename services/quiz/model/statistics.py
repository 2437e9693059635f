"""What an exam says of its questions, by classical test theory.

The figures are those of Moodle's quiz report (docs.moodle.org/dev/Quiz_statistics_calculations), whose names they
keep, with the upper and lower 27 % of Kelley (1939, "The selection of upper and lower groups for the validation of
test items", Journal of Educational Psychology 30, 17-24) for what each option attracts. Variances and covariances are
those of a sample (n - 1).

Where papers are drawn, not everybody was asked each item. So an item's figures are over those who were; what it is
compared with is the share that they reached of the rest of their own paper; and the reliability is computed for each
set of items and pooled. Where everybody had the same paper, both are the usual figures.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import fmean, median
from typing import Any

# Kelley's share: far enough apart to differ, large enough to count.
GROUP = 0.27
# With fewer answers an alarm would be chance.
ENOUGH = 10
NEGATIVE, BEST_CHOOSE_OTHER = "negative_discrimination", "best_choose_distractor"
BINS = 10


@dataclass(frozen=True)
class Item:
    """A question as it is marked: its greatest score, and of choices all ``options`` and the right ones, ``key``."""

    id: str
    max_score: float
    options: tuple[str, ...] = ()
    key: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sitting:
    """One attempt: its ``score``, what each item earned, and which options were chosen of each choice."""

    score: float
    earned: dict[str, float]
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)


def of_exam(items: Sequence[Item], sittings: Sequence[Sitting], max_score: float) -> dict[str, Any]:
    """All figures of the exam: ``attempts``, those of the scores, ``reliability``, ``distribution`` and ``items``.
    What cannot be computed yet, of too few attempts or of none that differ, is None.
    """
    known = {item.id: item for item in items}
    scores = [sitting.score for sitting in sittings]
    return {
        "attempts": len(sittings),
        **of_scores(scores),
        **reliability(_by_items(known, sittings)),
        "distribution": distribution(scores, max_score),
        "items": [_of_item(item, asked) for item, asked in zip(items, _asked(items, known, sittings), strict=True)],
    }


def of_scores(scores: Sequence[float]) -> dict[str, float | None]:
    """``mean``, ``median``, ``standard_deviation``, and by Moodle's formulas (Fisher's k statistics) ``skewness``
    k3 / k2^(3/2) and ``kurtosis`` k4 / k2^2.
    """
    n = len(scores)
    figures: dict[str, float | None] = dict.fromkeys(("mean", "median", "standard_deviation", "skewness", "kurtosis"))
    if not n:
        return figures
    mean = fmean(scores)
    figures |= {"mean": mean, "median": float(median(scores))}
    if n < 2:
        return figures
    m2, m3, m4 = (fmean((score - mean) ** power for score in scores) for power in (2, 3, 4))
    k2 = n / (n - 1) * m2
    figures["standard_deviation"] = sqrt(k2)
    if k2 > 0 and n > 2:
        figures["skewness"] = n**2 / ((n - 1) * (n - 2)) * m3 / k2**1.5
    if k2 > 0 and n > 3:
        k4 = n**2 / ((n - 1) * (n - 2) * (n - 3)) * ((n + 1) * m4 - 3 * (n - 1) * m2**2)
        figures["kurtosis"] = k4 / k2**2
    return figures


def distribution(scores: Sequence[float], max_score: float) -> list[int]:
    """How many reached each tenth of the greatest score; who reached all of it is in the last."""
    tenths = (
        Counter(min(int(BINS * score / max_score + 1e-9), BINS - 1) for score in scores) if max_score else Counter()
    )
    return [tenths[place] for place in range(BINS)]


def cronbach_alpha(columns: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha (1951; with right and wrong only it is Kuder-Richardson's formula 20, and Moodle's coefficient
    of internal consistency): k / (k - 1) * (1 - sum of the items' variances / variance of the totals). ``columns``:
    for each item what each person earned. None with fewer than two items or persons, or where all totals are equal.
    """
    count = len(columns)
    if count < 2 or len(columns[0]) < 2:
        return None
    of_totals = covariance(totals := [sum(row) for row in zip(*columns, strict=True)], totals)
    if of_totals <= 0:
        return None
    return count / (count - 1) * (1 - sum(covariance(column, column) for column in columns) / of_totals)


def reliability(groups: Sequence[Sequence[Sequence[float]]]) -> dict[str, float | None]:
    """``alpha`` and the ``standard_error`` of measurement, s * sqrt(1 - alpha), from the columns of each set of items.

    Of several sets both are pooled by degrees of freedom: the mean of the alphas, and the root of the mean of the
    squared errors, each weighted with the number of its persons less one.
    """
    found = []
    for columns in groups:
        alpha = cronbach_alpha(columns)
        if alpha is not None:
            totals = [sum(row) for row in zip(*columns, strict=True)]
            found.append((len(totals) - 1, alpha, covariance(totals, totals) * (1 - alpha)))
    weight = sum(degrees for degrees, _, _ in found)
    if not weight:
        return {"alpha": None, "standard_error": None}
    return {
        "alpha": sum(degrees * alpha for degrees, alpha, _ in found) / weight,
        "standard_error": sqrt(sum(degrees * error for degrees, _, error in found) / weight),
    }


def _of_item(item: Item, asked: "Sequence[_Asked]") -> dict[str, Any]:
    """The item's figures over those who were asked it: ``facility`` (mean over greatest score), ``standard_deviation``,
    ``discrimination`` and ``efficiency`` (below), ``upper_lower`` (facility in the best 27 % less that in the weakest),
    ``options`` (how many chose each, of all and of both groups) and ``alarms``.
    """
    earned = [one.sitting.earned[item.id] for one in asked]
    rests = [one.rest(item, mark) for one, mark in zip(asked, earned, strict=True)]
    upper, lower = groups([one.share for one in asked])
    best, weakest = [earned[place] for place in upper], [earned[place] for place in lower]
    figures = {
        "id": item.id,
        "asked": len(asked),
        "facility": fmean(earned) / item.max_score if asked else None,
        "standard_deviation": sqrt(covariance(earned, earned)) if len(asked) > 1 else None,
        "discrimination": correlation(earned, rests),
        "efficiency": efficiency(earned, rests),
        "upper_lower": upper_lower(best, weakest, item.max_score),
        "options": _options(item, [one.sitting for one in asked], upper, lower),
    }
    return figures | {"alarms": _alarms(item, figures)}


def correlation(earned: Sequence[float], rests: Sequence[float]) -> float | None:
    """Moodle's discrimination index: the product-moment correlation of what the item earned with the rest of the paper
    (so that an item is not compared with itself). None where one of them does not vary.
    """
    if len(earned) < 2:
        return None
    of_both = covariance(earned, earned) * covariance(rests, rests)
    return covariance(earned, rests) / sqrt(of_both) if of_both > 1e-18 else None


def efficiency(earned: Sequence[float], rests: Sequence[float]) -> float | None:
    """Moodle's discriminative efficiency: the covariance of item and rest over the greatest that these marks could
    have, which is that of both in order.
    """
    if len(earned) < 2:
        return None
    greatest = covariance(sorted(earned), sorted(rests))
    return covariance(earned, rests) / greatest if abs(greatest) > 1e-12 else None


def upper_lower(upper: Sequence[float], lower: Sequence[float], max_score: float) -> float | None:
    """The discrimination index of upper and lower groups: the item's facility in the one less that in the other."""
    return (fmean(upper) - fmean(lower)) / max_score if upper and lower else None


def groups(shares: Sequence[float], part: float = GROUP) -> tuple[list[int], list[int]]:
    """The places of the best and of the weakest ``part``, equally many; of equals those who came first are in the
    lower.
    """
    size = int(part * len(shares) + 0.5)
    ordered = sorted(range(len(shares)), key=lambda place: shares[place])
    return ordered[len(ordered) - size :], ordered[:size]


def covariance(one: Sequence[float], other: Sequence[float]) -> float:
    """Of a sample of two or more: sum of the products of the deviations over n - 1."""
    mean_one, mean_other = fmean(one), fmean(other)
    return sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True)) / (len(one) - 1)


def _options(item: Item, asked: Sequence[Sitting], upper: list[int], lower: list[int]) -> list[dict[str, Any]]:
    def counted(some: Sequence[Sitting]) -> Counter[str]:
        return Counter(key for sitting in some for key in sitting.chosen.get(item.id, ()))

    of_all = counted(asked)
    of_upper, of_lower = counted([asked[place] for place in upper]), counted([asked[place] for place in lower])
    return [
        {"key": key, "right": key in item.key, "all": of_all[key], "upper": of_upper[key], "lower": of_lower[key]}
        for key in item.options
    ]


def _alarms(item: Item, figures: dict[str, Any]) -> list[str]:
    """What speaks for a wrong key: the better people are, the less they earn; or more of the best chose a wrong option
    than a right one.
    """
    if figures["asked"] < ENOUGH:
        return []
    found = []
    if figures["discrimination"] is not None and figures["discrimination"] < 0:
        found.append(NEGATIVE)
    right = [option["upper"] for option in figures["options"] if option["right"]]
    wrong = [option["upper"] for option in figures["options"] if not option["right"]]
    if right and wrong and max(wrong) > min(right):
        found.append(BEST_CHOOSE_OTHER)
    return found


@dataclass(frozen=True)
class _Asked:
    """A sitting in which an item was asked: what was ``reached`` of the whole paper, and ``of`` how much."""

    sitting: Sitting
    reached: float
    of: float

    @property
    def share(self) -> float:
        """The share reached of the paper."""
        return self.reached / self.of if self.of > 0 else 0.0

    def rest(self, item: Item, mark: float) -> float:
        """The share reached of all but this item."""
        return (self.reached - mark) / (self.of - item.max_score) if self.of > item.max_score else 0.0


def _asked(items: Sequence[Item], known: dict[str, Item], sittings: Sequence[Sitting]) -> list[list[_Asked]]:
    """For each item the sittings in which it was asked."""
    of_item: dict[str, list[_Asked]] = {item.id: [] for item in items}
    for sitting in sittings:
        marks = {id: mark for id, mark in sitting.earned.items() if id in known}
        asked = _Asked(sitting, sum(marks.values()), sum(known[id].max_score for id in marks))
        for id in marks:
            of_item[id].append(asked)
    return [of_item[item.id] for item in items]


def _by_items(items: dict[str, Item], sittings: Sequence[Sitting]) -> list[list[list[float]]]:
    """The columns of each set of items that was asked together."""
    sets: dict[frozenset[str], list[Sitting]] = {}
    for sitting in sittings:
        sets.setdefault(frozenset(sitting.earned.keys() & items.keys()), []).append(sitting)
    return [[[sitting.earned[id] for sitting in some] for id in sorted(ids)] for ids, some in sets.items() if ids]
