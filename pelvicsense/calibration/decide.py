"""From a still pose and some strides to a calibration, or to the reason why there is none.

1. Level every sensor by the still pose; check that it was a standing pose.
2. Fit the hip joints: heading between pelvis and thighs, and where the hips are.
3. Forward axis of the pelvis: weighted mean of independent axes (`axes`).
4. Front from back: vote of everything that can tell; refuse if unclear.
5. Heading of each thigh: hip fit and flexion axis, weighted by how good the hip fit is.
6. Thigh mountings: in the still pose every segment faces the way the pelvis does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pelvicsense.calibration.evidence import Evidence, GaitWindow, gather, lean
from pelvicsense.calibration.frames import (
    level,
    sensor_from_segment,
    wrap,
    yaw,
)
from pelvicsense.calibration.joint import JointFitConfig
from pelvicsense.datatypes.calibration import (
    Calibration,
    CalibrationRefusal,
    HipFit,
    StillPose,
)
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.numerics import quaternion

LOOKS_SWAPPED = (
    "the left and right thigh sensors look swapped; "
    "exchange them, or mend the recording with --swap-thighs"
)
"""The refusal that has a mend of its own."""


_SIGMA_DEG = {2.5: 8.0, 7.5: 4.5, 15.0: 2.2, 38.0: 1.2}
_RUNNING_SIGMA_DEG = {15.0: 6.0, 30.0: 4.5, 60.0: 2.5, 100.0: 1.2}
"""Standard uncertainty of a thigh's heading by the contrast of its hip fit, degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionConfig:
    """Limits and weights of the decision.

    Attributes
    ----------
    minimum_vote
        Least agreement on front against back. In 900 recordings with known mounting the right
        answer had 0.9 or more, and wrong ones stayed below 0.3.
    minimum_clarity
        Least clarity of the pelvis' own axes where no hip fit supports them.
    maximum_lean_deg
        A thigh further than this from the vertical, averaged over strides, was not hanging
        straight in the still pose (sitting gives 60° and more).
    maximum_thigh_disagreement_deg
        Largest angle between the two thighs' forward directions.
    useful_contrast, full_contrast, running_contrast
        Contrast of a hip fit below which it is not used, and at which it counts like the flexion
        axis: in walking and on stairs, and in running, where skin motion biases it (sensors on
        skin reached 8 to 20, with errors of 10°, where the flexion axis erred by 5°).
    """

    minimum_vote: float = 0.5
    minimum_clarity: float = 0.2
    maximum_lean_deg: float = 45.0
    maximum_thigh_disagreement_deg: float = 50.0
    useful_contrast: float = 1.9
    full_contrast: float = 7.5
    running_contrast: float = 30.0
    joint: JointFitConfig = field(default_factory=JointFitConfig)


def calibrate(
    window: GaitWindow, still: StillPose, config: DecisionConfig, rate_hz: float
) -> Calibration | CalibrationRefusal:
    """Decide on a calibration; every angle is then measured against ``still``."""
    motions = {
        placement: level(
            still.earth_from_sensor[placement], rows.earth_from_sensor, rows.acc, rows.rate
        )
        for placement, rows in window.sensors.items()
    }
    leaning = lean(motions, window.lead)
    if leaning is not None and leaning[1] > config.maximum_lean_deg:
        return CalibrationRefusal(
            reason=f"the still pose does not look like standing: the {_words(leaning[0])} leans "
            f"{leaning[1]:.0f}° from it while walking; stand upright and still for 4 s"
        )
    evidence = gather(motions, window, config.joint, rate_hz)
    axis = _forward_axis(evidence, config)
    if axis is None:
        return CalibrationRefusal(
            reason="the steps do not show which way is forward; walk 10 steps straight ahead"
        )
    vote = _vote(evidence, axis, config, lean_tells=still.standing)
    forward, vote = (axis, vote) if vote >= 0.0 else (axis + np.pi, -vote)
    if _looks_swapped(evidence, forward, config):
        return CalibrationRefusal(reason=LOOKS_SWAPPED)
    if vote < config.minimum_vote:
        return CalibrationRefusal(
            reason=f"front and back cannot be told apart (agreement {vote:.2f}, "
            f"{config.minimum_vote} needed); walk 10 steps straight ahead"
        )
    apart = _thigh_disagreement(evidence) if still.standing else 0.0
    if apart > config.maximum_thigh_disagreement_deg:
        return CalibrationRefusal(
            reason=f"the two thighs disagree on forward by {apart:.0f}°; check the straps and "
            "walk 10 steps straight ahead"
        )
    return _assemble(evidence, forward, vote, window, still, config)


