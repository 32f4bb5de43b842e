"""How contacts lie around a step's anchor: constants and small linear corrections.

``time = anchor + intercept + Σ slope · (clip(landmark) - centre)``, all in ms; a landmark that was
not seen counts as its centre. On stairs the anchor may lie 150 ms late, so that contacts are then
drawn towards a fixed time after a landmark of the thigh (`Pull`). The terms were fitted by robust
regression (Huber 1964, doi:10.1214/aoms/1177703732) to walking and stairs of eight people with
foot-marker contacts, and to two runners on a force plate and six with foot markers; see `LANDMARKS`
for what each one is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

LANDMARKS = {
    "step_time": "time since the previous anchor",
    "vertical_peak": "largest vertical acceleration, 0…220 ms after the anchor",
    "vertical_jerk": "steepest rise of vertical acceleration, -60…180 ms",
    "vertical_zero": "first upward zero crossing of vertical acceleration, -80…150 ms",
    "forward_peak": "largest forward acceleration, -100…150 ms",
    "forward_drop": "steepest fall of forward acceleration, -60…200 ms",
    "forward_low": "least forward acceleration, 0…230 ms",
    "swing_end": "the landing thigh is most flexed",
    "swing_end_angle": "its inclination then, rad × 100",
    "push_start": "the other thigh is most extended",
    "push_rise": "the other thigh's rate rises most steeply",
    "push_angle": "the other thigh's inclination when most extended, rad × 100",
}
"""Landmarks and their meaning; times in ms after the anchor. Signals are smoothed over 70 ms
(vertical and forward acceleration of the pelvis), see `swings` for the thighs'."""


@dataclass(frozen=True, slots=True)
class Term:
    """One correction: slope (ms per unit), centre and clipping range of the landmark."""

    slope: float
    centre: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ContactTime:
    """A contact after its anchor or landmark, and its standard uncertainty, ms."""

    after_ms: float
    sigma_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """Draws a contact towards ``after_ms`` behind a landmark, within limits (ms).

    Attributes
    ----------
    landmark, after_ms
        Where it draws the contact.
    until
        A landmark later than this after the anchor, ms, is not believed.
    weight
        How strongly, 0…1.
    slack
        Further than this from there, ms, a contact has lost its anchor and follows wholly.
    earliest, latest
        Limits of the shift, ms: short where the landmark itself may come late.
    usual
        Shift of most contacts, ms: where it is another, anchor and landmark disagree.
    """

    landmark: str
    after_ms: float
    until: float = math.inf
    weight: float
    slack: float = math.inf
    earliest: float
    latest: float
    usual: float

    def shift_ms(self, time_ms: float, landmarks: Mapping[str, float]) -> float:
        """Return the change of a contact at ``time_ms`` after the anchor, ms."""
        at = landmarks.get(self.landmark)
        if at is None or at > self.until:
            return self.usual
        gap = at + self.after_ms - time_ms
        held = min(max(gap, -self.slack), self.slack)
        return min(max(self.weight * held + gap - held, self.earliest), self.latest)


