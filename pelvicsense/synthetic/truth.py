"""The true strides and events, by the definitions of the recording format, from true angles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import EventKind, Flag, GaitEvent, Stride, StrideAngles
from pelvicsense.datatypes.placement import Side
from pelvicsense.synthetic.motion import RATE_HZ, Motion
from pelvicsense.synthetic.timeline import Bout

TURN_RAD_S = np.radians(20.0)
"""A stride whose mean yaw rate exceeds this counts as turning."""

NO_ERROR = StrideAngles(**dict.fromkeys(StrideAngles.__dataclass_fields__, 0.0))


def stance_angles(
    side: Side,
    contact_s: float,
    final_s: float,
    obliquity_deg: FloatArray,
    hip_deg: FloatArray,
) -> StrideAngles:
    """Metrics of one stance, deg.

    Parameters
    ----------
    side
        The foot that stands.
    contact_s, final_s
        Initial and final contact, s since the first row.
    obliquity_deg
        (n,) at 1 kHz, right side up positive.
    hip_deg
        (n, 3) of the standing side: flexion, adduction, internal rotation.
    """
    first, last = int(contact_s * RATE_HZ), int(np.ceil(final_s * RATE_HZ)) + 1
    rows = np.arange(first, last + 1)
    middle_s = 0.5 * (contact_s + final_s)
    inside = rows[(rows >= contact_s * RATE_HZ) & (rows <= final_s * RATE_HZ)] / RATE_HZ
    at_s = np.concatenate([[contact_s, middle_s], inside, [final_s]])
    where = at_s * RATE_HZ
    drop = side.sign * np.interp(where, rows, obliquity_deg[first : last + 1])
    adduction = np.interp(where, rows, hip_deg[first : last + 1, 1])
    rotation = np.interp(where, rows, hip_deg[first : last + 1, 2])
    return StrideAngles(
        pelvic_drop_at_contact_deg=float(drop[0]),
        pelvic_drop_midstance_deg=float(drop[1]),
        pelvic_drop_peak_deg=float(drop.max()),
        pelvic_drop_excursion_deg=float(drop.max() - drop[0]),
        hip_adduction_peak_deg=float(adduction.max()),
        hip_adduction_excursion_deg=float(adduction.max() - adduction[0]),
        thigh_rotation_at_contact_deg=float(rotation[0]),
        thigh_rotation_peak_deg=float(rotation.max()),
        thigh_rotation_excursion_deg=float(rotation.max() - rotation[0]),
    )


def true_strides(motion: Motion, bouts: Sequence[Bout], origin_s: float) -> list[Stride]:
    """Every stride between real contacts, in the order of their ends; times from ``origin_s``."""
    found = []
    for bout in bouts:
        for side, foot in bout.feet.items():
            for index in np.flatnonzero(foot.real[:-1] & foot.real[1:]):
                contact_s, end_s = foot.initial_s[index], foot.initial_s[index + 1]
                found.append((float(end_s), float(contact_s), bout, side, int(index)))
    found.sort(key=lambda item: item[:2])
    return [
        _stride(number, motion, bout, side, index, origin_s)
        for number, (_, _, bout, side, index) in enumerate(found)
    ]


def _stride(
    number: int, motion: Motion, bout: Bout, side: Side, index: int, origin_s: float
) -> Stride:
    foot = bout.feet[side]
    contact_s, end_s = float(foot.initial_s[index]), float(foot.initial_s[index + 1])
    final_s = float(foot.final_s[index])
    duration_s = end_s - contact_s
    flags = _flags(motion, bout, contact_s, end_s)
    return Stride(
        stride=number,
        side=side,
        activity=bout.sections[int(foot.section[index])].activity,
        t_contact_s=contact_s - origin_s,
        t_final_contact_s=final_s - origin_s,
        t_end_s=end_s - origin_s,
        stride_time_s=duration_s,
        stance_fraction=(final_s - contact_s) / duration_s,
        cadence_spm=120.0 / duration_s,
        stance_time_se_s=0.0,
        angles=stance_angles(
            side, contact_s, final_s, motion.pelvis_deg[:, 1], motion.hip_deg[side]
        ),
        standard_errors=NO_ERROR,
        valid=not flags,
        flags=flags,
        known_at_s=end_s - origin_s,
    )


def _flags(motion: Motion, bout: Bout, contact_s: float, end_s: float) -> tuple[Flag, ...]:
    flags = []
    if contact_s < bout.start_s + bout.rise_s:
        flags.append(Flag.FIRST)
    if end_s > bout.end_s - bout.fall_s:
        flags.append(Flag.LAST)
    windows = [bout.handover_window(section) for section in range(1, len(bout.sections))]
    if any(contact_s < stop_s and end_s > start_s for start_s, stop_s in windows):
        flags.append(Flag.ACTIVITY_CHANGE)
    turned = motion.heading[int(end_s * RATE_HZ)] - motion.heading[int(contact_s * RATE_HZ)]
    if abs(turned) > TURN_RAD_S * (end_s - contact_s):
        flags.append(Flag.TURN)
    return tuple(flags)


def true_events(bouts: Sequence[Bout], origin_s: float) -> list[GaitEvent]:
    """Contacts of both feet in order of time, from the first to the last foot that lands."""
    events = []
    for bout in bouts:
        for side, foot in bout.feet.items():
            kinds = (
                (EventKind.INITIAL_CONTACT, foot.initial_s),
                (EventKind.FINAL_CONTACT, foot.final_s),
            )
            for kind, times_s in kinds:
                for time_s in times_s[foot.real & (times_s < bout.end_s)]:
                    t_s = float(time_s) - origin_s
                    events.append(
                        GaitEvent(
                            kind=kind, side=side, t_s=t_s, sigma_s=0.0, known_at_s=t_s, score=1.0
                        )
                    )
    return sorted(events, key=lambda event: event.t_s)
