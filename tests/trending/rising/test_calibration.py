import numpy as np
import pytest

from broadsheet.trending.rising import calibration
from broadsheet.trending.rising.calibration import Group
from broadsheet.trending.rising.logistic import sigmoid


def test_intervals_are_wilsons() -> None:
    assert Group(100, 0.3, 31).interval == pytest.approx((0.228, 0.406), abs=0.001)
    assert Group(10, 0.1, 0).interval == pytest.approx((0, 0.278), abs=0.001)
    assert Group(10, 0.9, 10).interval == pytest.approx((0.722, 1), abs=0.001)
    assert (Group(0, 0, 0).interval, Group(0, 0, 0).seen) == ((0, 1), 0)


def test_chances_that_are_too_sure_are_brought_back() -> None:
    chance = np.random.default_rng(5)
    odds = chance.normal(-1, 1, 20_000)
    labels = (chance.random(20_000) < sigmoid(odds)).astype(float)
    slope, offset = calibration.platt(2 * odds + 3, labels)
    assert (slope, offset) == (pytest.approx(0.5, abs=0.03), pytest.approx(-1.5, abs=0.1))


def test_tenths_go_from_the_least_to_the_most_likely_and_hold_all() -> None:
    chances = np.linspace(0, 1, 103)
    found = calibration.by_tenths(chances, (chances > 0.5).astype(float))
    assert sum(one.papers for one in found) == 103
    assert [one.told for one in found] == sorted(one.told for one in found)
    assert (found[0].seen, found[-1].seen) == (0, 1)
    assert len(calibration.by_tenths(chances[:4], chances[:4])) == 4


def test_the_score_of_right_and_of_wrong_chances() -> None:
    labels = np.array([0.0, 0.0, 1.0, 1.0])
    assert calibration.brier(labels, labels) == 0
    assert calibration.brier(0.5, labels) == 0.25
    assert calibration.brier(1 - labels, labels) == 1


def test_precision_is_that_of_the_order_and_ties_gain_nothing() -> None:
    labels = np.array([1.0, 0.0, 1.0, 0.0])
    assert calibration.average_precision(np.array([4.0, 3, 2, 1]), labels) == pytest.approx((1 + 2 / 3) / 2)
    assert calibration.average_precision(np.array([1.0, 2, 3, 4]), labels) == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert calibration.average_precision(np.zeros(4), labels) == 0.5
    assert calibration.average_precision(labels, np.zeros(4)) == 0


def test_a_lead_is_sure_where_it_is_large_and_unsure_where_it_is_none() -> None:
    chance = np.random.default_rng(5)
    labels = (chance.random(2_000) < 0.1).astype(float)
    days = np.arange(2_000) // 20
    noise, sign = chance.normal(size=2_000), labels + chance.normal(size=2_000)
    low, high = calibration.lead(sign, noise, labels, days, 100)
    assert 0.05 < low < high < 0.5
    low, high = calibration.lead(noise, chance.normal(size=2_000), labels, days, 100)
    assert low < 0 < high
    assert calibration.lead(noise, noise, labels, days, 10) == (0, 0)
