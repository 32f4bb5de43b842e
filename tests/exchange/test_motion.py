"""Angles at every grid row against the true ones, and against the analysis' own."""

from __future__ import annotations

import numpy as np
import pytest

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.exchange.exports.angles import hip_angles_deg, pelvis_angles_deg
from pelvicsense.exchange.exports.motion import AnalysedSession
from pelvicsense.runtime.analyze import analyze
from pelvicsense.synthetic import SimulatedSession


def rms(found: FloatArray, true: FloatArray) -> float:
    rows = min(len(found), len(true))
    return float(np.sqrt(np.nanmean((found[:rows] - true[:rows]) ** 2)))


def test_watching_changes_no_result(analysed: AnalysedSession) -> None:
    plain = analyze(analysed.session.folder)
    assert repr(plain.strides) == repr(analysed.result.strides)
    assert plain.events == analysed.result.events


def test_angles_are_the_true_ones(analysed: AnalysedSession, gapped: SimulatedSession) -> None:
    true = gapped.truth_frames
    motion = analysed.motion
    assert rms(pelvis_angles_deg(motion)["obliquity"], true.obliquity_deg) < 0.2
    for side in Side:
        hip = hip_angles_deg(motion, side)
        assert rms(hip["flexion"], true.flexion_deg[side]) < 1.0
        assert rms(hip["adduction"], true.adduction_deg[side]) < 0.6
        assert rms(hip["rotation"], true.rotation_deg[side]) < 2.0


def test_angles_are_those_of_the_stride_curves(analysed: AnalysedSession) -> None:
    """Obliquity but for a constant, the false tilt of having turned: curves are corrected for it.

    Hips but for the heading, which curves take once a stride.
    """
    motion, strides = analysed.motion, analysed.result.strides
    obliquity = pelvis_angles_deg(motion)["obliquity"]
    checked = 0
    for curve in analysed.result.curves:
        stride = strides[curve.stride]
        t_s = np.linspace(stride.t_contact_s, stride.t_end_s, 101)
        if np.isfinite(curve.obliquity_deg).all():
            own = np.interp(t_s, motion.t_s, obliquity)
            false_tilt_deg = own[0] - curve.obliquity_deg[0]
            np.testing.assert_allclose(own - false_tilt_deg, curve.obliquity_deg, atol=1e-9)
            assert abs(false_tilt_deg) < 0.2
        if np.isfinite(curve.thigh_rotation_deg).all():
            rotation = hip_angles_deg(motion, curve.side)["rotation"]
            own = np.interp(t_s, motion.t_s, rotation)
            np.testing.assert_allclose(own, curve.thigh_rotation_deg, atol=2.0)
            checked += 1
    assert checked > 10


def test_unknown_stays_unknown(analysed: AnalysedSession) -> None:
    t_s = analysed.motion.t_s
    gap = (t_s > 15.1) & (t_s < 15.9)
    left, right = (hip_angles_deg(analysed.motion, side)["adduction"] for side in Side)
    assert np.isnan(left[gap]).all()
    assert np.isfinite(right[gap]).all()
    assert np.isfinite(pelvis_angles_deg(analysed.motion)["obliquity"][gap]).all()


def test_all_angles_are_zero_in_the_still_pose(analysed: AnalysedSession) -> None:
    calibration = analysed.result.calibration
    assert calibration is not None
    still = slice(calibration.still.first, calibration.still.end)
    for side in Side:
        for angle in hip_angles_deg(analysed.motion, side).values():
            assert np.nanmean(angle[still]) == pytest.approx(0.0, abs=0.5)
    for angle in pelvis_angles_deg(analysed.motion).values():
        assert np.nanmean(angle[still]) == pytest.approx(0.0, abs=0.1)
