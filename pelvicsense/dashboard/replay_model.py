"""The time line of a replay."""

from __future__ import annotations

from pelvicsense.dashboard.view_state_after import Gap, ReplayView, StrideSpan, TimelineMark
from pelvicsense.sinks.live_facts import Analysed, ReplayFact


class ReplayModel:
    """What the time line is made of."""

    def __init__(self) -> None:
        self._strides: tuple[StrideSpan, ...] = ()
        self._marks: tuple[TimelineMark, ...] = ()
        self._gaps: tuple[Gap, ...] = ()

    def take(self, analysed: Analysed) -> None:
        """Take what the analysis found."""
        self._strides = tuple(
            StrideSpan(
                side=stride.side,
                t_contact_s=stride.t_contact_s,
                t_end_s=stride.t_end_s,
                valid=stride.valid,
            )
            for stride in analysed.strides
        )
        self._marks = tuple(
            TimelineMark(
                t_s=placed.t_s,
                kind=placed.mark.kind,
                sensor=placed.mark.sensor,
                text=placed.mark.text,
            )
            for placed in analysed.marks
        )
        self._gaps = tuple(
            Gap(sensor=gap.sensor, start_s=gap.start_s, end_s=gap.end_s) for gap in analysed.gaps
        )

    def view(self, replay: ReplayFact) -> ReplayView:
        """Return the time line with the player on it."""
        return ReplayView(
            name=replay.name,
            analysed=replay.analysed,
            duration_s=replay.duration_s,
            position_s=replay.position_s,
            playing=replay.playing,
            speed=replay.speed,
            strides=self._strides,
            marks=self._marks,
            gaps=self._gaps,
        )
