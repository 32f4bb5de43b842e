"""How well a session of a plan was carried out, from what became known in it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pelvicsense.datatypes.gait import StanceReport, Stride
from pelvicsense.feedback.plan import PlanStep
from pelvicsense.feedback.programme import FeedbackConfig, Programme
from pelvicsense.feedback.zone import ZonePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class InZone:
    """How many of the judged stances (or cadences) lay in the zone."""

    judged: int
    inside: int

    @property
    def share(self) -> float:
        """0…1; ``nan`` if none was judged."""
        return self.inside / self.judged if self.judged else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """What was done of a planned session.

    Attributes
    ----------
    step
        What was planned.
    minutes
        Minutes of gait of the planned activity, of this recording alone.
    cues
        How often the person was told something.
    with_feedback, without_feedback
        What lay in the zone while feedback was given, and while it was not.
    """

    step: PlanStep
    minutes: float
    cues: int
    with_feedback: InZone
    without_feedback: InZone


def adherence(step: PlanStep, known: Iterable[StanceReport | Stride]) -> Adherence:
    """Judge everything that became known in a session, in order, as it was judged live."""
    programme = Programme(step.configure(FeedbackConfig()), step.begun_min)
    judged = [j for item in known if (j := programme.judge(item)) is not None]
    counts = {
        feedback: InZone(
            judged=sum(j.feedback is feedback for j in judged),
            inside=sum(j.feedback is feedback and j.cue.place is ZonePlace.IN for j in judged),
        )
        for feedback in (True, False)
    }
    return Adherence(
        step=step,
        minutes=programme.minutes - step.begun_min,
        cues=sum(j.told for j in judged),
        with_feedback=counts[True],
        without_feedback=counts[False],
    )