_DISAGREEMENT = 0.6
"""Uncertainty of a contact per unusual shift by its pull: what the errors of optical and simulated
stair steps showed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactModel:
    """Where one kind of contact lies around the anchor.

    ``sigma_ms``: its error for someone the model was not fitted to, where all landmarks agree.
    """

    intercept_ms: float
    sigma_ms: float
    terms: Mapping[str, Term]
    pull: Pull | None = None

    def place(self, landmarks: Mapping[str, float]) -> ContactTime:
        """Return when the contact was, after the anchor."""
        time = self.intercept_ms
        for name, term in self.terms.items():
            value = landmarks.get(name)
            if value is not None:
                time += term.slope * (min(max(value, term.low), term.high) - term.centre)
        if self.pull is None:
            return ContactTime(time, self.sigma_ms)
        shift = self.pull.shift_ms(time, landmarks)
        unusual = _DISAGREEMENT * (shift - self.pull.usual)
        return ContactTime(time + shift, math.hypot(self.sigma_ms, unusual))


INITIAL = ContactModel(
    intercept_ms=69.0,
    sigma_ms=15.0,
    terms={
        "vertical_peak": Term(0.454, 124.0, 60.0, 180.0),
        "vertical_jerk": Term(0.053, 63.0, -53.0, 182.0),
        "vertical_zero": Term(-0.181, 4.0, -64.0, 36.0),
        "forward_peak": Term(0.059, 61.0, -131.0, 168.0),
        "forward_drop": Term(0.088, 124.0, -75.0, 215.0),
        "forward_low": Term(0.034, 183.0, -50.0, 376.0),
        "swing_end": Term(0.138, -79.0, -180.0, 0.0),
        "swing_end_angle": Term(-0.315, 43.0, 15.0, 104.0),
        "push_start": Term(0.072, 139.0, -71.0, 316.0),
        "push_rise": Term(0.023, 190.0, -49.0, 345.0),
        "push_angle": Term(-0.042, -20.0, -40.0, 16.0),
    },
    pull=Pull(
        landmark="swing_end",
        after_ms=155.0,
        until=40.0,
        weight=0.5,
        earliest=-60.0,
        latest=10.0,
        usual=0.0,
    ),
)
"""Initial contact of the landing foot, walking and downstairs.

