"""Swings of a thigh from its flexion rate and inclination."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.gait.swings import Swing, SwingConfig, SwingDetector

RATE_HZ = 100.0


def swings(rate: FloatArray, angle: FloatArray, cuts: tuple[int, ...] = ()) -> list[Swing]:
    detector = SwingDetector(SwingConfig(), RATE_HZ, 0)
    for a, b in pairwise(sorted({0, len(rate), *cuts})):
        detector.feed(rate[a:b], angle[a:b])
    return detector.swings


def pendulum(amplitude: float, n: int = 600) -> tuple[FloatArray, FloatArray]:
    """Flexion between ± amplitude, rad, once a second, from full extension on."""
    t = np.arange(n) / RATE_HZ
    phase = 2.0 * np.pi * t
    return 2.0 * np.pi * amplitude * np.sin(phase), -amplitude * np.cos(phase)


def test_a_swing_goes_from_most_extended_to_most_flexed() -> None:
    found = [swing for swing in swings(*pendulum(0.4)) if np.isfinite(swing.end)][1:]
    assert len(found) == 5
    for number, swing in enumerate(found, start=1):
        assert swing.start == pytest.approx(100.0 * number, abs=0.1)
        assert swing.end == pytest.approx(100.0 * number + 50.0, abs=0.1)
        assert swing.peak == pytest.approx(100.0 * number + 25.0, abs=1.0)
        assert swing.start_angle == pytest.approx(-0.4, abs=0.01)
        assert swing.end_angle == pytest.approx(0.4, abs=0.01)
        assert swing.area == pytest.approx(0.8, abs=0.05)


def test_a_twitch_is_taken_back() -> None:
    """Begun, but too small to have been one: known as such only from then on."""
    for swing in swings(*pendulum(0.06)):
        if np.isfinite(swing.end):
            assert swing.rejected_known == swing.end_known
            assert swing.begun(int(swing.accepted_known))
            assert not swing.complete(int(swing.end_known))


def test_nothing_is_known_before_it_happened() -> None:
    for swing in swings(*pendulum(0.4)):
        assert swing.start < swing.start_known <= swing.accepted_known
        assert swing.end < swing.end_known or not np.isfinite(swing.end)
        assert not swing.begun(swing.start_known - 1)


@pytest.mark.parametrize("seed", range(5))
def test_blocks_do_not_matter(seed: int) -> None:
    rate, angle = pendulum(0.4)
    rate = rate + np.random.default_rng(seed).normal(0.0, 0.5, len(rate))
    cuts = tuple(np.random.default_rng(seed).integers(1, 599, 20).tolist())
    assert swings(rate, angle, cuts) == swings(rate, angle)
