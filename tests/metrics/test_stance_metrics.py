"""Stance metrics on curves whose values can be told by hand; their uncertainties."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from streams import exact

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.curves import hip_curves, obliquity_curves
from pelvicsense.metrics.hip import axis_products
from pelvicsense.metrics.stance import StanceTask, stance_metrics
from pelvicsense.metrics.stance_config import StanceConfig
from pelvicsense.metrics.tables import side_by_side
from pelvicsense.numerics import quaternion

STILL = quaternion.from_matrix(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]))

TASK = StanceTask(
    side=Side.RIGHT,
    activity=Activity.WALK,
    first=1000,
    end=1061,
    contact=1000.25,
    final=1059.5,
    contact_sigma=1.8,
    final_sigma=1.8,
    forward_sigma=math.radians(2.0),
    heading=0.0,
    heading_sigma=math.radians(2.0),
    drift_sigma=math.radians(0.5),
)


def axes(x_rad: FloatArray, y_rad: FloatArray) -> FloatArray:
    """Segments turned from the still pose about their x, then about their y, (n, 3, 3)."""
    zero = np.zeros_like(x_rad)
    about_x = quaternion.from_rotation_vector(np.stack([x_rad, zero, zero], axis=1))
    about_y = quaternion.from_rotation_vector(np.stack([zero, y_rad, zero], axis=1))
    turned = quaternion.multiply(STILL, quaternion.multiply(about_x, about_y))
    return quaternion.to_matrix(turned)


def measure(
    task: StanceTask,
    drop_deg: FloatArray,
    adduction_deg: FloatArray | None = None,
    rotation_deg: FloatArray | None = None,
) -> tuple[StrideAngles, StrideAngles]:
    """Measure a drop with upright thighs, or hip angles with a level pelvis."""
    zero = np.zeros_like(drop_deg)
    sign = task.side.sign
    pelvis = axes(-sign * np.deg2rad(drop_deg), zero)
    drops = pelvis[None, :, 2, [2, 0]]
    if adduction_deg is None or rotation_deg is None:
        [result] = stance_metrics([replace(task, heading=math.nan)], drops, None, StanceConfig())
        return result
    thigh = axes(sign * np.deg2rad(adduction_deg), sign * np.deg2rad(rotation_deg))
    [result] = stance_metrics([task], drops, axis_products(pelvis, thigh)[None], StanceConfig())
    return result


def table(stretches: list[FloatArray]) -> FloatArray:
    """Stretches side by side, the last row of a short one repeated."""
    end = np.cumsum([len(rows) for rows in stretches])
    first = np.concatenate([[0], end[:-1]])
    return np.concatenate(stretches)[side_by_side(first, end)]


def tent(rows: FloatArray, top_row: float, top: float, rise: float, fall: float) -> FloatArray:
    """Rises by ``rise`` a row to ``top`` at ``top_row``, then falls by ``fall`` a row."""
    return np.where(rows < top_row, top - rise * (top_row - rows), top - fall * (rows - top_row))


ROWS = np.arange(61.0)


@pytest.mark.parametrize("side", Side)
def test_drop_of_a_tent(side: Side) -> None:
    """Contact at row 0.25, final at 59.5, so midstance at 29.875; top of 6° at row 20."""
    values, _ = measure(replace(TASK, side=side), tent(ROWS, 20.0, 6.0, 0.2, 0.1))
    assert values.pelvic_drop_at_contact_deg == pytest.approx(6.0 - 0.2 * 19.75, abs=1e-9)
    assert values.pelvic_drop_midstance_deg == pytest.approx(6.0 - 0.1 * 9.875, abs=1e-9)
    assert values.pelvic_drop_peak_deg == pytest.approx(6.0, abs=1e-9)
    assert values.pelvic_drop_excursion_deg == pytest.approx(0.2 * 19.75, abs=1e-9)


@pytest.mark.parametrize("side", Side)
def test_hip_angles_of_a_tent(side: Side) -> None:
    zero = np.zeros(61)
    adduction = tent(ROWS, 15.0, 8.0, 0.4, 0.1)
    rotation = tent(ROWS, 30.0, 5.0, 0.3, 0.3)
    values, _ = measure(replace(TASK, side=side), zero, adduction, zero)
    assert values.hip_adduction_peak_deg == pytest.approx(8.0, abs=1e-9)
    assert values.hip_adduction_excursion_deg == pytest.approx(0.4 * 14.75, abs=1e-9)
    values, _ = measure(replace(TASK, side=side), zero, zero, rotation)
    assert values.thigh_rotation_at_contact_deg == pytest.approx(5.0 - 0.3 * 29.75, abs=1e-9)
    assert values.thigh_rotation_peak_deg == pytest.approx(5.0, abs=1e-9)
    assert values.thigh_rotation_excursion_deg == pytest.approx(0.3 * 29.75, abs=1e-9)


def test_a_peak_at_a_border_is_the_interpolated_value_there() -> None:
    falling, _ = measure(TASK, 5.0 - 0.1 * ROWS)
    assert falling.pelvic_drop_peak_deg == pytest.approx(5.0 - 0.1 * 0.25, abs=1e-9)
    assert falling.pelvic_drop_excursion_deg == pytest.approx(0.0, abs=1e-9)
    rising, _ = measure(TASK, 0.1 * ROWS)
    assert rising.pelvic_drop_peak_deg == pytest.approx(5.95, abs=1e-9)


def test_what_lies_outside_of_the_stance_is_no_peak() -> None:
    """The first and last row enclose the contacts; their own values are not reached."""
    spike = np.zeros(61)
    spike[[0, -1]] = 9.0
    values, _ = measure(TASK, spike)
    assert values.pelvic_drop_peak_deg == pytest.approx(9.0 * 0.75, abs=0.02)


def test_without_a_thigh_hip_angles_are_unknown() -> None:
    values, errors = measure(TASK, np.zeros(61))
    for unknown in (values, errors):
        assert math.isnan(unknown.hip_adduction_peak_deg)
        assert math.isnan(unknown.thigh_rotation_excursion_deg)
        assert not math.isnan(unknown.pelvic_drop_peak_deg)


@pytest.mark.parametrize("sigma", ["forward_sigma", "heading_sigma", "drift_sigma"])
def test_uncertainty_grows_with_every_sigma(sigma: str) -> None:
    """Rotation takes up the heading's errors; adduction does once the thigh is inclined."""
    known = replace(TASK, **{sigma: math.radians(0.1)})
    unsure = replace(TASK, **{sigma: math.radians(4.0)})
    shape = tent(ROWS, 20.0, 6.0, 0.2, 0.1)
    before, after = (measure(task, shape, shape, shape) for task in (known, unsure))
    for name in ("hip_adduction_peak_deg", "thigh_rotation_peak_deg"):
        assert getattr(after[1], name) >= getattr(before[1], name)
    assert exact(before[0]) == exact(after[0])
    if sigma == "drift_sigma":
        assert after[1].thigh_rotation_peak_deg == pytest.approx(4.0, abs=0.5)