def _support(hip: HipFit, config: DecisionConfig) -> float:
    """Weight 0…1 of whatever is seen through a hip fit."""
    if hip.contrast < config.useful_contrast:
        return 0.0
    return min(1.0, (hip.contrast / config.full_contrast) ** 2)


def _forward_axis(evidence: Evidence, config: DecisionConfig) -> float | None:
    """Return the pelvis' forward axis, rad, up to π; none where nothing is clear."""
    weighted = [
        (evidence.force_axis.heading, (evidence.force_axis.clarity / 0.8) ** 2),
        (evidence.rate_axis.heading, (evidence.rate_axis.clarity / 0.8) ** 2),
    ]
    support = {side: _support(hip, config) for side, hip in evidence.hips.items()}
    for side, thigh in evidence.thighs.items():
        weighted.append((thigh.flexion_axis.heading, 0.9 * support[side]))
        weighted.append((thigh.swing_plane.heading, 0.9 * support[side]))
    both = min(support.values(), default=0.0)
    if evidence.geometry.across is not None and evidence.geometry.ahead is not None:
        weighted.append((evidence.geometry.across, both))
        weighted.append((evidence.geometry.ahead, 0.7 * both))
    clear = max(evidence.force_axis.clarity, evidence.rate_axis.clarity) >= config.minimum_clarity
    if not clear and max(support.values(), default=0.0) < 0.3:
        return None
    total = sum(weight * np.exp(2j * heading) for heading, weight in weighted)
    return 0.5 * float(np.angle(total))


def _vote(evidence: Evidence, axis: float, config: DecisionConfig, *, lean_tells: bool) -> float:
    """Return how strongly the evidence says that ``axis`` points forward, -1…1.

    The thighs' lean tells front from back only against a standing pose.
    """
    ballots: list[tuple[float, float]] = []  # (direction, weight)
    for side, thigh in evidence.thighs.items():
        support = _support(evidence.hips[side], config)
        if lean_tells:
            ballots.append((thigh.forward, 2.0 * support * min(1.0, thigh.asymmetry / 0.2)))
        ballots.append((evidence.geometry.single[side], 0.5 * support))
    if evidence.geometry.ahead is not None:
        both = min(_support(hip, config) for hip in evidence.hips.values())
        ballots.append((evidence.geometry.ahead, both))
    if evidence.running:
        ballots.append(
            (
                evidence.force_axis.heading
                if evidence.push_off > 0.0
                else evidence.force_axis.heading + np.pi,
                2.0 * min(1.0, abs(evidence.push_off) / 0.4),
            )
        )
    weight = sum(w for _, w in ballots)
    if weight < 0.2:
        return 0.0
    return float(sum(w * np.cos(direction - axis) for direction, w in ballots) / weight)


def _looks_swapped(evidence: Evidence, forward: float, config: DecisionConfig) -> bool:
    """Whether the left hip lies clearly to the right of the right one."""
    geometry = evidence.geometry
    if geometry.across is None or geometry.width_m < 0.08:
        return False
    if min(hip.contrast for hip in evidence.hips.values()) < 0.5 * config.full_contrast:
        return False
    return bool(np.cos(geometry.across - forward) < -0.7)


def _thigh_disagreement(evidence: Evidence) -> float:
    forwards = [thigh.forward for thigh in evidence.thighs.values()]
    if len(forwards) < 2:
        return 0.0
    return float(np.rad2deg(abs(wrap(forwards[0] - forwards[1]))))