The regression has weight 0.65; the rest is "the vertical acceleration peaks 48 ms after contact",
which holds across people, and the end of the swing is clipped closer: where the thigh's angle has a
plateau, its maximum may come 200 ms late. The intercept lies between what two optical walkers
and ten simulated ones ask for, 9 ms apart."""

INITIAL_FIRST = replace(
    INITIAL,
    sigma_ms=25.0,
    pull=Pull(
        landmark="swing_end",
        after_ms=190.0,
        until=40.0,
        weight=0.5,
        earliest=-60.0,
        latest=40.0,
        usual=0.0,
    ),
)
"""Initial contact of the first step after standing: the leg is set down later
after the end of its swing (five optical starts: 155 to 215 ms, in walking 120 to 165)."""

INITIAL_LAST = replace(
    INITIAL,
    sigma_ms=20.0,
    pull=Pull(
        landmark="swing_end",
        after_ms=120.0,
        until=40.0,
        weight=0.8,
        earliest=-120.0,
        latest=20.0,
        usual=0.0,
    ),
)
"""Initial contact of the last step before standing, both thighs worn: the pelvis hardly feels the
landing of a foot that is only set beside the other, and its landmarks come late (eleven optical
stops: contact 95 to 165 ms after the end of the swing, 80 ms before to 20 ms after the anchor)."""

INITIAL_UPSTAIRS = ContactModel(
    intercept_ms=66.0,
    sigma_ms=16.0,
    terms={
        "vertical_peak": Term(0.160, 124.0, 42.0, 227.0),
        "vertical_jerk": Term(0.082, 63.0, -53.0, 182.0),
        "vertical_zero": Term(-0.278, 4.0, -64.0, 36.0),
        "forward_peak": Term(0.091, 61.0, -131.0, 168.0),
        "forward_drop": Term(0.135, 124.0, -75.0, 215.0),
        "forward_low": Term(0.052, 183.0, -50.0, 376.0),
        "swing_end": Term(0.212, -79.0, -253.0, 145.0),
        "swing_end_angle": Term(-0.485, 43.0, 15.0, 104.0),
        "push_start": Term(0.111, 139.0, -71.0, 316.0),
        "push_rise": Term(0.035, 190.0, -49.0, 345.0),
        "push_angle": Term(-0.064, -20.0, -40.0, 16.0),
    },
    pull=Pull(
        landmark="swing_end",
        after_ms=110.0,
        weight=0.5,
        slack=60.0,
        earliest=-200.0,
        latest=200.0,
        usual=28.0,
    ),
)
"""Initial contact of the landing foot upstairs. The anchor of a first step may
lie 200 ms early, the end of its swing does not."""

FINAL_TWO_THIGHS = ContactModel(
    intercept_ms=254.2,
    sigma_ms=17.0,
    terms={
        "step_time": Term(0.100, 587.0, 288.0, 919.0),
        "swing_end": Term(0.027, -67.0, -256.0, 145.0),
        "swing_end_angle": Term(-0.415, 44.0, 28.0, 105.0),
        "push_start": Term(0.332, 141.0, -12.0, 315.0),
        "push_rise": Term(0.609, 193.0, 13.0, 341.0),
        "push_angle": Term(0.141, -21.0, -40.0, 16.0),
    },
)
"""Final contact of the other foot, whose thigh is worn, walking and upstairs."""

FINAL_DOWNSTAIRS = replace(
    FINAL_TWO_THIGHS,
    pull=Pull(
        landmark="push_start", after_ms=75.0, weight=0.7, earliest=-105.0, latest=105.0, usual=0.0
    ),
)
"""Final contact of the other foot, whose thigh is worn, downstairs: mostly so long after the thigh
was most extended, since the anchor wanders by 100 ms."""

INITIAL_OTHER_FOOT = ContactModel(
    intercept_ms=60.6,
    sigma_ms=22.0,
    terms={
        "vertical_peak": Term(0.257, 126.0, 43.0, 226.0),
        "vertical_jerk": Term(0.071, 64.0, -51.0, 182.0),
        "vertical_zero": Term(-0.292, 4.0, -67.0, 36.0),
        "forward_peak": Term(0.116, 63.0, -128.0, 162.0),
        "forward_drop": Term(0.198, 127.0, -76.0, 216.0),
        "forward_low": Term(0.049, 185.0, -57.0, 361.0),
        "push_start": Term(0.058, 135.0, -76.0, 314.0),
        "push_rise": Term(0.026, 183.0, -35.0, 337.0),
        "push_angle": Term(-0.426, -21.0, -41.0, 19.0),
    },
)
"""Initial contact of a foot whose thigh is not worn, walking and downstairs."""

FINAL_ONE_THIGH = ContactModel(
    intercept_ms=195.0,
    sigma_ms=38.0,
    terms={
        "step_time": Term(0.068, 580.0, 290.0, 902.0),
        "vertical_peak": Term(0.258, 127.0, 45.0, 227.0),
        "forward_drop": Term(0.154, 130.0, -59.0, 216.0),
        "forward_low": Term(0.048, 187.0, -86.0, 376.0),
        "swing_end": Term(0.137, -72.0, -242.0, 128.0),
        "swing_end_angle": Term(0.982, 44.0, 29.0, 98.0),
    },
)
"""Final contact of a foot whose thigh is not worn, walking and stairs."""

USUAL_LOADED_MS = 165.0
"""How long the pelvis is pushed upward in a running step, where that is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningModel:
    """Where a contact of a running step lies: it moves with how long the pelvis is pushed upward.

    Speed, slope and the runner all change how steeply a foot takes the load, and the duration of
    the push shows it: a smoothed zero crossing lags behind a slow rise more than behind a quick
    one.

    Attributes
    ----------
    usual_ms, sigma_ms
        Contact after its landmark for the usual push, and its error for a stranger.
    slope
        Change of that per change of the push, ms per ms.
    shortest_ms, longest_ms
        Pushes beyond these count as these.
    """

    usual_ms: float
    sigma_ms: float
    slope: float
    shortest_ms: float = 125.0
    longest_ms: float = 200.0

    def place(self, loaded_ms: float) -> ContactTime:
        """Return when the contact was, after its landmark."""
        loaded = min(max(loaded_ms, self.shortest_ms), self.longest_ms)
        return ContactTime(self.usual_ms + self.slope * (loaded - USUAL_LOADED_MS), self.sigma_ms)


RUNNING_INITIAL = RunningModel(usual_ms=-28.5, sigma_ms=10.0, slope=-0.87)
"""Initial contact after the anchor in running."""

RUNNING_FINAL = RunningModel(usual_ms=43.0, sigma_ms=13.0, slope=0.68)
"""Final contact in running after the vertical acceleration, smoothed, falls through zero.

Both were fitted to two runners with force-plate contacts at 2.5 m/s, six times as heavy, and to
the level, treadmill and slope runs of ten simulated people (1.8 to 5.5 m/s): one line holds all."""