def test_a_steeper_contact_is_less_certain() -> None:
    _, flat = measure(TASK, np.zeros(61))
    _, steep = measure(TASK, tent(ROWS, 20.0, 6.0, 0.3, 0.1))
    assert steep.pelvic_drop_at_contact_deg > 2.0 * flat.pelvic_drop_at_contact_deg
    assert steep.pelvic_drop_peak_deg == pytest.approx(flat.pelvic_drop_peak_deg, abs=0.01)


def test_an_uncertain_heading_empties_what_depends_on_it() -> None:
    shape = tent(ROWS, 20.0, 6.0, 0.2, 0.1)
    values, errors = measure(replace(TASK, drift_sigma=math.radians(6.0)), shape, shape, shape)
    for unknown in (values, errors):
        assert math.isnan(unknown.hip_adduction_peak_deg)
        assert math.isnan(unknown.hip_adduction_excursion_deg)
        assert math.isnan(unknown.thigh_rotation_at_contact_deg)
        assert math.isnan(unknown.thigh_rotation_peak_deg)
        assert not math.isnan(unknown.pelvic_drop_peak_deg)


def test_a_lost_heading_empties_every_hip_angle() -> None:
    shape = tent(ROWS, 20.0, 6.0, 0.2, 0.1)
    values, errors = measure(replace(TASK, drift_sigma=math.inf), shape, shape, shape)
    for unknown in (values, errors):
        assert math.isnan(unknown.thigh_rotation_excursion_deg)
        assert math.isnan(unknown.thigh_rotation_peak_deg)
        assert math.isnan(unknown.hip_adduction_peak_deg)


