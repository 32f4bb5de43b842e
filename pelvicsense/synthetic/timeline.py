"""When feet land: from a script to the contacts of each bout, their phases and blends.

A bout is locomotion between two stands. Its gait runs a few virtual contacts beyond both ends, so
that phases are smooth there, while an envelope fades the whole motion in and out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import CubicSpline

from pelvicsense.datatypes.arrays import BoolArray, FloatArray, IntArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.synthetic.curves import smooth_step
from pelvicsense.synthetic.person import PersonConfig
from pelvicsense.synthetic.script import ActivityScript, Locomotion

VIRTUAL = 4
"""Contacts before and after the real ones."""

LEAD_STRIDES = 0.45
"""From standing to the first contact, and from the last contact to standing, strides."""

FADE_STRIDES = 1.0
"""Length of the fade at either end, strides."""


@dataclass(frozen=True, slots=True, eq=False)
class Foot:
    """One foot's contacts in a bout, virtual ones included; ``m`` of them.

    Attributes
    ----------
    initial_s, final_s
        (m,) initial contact and the final contact that follows it, s.
    section
        (m,) index of the section the contact belongs to.
    push
        (m,) vertical impulse of the stance per unit mass, m/s.
    gains
        (4, m) random factors of this stride: drop, adduction, rotation, impact.
    real
        (m,) not virtual.
    """

    initial_s: FloatArray
    final_s: FloatArray
    section: IntArray
    push: FloatArray
    gains: FloatArray
    real: BoolArray
    _spline: CubicSpline = field(init=False)

    def __post_init__(self) -> None:
        count = np.arange(len(self.initial_s), dtype=np.float64)
        object.__setattr__(self, "_spline", CubicSpline(self.initial_s, count, bc_type="natural"))

    def phase(self, t_s: FloatArray) -> FloatArray:
        """Phase: whole part = index of the contact before, fraction = share of the stride; C2."""
        return np.asarray(self._spline(t_s), dtype=np.float64)

    def latest(self, t_s: FloatArray) -> IntArray:
        """Index of the last contact at or before each time."""
        return np.asarray(np.searchsorted(self.initial_s, t_s, side="right") - 1, dtype=np.int64)

    def gain(self, kind: int, phase: FloatArray) -> FloatArray:
        """Return a stride's factor: constant in stance, moving to the next stride's in swing."""
        index = np.floor(phase).astype(np.int64)
        row = self.gains[kind]
        swing = smooth_step((phase - index - 0.65) / 0.35)
        return np.asarray(row[index] + (row[index + 1] - row[index]) * swing, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Bout:
    """Locomotion between two stands."""

    start_s: float
    end_s: float
    rise_s: float
    fall_s: float
    sections: tuple[Locomotion, ...]
    section_start_s: FloatArray
    contacts_s: FloatArray
    feet: dict[Side, Foot]

    def envelope(self, t_s: FloatArray) -> FloatArray:
        """0 standing, 1 in full motion; C2."""
        rising = smooth_step((t_s - self.start_s) / self.rise_s)
        return rising * smooth_step((self.end_s - t_s) / self.fall_s)

    def section_weight(self, section: int, t_s: FloatArray) -> FloatArray:
        """Share of a section in the motion; the shares of all sections sum to 1."""
        weight = np.ones_like(t_s)
        if section > 0:
            weight = weight * self._handover(section, t_s)
        if section + 1 < len(self.sections):
            weight = weight * (1.0 - self._handover(section + 1, t_s))
        return weight

    def handover_window(self, section: int) -> tuple[float, float]:
        """Time over which ``section`` takes over from the one before it, s: one stride."""
        width_s = self.sections[section - 1].step_s + self.sections[section].step_s
        middle_s = float(self.section_start_s[section])
        return middle_s - 0.5 * width_s, middle_s + 0.5 * width_s

    def _handover(self, section: int, t_s: FloatArray) -> FloatArray:
        start_s, end_s = self.handover_window(section)
        return smooth_step((t_s - start_s) / (end_s - start_s))


@dataclass(frozen=True, slots=True, eq=False)
class _Contacts:
    """Both feet's contacts of a bout in turn, virtual ones included, (m,) each."""

    times_s: FloatArray
    section: IntArray
    real: BoolArray


