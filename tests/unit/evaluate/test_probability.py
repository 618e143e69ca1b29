"""Calibration and precision-recall of a few probabilities, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.evaluate.probability import Bin, calibration, calibration_error, precision_recall


def test_bins_hold_what_was_said_and_what_was_so() -> None:
    bins = calibration(np.array([0.125, 0.1875, 0.9375, 1.0, 0.0]), np.array([False, True, True, True, False]))
    assert bins == [Bin(1, 0.0, 0.0), Bin(2, 0.15625, 0.5), Bin(2, 0.96875, 1.0)]
    assert calibration_error(bins) == pytest.approx((2 * 0.34375 + 2 * 0.03125) / 5)


def test_the_error_is_0_for_honest_probabilities_and_large_for_boasts() -> None:
    draw = np.random.default_rng(1)
    said = draw.random(20_000)
    assert calibration_error(calibration(said, draw.random(20_000) < said)) < 0.02
    boasts = np.where(said < 0.5, said / 4, 1 - (1 - said) / 4)
    assert calibration_error(calibration(boasts, draw.random(20_000) < said)) > 0.15
    assert calibration_error([]) == 0


def test_the_curve_takes_alerts_of_one_probability_together() -> None:
    curve = precision_recall(np.array([0.2, 0.9, 0.5, 0.5]), np.array([False, True, True, False]), due=4)
    assert curve.threshold.tolist() == [0.9, 0.5, 0.2]
    assert curve.precision.tolist() == pytest.approx([1, 2 / 3, 1 / 2])
    assert curve.recall.tolist() == [0.25, 0.5, 0.5]
    assert curve.average_precision == pytest.approx(0.25 + 0.25 * 2 / 3)
