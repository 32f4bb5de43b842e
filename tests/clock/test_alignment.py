"""Time truth: a simulated radio with known clocks; what the aligner's times are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from clock_radio import START_NS, Radio, align, transmit

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.quality import LinkQuality

PELVIS, LEFT, RIGHT = Placement.PELVIS, Placement.THIGH_LEFT, Placement.THIGH_RIGHT


def time_errors(
    radio: Radio, skews_ppm: tuple[float, float], seconds: float, seed: int
) -> tuple[FloatArray, FloatArray, list[LinkQuality]]:
    """Error of two sensors' times (s) at the rows where both are valid, from 3 s on."""
    rng = np.random.default_rng(seed)
    made = []
    for placement, skew in zip((PELVIS, LEFT), skews_ppm, strict=True):
        made.append(transmit(replace(radio, skew_ppm=skew), placement, seconds, rng))
    grid, aligner = align([m[0] for m in made], [m[1] for m in made])
    # the grid starts at the first arrival of any sensor
    origin_ns = min(m[1].host_ns[0] for m in made) - START_NS
    row_s = np.arange(len(grid)) / grid.rate_hz
    first, second = (grid.sensors[p] for p in (PELVIS, LEFT))
    fine = first.valid & second.valid & (row_s > 3.0)
    errors = [row_s + 1e-9 * origin_ns - signal.acc[:, 0] for signal in (first, second)]
    return errors[0][fine], errors[1][fine], list(aligner.quality().values())


def differences_p95(radio: Radio) -> float:
    """95th percentile of the two sensors' difference (s), 400 s each of three pairs of clocks."""
    pairs = [
        time_errors(radio, (skew, -skew), 400.0, seed)
        for seed, skew in enumerate((180.0, -60.0, 15.0))
    ]
    differences = np.concatenate([first - second for first, second, _ in pairs])
    return float(np.percentile(np.abs(differences), 95))


BEATING = {
    "interval 15 ms, 2 samples at 104 Hz": Radio(rate_hz=104.0),
    "interval 7.5 ms, 5 samples": Radio(interval_s=0.0075, per_packet=5),
    "interval 47.5 ms, 10 samples": Radio(interval_s=0.0475, per_packet=10),
    "interval 30 ms, 1 sample at 60 Hz": Radio(rate_hz=59.3, interval_s=0.03, per_packet=1),
    "interval 22.5 ms, 3 samples, counter +4 %": Radio(
        tick="counter", rate_error=0.04, interval_s=0.0225, per_packet=3
    ),
}


@pytest.mark.parametrize("name", BEATING)
def test_beating_intervals_align_within_five_milliseconds(name: str) -> None:
    p95 = differences_p95(BEATING[name])
    print(f"{name}: p95 of the difference {1e3 * p95:.1f} ms")
    assert p95 < 0.005


NOT_BEATING = {
    "interval 15 ms, 2 samples": Radio(),
    "interval 30 ms, 1 sample": Radio(interval_s=0.03, per_packet=1),
    "interval 30 ms, 4 samples, jitter 60 ms": Radio(interval_s=0.03, per_packet=4, jitter_s=0.06),
    "interval 50 ms, 4 samples, jitter 60 ms": Radio(interval_s=0.05, per_packet=4, jitter_s=0.06),
}


@pytest.mark.parametrize("name", NOT_BEATING)
def test_other_intervals_align_within_half_an_interval(name: str) -> None:
    p95 = differences_p95(NOT_BEATING[name])
    print(f"{name}: p95 of the difference {1e3 * p95:.1f} ms")
    assert p95 < 0.5 * NOT_BEATING[name].interval_s


def test_stated_uncertainty_is_honest() -> None:
    radios = [Radio(), Radio(interval_s=0.05, per_packet=4, jitter_s=0.06), Radio(per_packet=3)]
    scores = []
    for seed in range(12):
        first, second, quality = time_errors(radios[seed % 3], (90.0, -30.0), 120.0, seed)
        stated = np.hypot(*(q.clock_sigma_s for q in quality))
        scores.append((first[-1] - second[-1]) / stated)
    assert 0.2 < np.sqrt(np.mean(np.square(scores))) < 1.5


def test_skew_is_tracked_for_hours_of_warming() -> None:
    radio = Radio(rate_hz=52.0, drift_ppm_per_hour=8.0)
    first, second, quality = time_errors(radio, (200.0, -200.0), 3600.0, 5)
    late = slice(len(first) // 4, None)
    assert np.percentile(np.abs(first[late] - second[late]), 95) < 0.004
    assert quality[0].skew_ppm == pytest.approx(208.0, abs=5.0)
    assert quality[1].skew_ppm == pytest.approx(-192.0, abs=5.0)


def test_times_never_step_in_steady_state() -> None:
    first, _, _ = time_errors(Radio(), (150.0, 0.0), 400.0, 3)
    steady = first[len(first) // 4 :]
    second_apart = steady[100:] - steady[:-100]
    assert np.abs(second_apart).max() < 0.005


@pytest.mark.parametrize("rate_error", [-0.05, 0.05])
def test_arrival_count_follows_the_rate(rate_error: float) -> None:
    radio = Radio(tick="none", rate_error=rate_error, loss=0.0)
    first, second, quality = time_errors(radio, (0.0, 0.0), 120.0, 2)
    assert np.percentile(np.abs(first - second), 95) < 0.015
    assert quality[0].rate_hz == pytest.approx(100.0 * (1.0 + rate_error), rel=2e-3)
    assert quality[0].lost == 0
    assert quality[0].clock_source == "arrival"
    assert quality[0].clock_sigma_s > 0.01
