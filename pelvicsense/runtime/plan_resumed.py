"""A session of a plan that goes on after a crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pelvicsense.datatypes.errors import PelvicsenseError
from pelvicsense.feedback.plan import PlanStep
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.manifest import read_manifest
from pelvicsense.runtime.analyze import analyze


def resumed(
    step: PlanStep | None, unfinished: Path | None, config: PipelineConfig
) -> PlanStep | None:
    """Return a session of a plan with the minutes that a recording cut short did of it.

    Analyses that recording, which takes seconds.

    Parameters
    ----------
    step
        The session that is to be recorded; none for none.
    unfinished
        The recording that is carried on; none for none.
    config
        Parameters of the analysis.
    """
    if step is None or unfinished is None:
        return step
    try:
        planned = read_manifest(unfinished).plan
        if planned is None or planned.session != step.number:
            return step
        done = analyze(unfinished, config=config).adherence
    except PelvicsenseError:  # nothing can be told from it, so nothing was done of the plan
        return step
    if done is None or replace(done.step, begun_min=0.0) != step:  # the plan was changed
        return step
    return replace(step, begun_min=done.step.begun_min + done.minutes)
