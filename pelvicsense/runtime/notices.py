"""What a reader must know before trusting a number, in whole sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pelvicsense.calibration.decide import DecisionConfig
from pelvicsense.datatypes.calibration import (
    Calibration,
    CalibrationNews,
    CalibrationRefusal,
    SlipNews,
)
from pelvicsense.datatypes.gait import Flag, Stride
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.recording.session import Session

DISCLAIMER = (
    "Not a medical device. Not for diagnosis, treatment or prevention. "
    "Angles are estimates with the stated error."
)

FLAG_WORDS: Mapping[Flag, str] = {
    Flag.GAP: "samples are missing for more than 50 ms",
    Flag.CALIBRATION: "no accepted calibration: angles have no zero",
    Flag.HEADING: "the heading between pelvis and thigh was lost",
    Flag.JOINT_FIT: "the hip joint fits poorly: larger error",
    Flag.CURVE: "in a bend the vertical seems tilted: drop is corrected, or empty if too unsure",
    Flag.TURN: "turning",
    Flag.FIRST: "first stride of a bout",
    Flag.LAST: "last stride of a bout",
    Flag.SIDE_INFERRED: "the side was inferred from the other leg",
    Flag.LOW_CONFIDENCE: "contacts are uncertain",
    Flag.SATURATED: "a sensor reached the end of its range",
    Flag.SLIP: "a sensor seems to have moved on the body",
    Flag.BEFORE_CALIBRATION: "walked before any calibration was accepted, computed afterwards",
    Flag.ACTIVITY_CHANGE: "the activity changes: the heading has not settled",
    Flag.PAUSED: "paused by the user",
    Flag.NOT_WORN: "no sensor on this thigh",
}

_IN_BEND = "in a bend the vertical seems tilted, and by how much is too unsure"


def why_empty(key: str, flags: Collection[Flag]) -> str | None:
    """Return why a stance or stride does not know an angle, in words; none if no flag says it.

    Parameters
    ----------
    key
        Field of `StrideAngles`.
    flags
        The stance's or stride's.
    """
    for flag in _emptying(key):
        if flag in flags:
            return _IN_BEND if flag is Flag.CURVE else FLAG_WORDS[flag]
    return None


def _emptying(key: str) -> tuple[Flag, ...]:
    """Return the flags that may leave an angle empty, the most telling first."""
    excursion = key.endswith("excursion_deg")
    unclear = (Flag.LOW_CONFIDENCE,) if excursion or key.endswith("at_contact_deg") else ()
    always = (Flag.CALIBRATION, Flag.GAP)
    if not key.startswith("pelvic_drop"):
        return Flag.NOT_WORN, *always, Flag.SLIP, Flag.HEADING, Flag.ACTIVITY_CHANGE, *unclear
    return (*always, *unclear) if excursion else (*always, Flag.SLIP, Flag.CURVE, *unclear)


PLACEMENT_WORDS: Mapping[Placement, str] = {
    Placement.PELVIS: "pelvis",
    Placement.THIGH_LEFT: "left thigh",
    Placement.THIGH_RIGHT: "right thigh",
}

ACTIVITY_WORDS: Mapping[Activity, str] = {
    Activity.WALK: "walk",
    Activity.RUN: "run",
    Activity.STAIRS_UP: "stairs up",
    Activity.STAIRS_DOWN: "stairs down",
    Activity.UNKNOWN: "unknown",
}

_MOST_LOST = 0.02
_MOST_CLOCK_SIGMA_S = 0.005
_MOST_LAG_S = 0.015
_MOST_UNKNOWN_S = 0.5
_LEAST_CONTRAST = DecisionConfig().full_contrast
_LEAST_STRIDES = 7
"""Valid strides per side for a stable mean (Dingenen et al. 2018)."""


def notices(
    session: Session,
    strides: Sequence[Stride],
    news: Sequence[CalibrationNews],
    slips: Sequence[SlipNews],
    links: Mapping[Placement, LinkQuality],
    grid_hz: float,
) -> tuple[str, ...]:
    """Return what is worth telling about a session, gravest first; none if all is well."""
    sentences = _calibration(news)
    if strides or not sentences:
        sentences += _strides(strides)
    sentences += map(_slip, slips)
    for placement, link in links.items():
        sentences += _link(PLACEMENT_WORDS[placement], link, grid_hz)
    if session.torn_tail:
        sentences.append("samples.csv ends inside a line, as after a crash; that line is left out.")
    return tuple(map(_capital, sentences))


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _calibration(news: Sequence[CalibrationNews]) -> list[str]:
    accepted = [n.outcome for n in news if isinstance(n.outcome, Calibration)]
    refused = [n.outcome.reason for n in news if isinstance(n.outcome, CalibrationRefusal)]
    if not accepted:
        reason = refused[-1] if refused else "nobody stood still for 4 s and then walked 10 steps"
        return [f"No calibration, so angles are empty: {reason}."]
    calibration = accepted[-1]
    sentences = []
    if not calibration.final:
        sentences.append(
            f"The recording ended early: calibrated from {calibration.strides} strides only, "
            "so errors are larger than usual."
        )
    for side, hip in calibration.hips.items():
        if hip.contrast < _LEAST_CONTRAST:
            sentences.append(
                f"The {side} hip joint is poorly seen (contrast {hip.contrast:.1f}, "
                f"{_LEAST_CONTRAST:g} is good): its adduction and rotation are less certain."
            )
        if abs(hip.lag_s) > _MOST_LAG_S:
            sentences.append(
                f"The {side} thigh sensor seems {1000 * hip.lag_s:+.0f} ms late against the pelvis "
                "(shown, not corrected)."
            )
    return sentences


def _slip(slip: SlipNews) -> str:
    return (
        f"{slip.words}, which was noticed at {slip.known_at_s:.0f} s: angles in between are wrong "
        "and left out of the means, later ones that depend on where it sits are empty until the "
        "next calibration."
    )


def _strides(strides: Sequence[Stride]) -> list[str]:
    if not strides:
        return ["No strides were found; walk or run at least 10 steps straight ahead."]
    counts = {side: sum(s.valid for s in strides if s.side is side) for side in Side}
    few = [f"{side} {count}" for side, count in counts.items() if count < _LEAST_STRIDES]
    if not few:
        return []
    return [
        f"Few valid strides ({', '.join(few)}); a stable mean takes {_LEAST_STRIDES} on each side."
    ]


def _link(name: str, link: LinkQuality, grid_hz: float) -> list[str]:
    if link.samples == 0:
        return [f"{name}: not a single sample."]
    sentences = []
    unknown_s = link.invalid_rows / grid_hz
    if unknown_s > _MOST_UNKNOWN_S:
        gap_s = link.longest_gap_s
        where = f"longest gap {gap_s:.1f} s" if gap_s > 0.05 else "at its beginning or end"
        sentences.append(f"{name}: {unknown_s:.1f} s are missing ({where}).")
    share = link.lost / (link.samples + link.lost)
    if share > _MOST_LOST:
        sentences.append(f"{name}: {100 * share:.1f} % of the samples were lost.")
    if link.restarts:
        sentences.append(f"{name}: its clock started anew {link.restarts} times.")
    if link.clock_sigma_s > _MOST_CLOCK_SIGMA_S:
        sentences.append(f"{name}: its time is known to {1000 * link.clock_sigma_s:.0f} ms only.")
    if link.rejected:
        sentences.append(f"{name}: {link.rejected} samples cannot be true and were left out.")
    return sentences