def test_a_stance_is_measured_the_same_alone_and_among_others() -> None:
    rng = np.random.default_rng(1)
    tasks, drops, hips = [], [], []
    for side in (Side.RIGHT, Side.LEFT, Side.RIGHT, Side.LEFT, Side.LEFT):
        n = int(rng.integers(25, 80))
        pelvis = axes(*np.cumsum(rng.normal(0.0, 0.01, (2, n)), axis=1))
        thigh = axes(*np.cumsum(rng.normal(0.0, 0.01, (2, n)), axis=1))
        heading = math.nan if len(hips) == 2 else TASK.heading
        span = {"end": 1000 + n, "final": 1000.0 + n - 1.4}
        tasks.append(replace(TASK, side=side, heading=heading, **span))
        drops.append(np.ascontiguousarray(pelvis[:, 2, [2, 0]]))
        hips.append(axis_products(pelvis, thigh))
    config = StanceConfig()
    known = [hip for task, hip in zip(tasks, hips, strict=True) if task.hip_known]
    together = stance_metrics(tasks, table(drops), table(known), config)
    for task, drop, hip, expected in zip(tasks, drops, hips, together, strict=True):
        own = hip[None] if task.hip_known else None
        [alone] = stance_metrics([task], drop[None], own, config)
        assert exact(alone) == exact(expected)


def test_curves_go_from_contact_to_contact() -> None:
    """101 points, straight between rows, both contacts included, each stride for itself."""
    ramps = [0.001 * np.arange(n)[:, None] for n in (111, 71)]
    curves = obliquity_curves(table(ramps)[..., 0], [(0.5, 110.0), (0.25, 69.5)])
    assert curves.shape == (2, 101)
    for curve, (start, end) in zip(curves, [(0.5, 110.0), (0.25, 69.5)], strict=True):
        rows = np.linspace(start, end, 101)
        np.testing.assert_allclose(curve, np.rad2deg(np.arcsin(0.001 * rows)), atol=1e-4)


def test_hip_curves_follow_the_angles_of_each_side() -> None:
    zero = np.zeros(61)
    adduction, rotation = tent(ROWS, 15.0, 8.0, 0.4, 0.1), tent(ROWS, 30.0, 5.0, 0.3, 0.3)
    rows = [
        axis_products(axes(zero, zero), axes(side.sign * np.deg2rad(adduction), zero))
        for side in Side
    ] + [axis_products(axes(zero, zero), axes(zero, np.deg2rad(rotation)))]
    signs = [side.sign for side in Side] + [1.0]
    borders = [(0.0, 60.0)] * 3
    adductions, rotations = hip_curves(table(rows), borders, [0.0] * 3, signs)
    at = np.linspace(0.0, 60.0, 101)
    for curve in adductions[:2]:
        np.testing.assert_allclose(curve, np.interp(at, ROWS, adduction), atol=1e-9)
    np.testing.assert_allclose(rotations[2], np.interp(at, ROWS, rotation), atol=1e-9)
