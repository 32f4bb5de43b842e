"""What a screen shows of a running pipeline."""

from __future__ import annotations

import copy
import math
from functools import cache

import numpy as np
import pytest
from simulated import steady
from streams import grouped, in_packets

from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.now import Poses
from pelvicsense.pipeline.pipeline import Pipeline


@cache
def played(every: int, group: int) -> tuple[list[Poses], Pipeline]:
    made = steady(Activity.WALK)
    packets = in_packets(list(made.blocks.values()), made.marks)
    pipeline = Pipeline(PipelineConfig(), made.specs)
    seen = []
    for inputs in grouped(packets, range(0, len(packets), group), merge=True):
        pipeline.feed(inputs)
        seen += pipeline.poses(every)
    return seen, pipeline


def test_the_body_follows_the_true_angles() -> None:
    seen, pipeline = played(every=1, group=120)
    truth = steady(Activity.WALK).truth_frames
    calibrated = [pose for pose in seen if np.isfinite(pose.obliquity_deg).all()]
    rows = slice(-600, -350)  # walking, long after the calibration
    t_s = np.concatenate([pose.t_s for pose in calibrated])[rows]

    def error(shown: list[np.ndarray], true: np.ndarray) -> float:
        values = np.concatenate(shown)[rows]
        return float(np.sqrt(np.mean((values - np.interp(t_s, truth.t_s, true)) ** 2)))

    assert error([p.obliquity_deg for p in calibrated], truth.obliquity_deg) < 0.5
    for side in Side:
        rotation = [p.hip_rotation_deg[side] for p in calibrated]
        assert error(rotation, truth.rotation_deg[side]) < 3.0
        adduction = [p.hip_adduction_deg[side] for p in calibrated]
        assert error(adduction, truth.adduction_deg[side]) < 1.0
        print(
            "ADD",
            error(adduction, truth.adduction_deg[side]),
            error(rotation, truth.rotation_deg[side]),
        )
        # against the vertical: hip angles less the pelvis' own part
        flexion = [p.thigh_flexion_deg[side] - p.tilt_deg for p in calibrated]
        assert error(flexion, truth.flexion_deg[side]) < 3.0
        lean = [p.thigh_adduction_deg[side] for p in calibrated]
        own = [side.sign * p.obliquity_deg for p in calibrated]
        hip = [a + b for a, b in zip(lean, own, strict=True)]
        assert error(hip, truth.adduction_deg[side]) < 3.0
    assert pipeline.calibration is not None


def test_rows_are_the_same_however_the_stream_is_cut() -> None:
    few, _ = played(every=4, group=200)
    many, _ = played(every=4, group=130)
    for name in ("t_s",):
        joined = [np.concatenate([getattr(pose, name) for pose in seen]) for seen in (few, many)]
        np.testing.assert_array_equal(*joined)
    rows = [
        np.concatenate([pose.earth_from_sensor[Placement.PELVIS] for pose in seen])
        for seen in (few, many)
    ]
    np.testing.assert_array_equal(rows[0][-100:], rows[1][-100:])


def test_one_row_of_many() -> None:
    seen, _ = played(every=1, group=120)
    last = seen[-1]
    row = last.rows(slice(-1, None))
    assert row.t_s == last.t_s[-1]
    assert row.obliquity_deg == last.obliquity_deg[-1]
    assert row.hip_rotation_deg[Side.LEFT].shape == (1,)


def test_looking_changes_nothing() -> None:
    made = steady(Activity.WALK)
    packets = in_packets(list(made.blocks.values()), made.marks)
    watched, alone = (Pipeline(PipelineConfig(), made.specs) for _ in range(2))
    for inputs in grouped(packets, range(0, len(packets), 150), merge=True):
        outputs = watched.feed(inputs)
        watched.poses(1)
        watched.calibration_progress()
        assert repr(outputs) == repr(alone.feed(inputs))
    copy.deepcopy(watched).finish()


def test_progress_counts_seconds_and_steps_until_there_is_a_calibration() -> None:
    made = steady(Activity.WALK)
    packets = in_packets(list(made.blocks.values()))  # nobody says when they stand
    pipeline = Pipeline(PipelineConfig(), made.specs)
    still, steps, poses = [0.0], [0], [0]
    for inputs in grouped(packets, range(0, len(packets), 30), merge=True):
        pipeline.feed(inputs)
        progress = pipeline.calibration_progress()
        if progress is None:
            break
        still.append(progress.still_s)
        steps.append(progress.steps)
        poses.append(progress.poses)
        assert progress.steps_needed >= 11
    assert pipeline.calibration is not None
    assert max(still) >= 2.5
    assert still[-1] == 0.0
    assert poses[-1] == 1
    assert max(steps) >= 8
    assert not math.isnan(pipeline.signal_time_s)


@pytest.mark.parametrize("placement", list(Placement))
def test_before_a_calibration_only_the_sensors_are_known(placement: Placement) -> None:
    seen, _ = played(every=1, group=120)
    first = seen[0]
    assert np.isnan(first.obliquity_deg).all()
    assert first.thigh_adduction_deg == {}
    norm = np.linalg.norm(first.earth_from_sensor[placement], axis=1)
    np.testing.assert_allclose(norm, 1.0, atol=1e-9)
