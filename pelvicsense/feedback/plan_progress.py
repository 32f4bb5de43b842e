"""How far a session of a plan is: what is left, and whether the person is told anything now."""

from __future__ import annotations

from dataclasses import dataclass

from pelvicsense.feedback.plan import PlanStep


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProgress:
    """A session of a plan at one moment; minutes are minutes of gait, breaks left out.

    Attributes
    ----------
    step
        What is planned.
    minutes
        Done so far.
    feedback_now
        Whether what is outside the target is told now.
    change_min
        Minutes until that changes; none if it stays so until the planned minutes are over.
    """

    step: PlanStep
    minutes: float
    feedback_now: bool
    change_min: float | None = None

    @property
    def done(self) -> bool:
        """Whether the planned minutes are over; a retention check has none."""
        return not self.step.retention and self.minutes >= self.step.session.minutes

    @property
    def session_words(self) -> str:
        """Which session it is."""
        if self.step.retention:
            return "retention check"
        return f"plan session {self.step.number} of {self.step.count}"

    @property
    def minutes_words(self) -> str:
        """How much of it is done."""
        if self.step.retention:
            return f"{_clock(self.minutes)} min"
        return f"{_clock(self.minutes)} of {_clock(self.step.session.minutes)} min"

    @property
    def feedback_words(self) -> str:
        """Whether feedback is given now, and for how long."""
        if self.step.retention:
            return "no feedback: what was kept is checked"
        if self.done:
            return "the planned minutes are done"
        left = _clock(self._left_min)
        if self.change_min is None:
            now = "feedback on" if self.feedback_now else "silent"
            return f"{now} until the end, {left} min"
        change = _clock(self.change_min)
        if self.feedback_now:
            return f"feedback on for {change} min, then silent"
        return f"silent now, feedback again in {change} min"

    @property
    def words(self) -> str:
        """All of it as one line."""
        return f"{self.session_words}, {self.minutes_words}: {self.feedback_words}"

    @property
    def _left_min(self) -> float:
        return max(0.0, self.step.session.minutes - self.minutes)


def _clock(minutes: float) -> str:
    """Return minutes as m:ss; a second that has begun has not passed."""
    whole, second = divmod(int(minutes * 60.0), 60)
    return f"{whole}:{second:02}"
