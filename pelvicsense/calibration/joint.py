"""Heading between pelvis and thigh from the hip joint: both sensors see its centre move alike.

A point ``r`` of a rigid body moves with the acceleration ``X [1; r]`` where ``X`` (3, 4) holds the
sensor's own acceleration and the effect of its rotation. Pelvis and thigh share the hip centre, so

    minimise over δ, r_p, r_t:  Σ |X_p [1; r_p] - Rz(δ) X_t [1; r_t]|² + ridge

1. Form X per row, smooth both sensors alike (over 0.4 s: skin moves faster than bones).
2. Sum five 4×4 products over the strides: they are all that is needed.
3. For each δ on a grid solve the 6×6 ridge system for r_p, r_t (variable projection, Golub and
   Pereyra 1973, doi:10.1137/0710036); refine δ around the best.

Source: Seel, Schauer, Raisch 2012, doi:10.1109/CCA.2012.6402423, who find joint positions from the
norms of the two accelerations. Here the vectors are compared, after gravity has given the
inclinations, so that the one unknown angle between the two headings is found as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.calibration.frames import LevelledMotion
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import HipFit
from pelvicsense.numerics import quaternion
from pelvicsense.numerics.filters import HannSmoother

STANDARD_GRAVITY = 9.80665


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFitConfig:
    """Parameters of the hip-joint fit.

    Attributes
    ----------
    smoothing_s
        Hann window over both sides of the comparison, s. 0.4 s keeps the stride and step components
        (half power at 1.8 Hz) and leaves out most of the skin's own motion: on stairs headings
        were 2.3° wrong, with 0.3 s 3.2°, in walking 0.9 and 0.8° (optical sessions).
    pelvis_prior_m, thigh_prior_m
        Height of the hip centre against the sensor, m: below the sacral sensor, above the thigh's.
    pelvis_sigma_m, thigh_sigma_m
        How far from that prior a hip may be, m, per levelled axis (the horizontal direction is
        unknown at this point, hence wide).
    prior_weight
        Rows of 1 m/s² misfit that the prior is worth.
    max_lag_s
        Range over which a clock offset between the sensors is looked for, s.
    """

    smoothing_s: float = 0.4
    pelvis_prior_m: tuple[float, float, float] = (0.0, 0.0, -0.10)
    thigh_prior_m: tuple[float, float, float] = (0.0, 0.0, 0.20)
    pelvis_sigma_m: tuple[float, float, float] = (0.25, 0.25, 0.08)
    thigh_sigma_m: tuple[float, float, float] = (0.12, 0.12, 0.12)
    prior_weight: float = 20.0
    max_lag_s: float = 0.04


def regressors(motion: LevelledMotion, smoothing_s: float, rate_hz: float) -> FloatArray:
    """Return X, (n, 3, 4), low-passed: the acceleration of body point r is ``X @ [1, *r]``.

    The first and last row take a one-sided rate difference.
    """
    w = motion.rate
    alpha = np.gradient(w, 1.0 / rate_hz, axis=0)
    columns = [
        quaternion.rotate(motion.earth_from_levelled, motion.force)
        - np.array([0.0, 0.0, STANDARD_GRAVITY])
    ]
    for axis in range(3):
        point = np.zeros(3)
        point[axis] = 1.0
        lever = np.broadcast_to(point, w.shape)
        columns.append(
            quaternion.rotate(
                motion.earth_from_levelled,
                np.cross(alpha, lever) + np.cross(w, np.cross(w, lever)),
            )
        )
    x = np.stack(columns, axis=-1).reshape(len(w), 12)
    return HannSmoother(smoothing_s, rate_hz).feed(x).reshape(len(w), 3, 4)


@dataclass(frozen=True, slots=True)
class _Sums:
    """The five 4×4 sums that hold all the fit needs of the rows."""

    pelvis: FloatArray
    thigh: FloatArray
    cosine: FloatArray
    sine: FloatArray
    vertical: FloatArray
    rows: int


def _sums(x_pelvis: FloatArray, x_thigh: FloatArray) -> _Sums:
    def product(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(np.einsum("nj,nk->jk", a, b), dtype=np.float64)

    px, py, pz = (np.ascontiguousarray(x_pelvis[:, i]) for i in range(3))
    tx, ty, tz = (np.ascontiguousarray(x_thigh[:, i]) for i in range(3))
    return _Sums(
        pelvis=product(px, px) + product(py, py) + product(pz, pz),
        thigh=product(tx, tx) + product(ty, ty) + product(tz, tz),
        cosine=product(px, tx) + product(py, ty),
        sine=product(py, tx) - product(px, ty),
        vertical=product(pz, tz),
        rows=len(x_pelvis),
    )


@dataclass(frozen=True, slots=True)
class _Solution:
    cost: FloatArray  # (m,) misfit plus prior, per heading
    misfit: FloatArray  # (m,) misfit alone
    joints: FloatArray  # (m, 6) r_pelvis, r_thigh


def _solve(sums: _Sums, headings: FloatArray, config: JointFitConfig) -> _Solution:
    """Solve the ridge system at every heading (m,)."""
    sigma = np.array([*config.pelvis_sigma_m, *config.thigh_sigma_m])
    prior = np.array([*config.pelvis_prior_m, *config.thigh_prior_m])
    ridge = np.diag(config.prior_weight / (sigma * sigma))
    cross = (
        np.cos(headings)[:, None, None] * sums.cosine
        + np.sin(headings)[:, None, None] * sums.sine
        + sums.vertical
    )
    m = len(headings)
    a = np.zeros((m, 6, 6))
    a[:, :3, :3] = sums.pelvis[1:, 1:]
    a[:, 3:, 3:] = sums.thigh[1:, 1:]
    a[:, :3, 3:] = -cross[:, 1:, 1:]
    a[:, 3:, :3] = -cross[:, 1:, 1:].transpose(0, 2, 1)
    b = np.concatenate(
        [sums.pelvis[1:, 0] - cross[:, 1:, 0], sums.thigh[1:, 0] - cross[:, 0, 1:]], axis=1
    )
    c = sums.pelvis[0, 0] + sums.thigh[0, 0] - 2.0 * cross[:, 0, 0]
    joints = np.linalg.solve(a + ridge, (ridge @ prior - b)[..., None])[..., 0]
    away = joints - prior
    misfit = (
        c + 2.0 * np.einsum("mi,mi->m", b, joints) + np.einsum("mi,mij,mj->m", joints, a, joints)
    )
    cost = misfit + np.einsum("mi,ij,mj->m", away, ridge, away)
    return _Solution(cost, misfit, joints)


def _best_heading(sums: _Sums, config: JointFitConfig) -> tuple[float, _Solution, float]:
    """Return the heading of least cost, its one-row solution and the contrast."""
    coarse = np.deg2rad(np.arange(0.0, 360.0, 6.0))
    around = _solve(sums, coarse, config).cost
    best = float(coarse[np.argmin(around)])
    for step_deg in (1.5, 0.25):
        fine = best + np.deg2rad(np.arange(-4, 5) * step_deg)
        best = float(fine[np.argmin(_solve(sums, fine, config).cost)])
    # The cost is a smooth function of the heading: its vertex, not the nearest grid point.
    for step_deg in (0.25, 0.02):
        step = float(np.deg2rad(step_deg))
        left, middle, right = _solve(sums, best + step * np.array([-1.0, 0.0, 1.0]), config).cost
        bend = left - 2.0 * middle + right
        if bend > 0.0:
            best += float(np.clip(0.5 * (left - right) / bend, -1.0, 1.0)) * step
    solution = _solve(sums, np.array([best]), config)
    contrast = float(np.percentile(around, 90) / max(float(solution.cost[0]), 1e-12))
    return best, solution, contrast


def fit_hip(
    x_pelvis: FloatArray, x_thigh: FloatArray, config: JointFitConfig, rate_hz: float
) -> HipFit:
    """Fit the heading and the hip centre to regressors (n, 3, 4) of the same rows."""
    sums = _sums(x_pelvis, x_thigh)
    heading, solution, contrast = _best_heading(sums, config)
    return HipFit(
        heading=heading,
        joint_in_pelvis=solution.joints[0, :3],
        joint_in_thigh=solution.joints[0, 3:],
        contrast=contrast,
        misfit=float(np.sqrt(max(float(solution.misfit[0]), 0.0) / sums.rows)),
        lag_s=_lag(x_pelvis, x_thigh, heading, config, rate_hz),
    )


def _lag(
    x_pelvis: FloatArray,
    x_thigh: FloatArray,
    heading: float,
    config: JointFitConfig,
    rate_hz: float,
) -> float:
    """Return the delay of the thigh's samples that makes the misfit least, s (parabola)."""
    reach = round(config.max_lag_s * rate_hz)
    n = len(x_pelvis)
    headings = heading + np.deg2rad(np.arange(-12.0, 12.1, 3.0))
    lags = np.arange(-reach, reach + 1)
    costs = np.empty(len(lags))
    for i, lag in enumerate(lags):
        thigh = x_thigh[reach + lag : n - reach + lag]
        costs[i] = _solve(_sums(x_pelvis[reach : n - reach], thigh), headings, config).cost.min()
    k = int(np.argmin(costs))
    if k in (0, len(lags) - 1):
        return float(lags[k] / rate_hz)
    left, middle, right = costs[k - 1 : k + 2]
    return float((lags[k] + 0.5 * (left - right) / (left - 2.0 * middle + right)) / rate_hz)
