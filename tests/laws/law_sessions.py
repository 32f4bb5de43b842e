"""Sessions with everything in them that could make a live run differ from a batch."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from simulated import at, go, rough_sensors, stand, with_marks, with_outage
from streams import in_packets, of_kind, run

from pelvicsense.datatypes.calibration import CalibrationNews
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.synthetic import ActivityScript, PersonConfig, SimulatedSession, simulate

NAMES = ("walk", "run", "recalibrated", "stairs")


@cache
def session(name: str) -> SimulatedSession:
    """Noise, loss, jitter and stalls everywhere; a gap in one sensor; marks of all kinds."""
    return _MAKERS[name]()


@cache
def packets(name: str) -> tuple[SampleBlock | Mark, ...]:
    made = session(name)
    return tuple(in_packets(list(made.blocks.values()), made.marks))


@cache
def as_in_life(name: str) -> tuple[Output, ...]:
    """What the pipeline says fed packet by packet."""
    outputs = run(([packet] for packet in packets(name)), session(name).specs)
    assert of_kind(outputs, Stride)
    assert of_kind(outputs, CalibrationNews)
    return tuple(outputs)


def _walk() -> SimulatedSession:
    script = ActivityScript.single(Activity.WALK, 19.0, stand_s=4.5, u_turn_every_s=9.0)
    sensors = with_outage(rough_sensors(), Placement.THIGH_LEFT, 15.0, 0.25)
    made = simulate(PersonConfig(asymmetry=0.2), sensors, script, seed=11)
    return with_marks(
        made,
        at(made, -0.2, MarkKind.NOTE, "before the first sample"),
        at(made, 13.0, MarkKind.PAUSE),
        at(made, 14.5, MarkKind.RESUME),
    )


def _run() -> SimulatedSession:
    script = ActivityScript.single(Activity.RUN, 17.0, stand_s=4.5)
    sensors = with_outage(rough_sensors(), Placement.PELVIS, 16.0, 0.6)
    return simulate(PersonConfig(limp=0.1), sensors, replace(script, mark_still=False), seed=12)


def _recalibrated() -> SimulatedSession:
    """The first pose is found, the second one after a request stated."""
    sections = (stand(4.5), go(Activity.WALK, 9.0), stand(5.0), go(Activity.WALK, 9.0), stand(3.0))
    script = ActivityScript(sections=sections, mark_still=False)
    made = simulate(PersonConfig(), rough_sensors(), script, seed=13)
    return with_marks(
        made,
        at(made, 14.0, MarkKind.RECALIBRATE),
        at(made, 14.2, MarkKind.STILL_START),
        at(made, 17.9, MarkKind.STILL_END),
        at(made, 17.9, MarkKind.CUE, "one moment"),
    )


def _stairs() -> SimulatedSession:
    sections = (
        stand(4.5),
        go(Activity.STAIRS_UP, 8.0),
        go(Activity.WALK, 6.0),
        go(Activity.STAIRS_DOWN, 8.0),
        stand(1.0),
    )
    return simulate(PersonConfig(), rough_sensors(), ActivityScript(sections=sections), seed=14)


_MAKERS = {"walk": _walk, "run": _run, "recalibrated": _recalibrated, "stairs": _stairs}
