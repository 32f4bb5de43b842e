"""From contacts to stances and strides, and which of them count.

A stance is pronounced at its final contact, so that its values can be reported while the foot is
still in the air; the stride's row follows at the next initial contact of the same foot.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass

from pelvicsense.datatypes.gait import EventKind, Flag, GaitEvent
from pelvicsense.datatypes.placement import Activity, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideConfig:
    """What a stride may look like.

    Attributes
    ----------
    stride_time_s
        Shortest and longest stride, s.
    stance_fraction
        Least and largest share of stance.
    swing_s
        Shortest swing of a walker, s: a foot that lands sooner has not landed there, so that the
        stride that begins with this contact does not count.
    bout_pause_s
        Time without a contact after which a new bout begins, s.
    usual_share
        Shortest and longest stride against the median of the last ones.
    usual_share_running
        The shortest in running, where strides are even: a missed contact makes a shorter one.
    doubtful_score
        Contacts that fit worse than this flag their stride.
    """

    stride_time_s: tuple[float, float] = (0.4, 2.0)
    stance_fraction: tuple[float, float] = (0.20, 0.85)
    swing_s: float = 0.2
    bout_pause_s: float = 1.5
    usual_share: tuple[float, float] = (0.65, 1.6)
    usual_share_running: float = 0.75
    doubtful_score: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """One foot on the ground, from initial to final contact; times in s.

    ``contact_sigma_s``, ``final_sigma_s``: standard uncertainties of the two contacts.
    """

    side: Side
    activity: Activity
    t_contact_s: float
    contact_sigma_s: float
    final_sigma_s: float
    t_final_contact_s: float
    known_at_s: float
    flags: tuple[Flag, ...]

    @property
    def span_s(self) -> tuple[float, float]:
        """From initial to final contact, s."""
        return self.t_contact_s, self.t_final_contact_s


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideTimes:
    """A stance and the initial contact that ends its stride.

    Attributes
    ----------
    stance
        The stance.
    t_end_s, known_at_s
        Next initial contact of the same foot, and when it was known.
    plausible
        Duration and share of stance are those of a stride, and no contact is left over.
    """

    stance: Stance
    t_end_s: float
    known_at_s: float
    plausible: bool

    @property
    def span_s(self) -> tuple[float, float]:
        """From initial contact to initial contact, s."""
        return self.stance.t_contact_s, self.t_end_s

    @property
    def stride_time_s(self) -> float:
        """Duration of the stride, s."""
        return self.t_end_s - self.stance.t_contact_s

    @property
    def stance_fraction(self) -> float:
        """Share of the stride in which the foot stands."""
        return (self.stance.t_final_contact_s - self.stance.t_contact_s) / self.stride_time_s

    @property
    def cadence_spm(self) -> float:
        """Steps per minute, two steps to a stride."""
        return 120.0 / self.stride_time_s


@dataclass(slots=True)
class _Foot:
    """The open stride of one foot."""

    initial: GaitEvent | None = None
    first: bool = False
    stance: Stance | None = None
    spoiled: bool = False


class StrideBuilder:
    """Pair the contacts of each foot into stances and strides."""

    def __init__(self, config: StrideConfig) -> None:
        self.config = config
        self._feet = {side: _Foot() for side in Side}
        self._last_initial_s = -math.inf
        self._times: deque[float] = deque(maxlen=6)

    def add(self, event: GaitEvent) -> Stance | StrideTimes | None:
        """Take one event, in the order in which they became known; return what it completes."""
        if event.kind is EventKind.FINAL_CONTACT:
            return self._leave(event)
        return self._land(event)

    def _leave(self, event: GaitEvent) -> Stance | None:
        foot = self._feet[event.side]
        initial = foot.initial
        if initial is None or event.t_s <= initial.t_s:
            return None
        if foot.stance is not None:
            foot.spoiled = True  # two final contacts: one of them is wrong
            return None
        if event.t_s - initial.t_s > self.config.stride_time_s[1]:
            return None
        flags = [Flag.FIRST] if foot.first else []
        if min(event.score, initial.score) < self.config.doubtful_score:
            flags.append(Flag.LOW_CONFIDENCE)
        foot.stance = Stance(
            side=event.side,
            activity=_activity(initial.activity, event.activity),
            t_contact_s=initial.t_s,
            contact_sigma_s=initial.sigma_s,
            final_sigma_s=event.sigma_s,
            t_final_contact_s=event.t_s,
            known_at_s=event.known_at_s,
            flags=tuple(flags),
        )
        return foot.stance

    def _land(self, event: GaitEvent) -> StrideTimes | None:
        foot = self._feet[event.side]
        first = event.t_s - self._last_initial_s > self.config.bout_pause_s
        self._last_initial_s = event.t_s
        if first:
            self._times.clear()
        landed = _Foot(initial=event, first=first)
        self._feet[event.side] = landed
        if foot.stance is None or event.t_s <= foot.stance.t_final_contact_s:
            return None
        swing_s = event.t_s - foot.stance.t_final_contact_s
        landed.spoiled = event.activity is not Activity.RUN and swing_s < self.config.swing_s
        time_s = event.t_s - foot.stance.t_contact_s
        if time_s > self.config.stride_time_s[1]:
            return None  # the foot rested in between: no stride
        stride = StrideTimes(
            stance=foot.stance,
            t_end_s=event.t_s,
            known_at_s=event.known_at_s,
            plausible=not foot.spoiled and self._plausible(foot.stance, time_s),
        )
        self._times.append(time_s)
        return stride

    def _plausible(self, stance: Stance, time_s: float) -> bool:
        """Whether a stride of this duration may be one."""
        low, high = self.config.stance_fraction
        fraction = (stance.t_final_contact_s - stance.t_contact_s) / time_s
        return (
            time_s >= self.config.stride_time_s[0]
            and low <= fraction <= high
            and self._usual(stance.activity, time_s)
        )

    def _usual(self, activity: Activity, time_s: float) -> bool:
        """Whether a stride is about as long as the last ones: a missed contact makes it differ."""
        if len(self._times) < 4:
            return True
        low, high = self.config.usual_share
        if activity is Activity.RUN:
            low = self.config.usual_share_running
        return low <= time_s / statistics.median(self._times) <= high


def _activity(landing: Activity, leaving: Activity) -> Activity:
    """Say what a stance was from its two contacts: each sees one side of climbing."""
    if landing is leaving:
        return landing
    if Activity.RUN in (landing, leaving):
        return Activity.UNKNOWN  # the flight phase began or ended within the stance
    return landing if landing is Activity.STAIRS_UP else leaving
