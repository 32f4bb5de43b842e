"""A person's retraining plan: what is aimed at, in which sessions, and how feedback fades.

The usual plan is that of Noehren et al. 2011 and Willy et al. 2012: eight sessions that grow from
15 to 30 minutes, feedback all the time in the first four, then less and less, so that in the end
the person walks or runs in the new way without being told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.zone import CadenceZone, Metric, Zone

CADENCE = "cadence_spm"
TARGET_METRICS: Sequence[str] = (*(metric.value for metric in Metric), CADENCE)
"""What a plan can aim at; each name ends in its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is aimed at, on both sides.

    Attributes
    ----------
    metric
        One of `TARGET_METRICS`.
    activity
        In which activity.
    low, high
        Borders of the zone, in the metric's unit.

    Raises
    ------
    ConfigurationError
        If the metric is none of these, or the borders make no zone.
    """

    metric: str
    activity: Activity
    low: float
    high: float

    def __post_init__(self) -> None:
        if self.metric not in TARGET_METRICS:
            msg = f"metric: expected one of {', '.join(TARGET_METRICS)}, got {self.metric!r}"
            raise ConfigurationError(msg)
        self.configure(FeedbackConfig())

    def configure(self, config: FeedbackConfig) -> FeedbackConfig:
        """Return feedback with this target, and no other."""
        config = replace(config, activity=self.activity, zones={}, cadence=None)
        if self.metric == CADENCE:
            return replace(config, cadence=CadenceZone(low_spm=self.low, high_spm=self.high))
        metric, zone = Metric(self.metric), Zone(low_deg=self.low, high_deg=self.high)
        return replace(config, metric=metric, zones={metric: zone})

    @property
    def words(self) -> str:
        """The target as people read it."""
        if self.metric == CADENCE:
            return f"cadence {self.low:.0f} to {self.high:.0f} steps/min"
        name = self.metric.removesuffix("_deg").replace("_", " ")
        return f"{name} {self.low:.1f} to {self.high:.1f}°"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """One session of a plan: minutes of gait, and the share of them with feedback, percent."""

    minutes: float
    feedback_percent: float


PUBLISHED_SESSIONS: Sequence[PlannedSession] = tuple(
    PlannedSession(minutes=minutes, feedback_percent=percent)
    for minutes, percent in zip(
        (15, 17, 19, 21, 24, 26, 28, 30), (100, 100, 100, 100, 75, 50, 25, 10), strict=True
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A retraining plan.

    Attributes
    ----------
    subject
        Whose.
    target
        What is aimed at.
    sessions
        In order; at least one.
    """

    subject: str
    target: Target
    sessions: tuple[PlannedSession, ...] = tuple(PUBLISHED_SESSIONS)

    def step(self, number: int) -> PlanStep:
        """Return session ``number``, from 1; one more than there are is a retention check."""
        count = len(self.sessions)
        if not 1 <= number <= count + 1:
            msg = (
                f"plan of {self.subject}: expected a session from 1 to {count}, or {count + 1} for "
                f"a check of what was kept, got {number}"
            )
            raise ConfigurationError(msg)
        retention = PlannedSession(minutes=0.0, feedback_percent=0.0)
        return PlanStep(
            number=number,
            count=count,
            session=self.sessions[number - 1] if number <= count else retention,
            target=self.target,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One session of a plan as it is carried out.

    Attributes
    ----------
    number, count
        Which session of how many; ``count + 1`` is a check, without feedback, of what was kept.
    session, target
        What is planned.
    begun_min
        Minutes of gait that were done of it in a recording that was cut short, and that this one
        carries on.
    """

    number: int
    count: int
    session: PlannedSession
    target: Target
    begun_min: float = 0.0

    @property
    def retention(self) -> bool:
        """A check of what was kept after the last planned session."""
        return self.number > self.count

    def configure(self, config: FeedbackConfig) -> FeedbackConfig:
        """Return feedback as planned; how it sounds stays."""
        return replace(
            self.target.configure(config),
            mode=FeedbackMode.FADED,
            share=self.session.feedback_percent / 100.0,
            minutes=self.session.minutes,
        )

    @property
    def words(self) -> str:
        """The session as people read it."""
        if self.retention:
            return f"retention check: {self.target.words}, without feedback"
        return (
            f"plan session {self.number} of {self.count}: {self.session.minutes:g} min, feedback "
            f"in {self.session.feedback_percent:g} % of them, {self.target.words}"
        )