def plan_bouts(
    script: ActivityScript, person: PersonConfig, rng: np.random.Generator
) -> tuple[Bout, ...]:
    """Lay out every contact of the script."""
    return tuple(_plan_bout(start_s, sections, person, rng) for start_s, sections in script.bouts())


def _plan_bout(
    start_s: float,
    sections: tuple[Locomotion, ...],
    person: PersonConfig,
    rng: np.random.Generator,
) -> Bout:
    borders_s = start_s + np.cumsum([0.0, *(section.duration_s for section in sections)])
    end_s = float(borders_s[-1])
    contacts = _step_times(borders_s, sections, person, rng)
    number = np.arange(len(contacts.times_s)) - VIRTUAL
    # The draws go to the first foot first, so that a mirrored person gets the same ones.
    feet = {
        side: _foot(side, np.flatnonzero(number % 2 == parity), contacts, sections, person, rng)
        for parity, side in enumerate((person.first_foot, person.first_foot.other))
    }
    section_start_s = borders_s[:-1].copy()
    for index in range(1, len(sections)):
        section_start_s[index] = contacts.times_s[np.argmax(contacts.section >= index)]
    return Bout(
        start_s=start_s,
        end_s=end_s,
        rise_s=2.0 * FADE_STRIDES * sections[0].step_s,
        fall_s=2.0 * FADE_STRIDES * sections[-1].step_s,
        sections=sections,
        section_start_s=section_start_s,
        contacts_s=contacts.times_s[contacts.real],
        feet=feet,
    )


def _step_times(
    borders_s: FloatArray,
    sections: tuple[Locomotion, ...],
    person: PersonConfig,
    rng: np.random.Generator,
) -> _Contacts:
    """Step from contact to contact, each as long as its section, limp and chance say."""

    def mean_step_s(number: int, section: Locomotion) -> float:
        foot = person.first_foot if number % 2 == 0 else person.first_foot.other
        return section.step_s * (1.0 - 0.5 * person.limp * foot.sign)

    t_s = float(borders_s[0]) + 2.0 * LEAD_STRIDES * sections[0].step_s
    last_s = float(borders_s[-1]) - 2.0 * LEAD_STRIDES * sections[-1].step_s
    times, section_of, number = [], [], 0
    while t_s <= last_s:
        index = int(np.searchsorted(borders_s[1:-1], t_s, side="right"))
        times.append(t_s)
        section_of.append(index)
        noise = max(-2.5, min(2.5, float(rng.standard_normal())))
        t_s += mean_step_s(number, sections[index]) * (1.0 + person.variation.time_sd * noise)
        number += 1
    for extra in range(VIRTUAL + 2):
        times.append(t_s)
        t_s += mean_step_s(number + extra, sections[-1])
    for before in range(1, VIRTUAL + 1):
        times.insert(0, times[0] - mean_step_s(-before, sections[0]))
    real = np.zeros(len(times), dtype=np.bool_)
    real[VIRTUAL : VIRTUAL + number] = True
    all_sections = [0] * VIRTUAL + section_of + [len(sections) - 1] * (VIRTUAL + 2)
    return _Contacts(np.array(times), np.array(all_sections), real)


def _foot(
    side: Side,
    rows: IntArray,
    contacts: _Contacts,
    sections: tuple[Locomotion, ...],
    person: PersonConfig,
    rng: np.random.Generator,
) -> Foot:
    times = contacts.times_s
    rows = rows[(rows >= 1) & (rows + 2 < len(times))]
    spared = person.limp * side.sign
    stance = np.array([sections[index].stance for index in contacts.section[rows]])
    initial_s = times[rows]
    final_s = initial_s + (times[rows + 2] - initial_s) * stance * (1.0 - 0.25 * spared)
    # A stance carries the body for half the time between its neighbouring contacts.
    push = 9.80665 * 0.5 * (times[rows + 1] - times[rows - 1]) * (1.0 - 0.2 * spared)
    noise = np.clip(rng.standard_normal((4, len(rows))), -2.5, 2.5)
    spread = person.variation.amplitude_sd * np.array([1.0, 1.0, 1.0, 2.0])
    return Foot(
        initial_s=initial_s,
        final_s=final_s,
        section=contacts.section[rows],
        push=push,
        gains=1.0 + spread[:, None] * noise,
        real=contacts.real[rows],
    )