def _thigh_heading(
    evidence: Evidence, side: Side, forward: float, still: StillPose, config: DecisionConfig
) -> tuple[float, float]:
    """Weigh hip fit and flexion axis; return the heading and its standard uncertainty, rad."""
    hip, thigh = evidence.hips[side], evidence.thighs[side]
    from_axis = _still_heading_difference(evidence, side, still) + forward - thigh.own_forward
    unsure = thigh.asymmetry < 0.2 or not still.standing
    if np.cos(from_axis - hip.heading) < 0.0 and unsure:
        from_axis += np.pi
    full, sigmas = (
        (config.running_contrast, _RUNNING_SIGMA_DEG)
        if evidence.running
        else (config.full_contrast, _SIGMA_DEG)
    )
    hip_weight = (
        min((hip.contrast / full) ** 2, 9.0) if hip.contrast >= config.useful_contrast else 0.0
    )
    total = np.exp(1j * from_axis) + hip_weight * np.exp(1j * hip.heading)
    sigma_deg = np.interp(hip.contrast, list(sigmas), list(sigmas.values()))
    return float(np.angle(total)), float(np.deg2rad(sigma_deg))


def _still_heading_difference(evidence: Evidence, side: Side, still: StillPose) -> float:
    """Heading of the levelled pelvis sensor less that of the thigh's, in the still pose, rad."""
    headings = {}
    for placement in (Placement.PELVIS, Placement.thigh(side)):
        levelled = evidence.motions[placement].levelled_from_sensor
        orientation = still.earth_from_sensor[placement]
        headings[placement] = float(
            yaw(quaternion.multiply(orientation, quaternion.conjugate(levelled)))
        )
    return headings[Placement.PELVIS] - headings[Placement.thigh(side)]


def _forward_sigma(evidence: Evidence, forward: float, config: DecisionConfig) -> float:
    """Return the standard uncertainty of the forward axis, rad, from its estimates' spread.

    Left and right thigh are averaged first, since their errors are opposite. The floor of 1.6° is
    what remained on recordings where all estimates agreed.
    """
    deviations = []
    for axis in (evidence.force_axis, evidence.rate_axis):
        if axis.clarity >= config.minimum_clarity:
            deviations.append(0.5 * wrap(2.0 * (axis.heading - forward)))
    for name in ("flexion_axis", "swing_plane"):
        off = [
            0.5 * wrap(2.0 * (getattr(thigh, name).heading - forward))
            for side, thigh in evidence.thighs.items()
            if _support(evidence.hips[side], config) > 0.3
        ]
        if off:
            deviations.append(sum(off) / len(off))
    if evidence.geometry.across is not None:
        deviations.append(0.5 * wrap(2.0 * (evidence.geometry.across - forward)))
    spread = float(np.sqrt(np.mean(np.square(deviations)) / max(1, len(deviations) - 1)))
    one_thigh = 1.0 if len(evidence.thighs) == 2 else 1.6
    return one_thigh * float(np.hypot(np.deg2rad(1.6), spread))


def _assemble(
    evidence: Evidence,
    forward: float,
    vote: float,
    window: GaitWindow,
    still: StillPose,
    config: DecisionConfig,
) -> Calibration:
    pelvis = evidence.motions[Placement.PELVIS]
    mountings = {
        Placement.PELVIS: sensor_from_segment(pelvis.levelled_from_sensor, forward),
    }
    headings, sigmas = {}, {}
    for side in evidence.hips:
        heading, sigma = _thigh_heading(evidence, side, forward, still, config)
        headings[side], sigmas[side] = heading, sigma
        own_forward = forward + _still_heading_difference(evidence, side, still) - heading
        levelled = evidence.motions[Placement.thigh(side)].levelled_from_sensor
        mountings[Placement.thigh(side)] = sensor_from_segment(levelled, own_forward)
    return Calibration(
        still=still,
        sensor_from_segment=mountings,
        heading=headings,
        pelvis_heading_sigma=_forward_sigma(evidence, forward, config),
        heading_sigma=sigmas,
        hips=evidence.hips,
        vote=vote,
        first=window.first + window.lead,
        end=window.first + len(pelvis.rate),
        strides=window.strides,
        final=window.final,
    )


def _words(placement: Placement) -> str:
    return placement.value.replace("_", " ")
