from __future__ import annotations

from pathlib import Path

from pelvicsense.datatypes.calibration import CalibrationNews
from pelvicsense.datatypes.gait import Flag, StanceReport, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.replay import LatencyTally, latency_s, replay


def make_report(late_s: float, *flags: Flag) -> StanceReport:
    return StanceReport(
        side=Side.LEFT,
        activity=Activity.WALK,
        t_contact_s=1.0,
        t_final_contact_s=1.6,
        angles=StrideAngles(),
        standard_errors=StrideAngles(),
        flags=flags,
        known_at_s=1.6 + late_s,
    )


def test_replay_without_waiting_gives_the_strides_of_the_analysis(simulated_walk: Path) -> None:
    outputs = list(replay(open_session(simulated_walk), PipelineConfig(), None))
    assert sum(isinstance(item, CalibrationNews) for item in outputs) >= 1
    strides = [item for item in outputs if isinstance(item, Stride)]
    assert repr(strides) == repr(list(analyze(simulated_walk).strides))


def test_a_stance_ends_with_its_final_contact() -> None:
    assert abs(latency_s(make_report(0.07)) - 0.07) < 1e-12


def test_quantiles_are_those_of_the_counts() -> None:
    tally = LatencyTally()
    for late_ms in range(1, 101):
        tally.add(make_report(late_ms / 1000))
    assert tally.quantile_ms(Activity.WALK, 0.5) == 50
    assert tally.quantile_ms(Activity.WALK, 0.95) == 95


def test_what_waited_for_the_calibration_is_counted_apart() -> None:
    tally = LatencyTally()
    tally.add(make_report(4.0, Flag.BEFORE_CALIBRATION))
    assert tally.before_calibration == 1
    assert tally.by_activity == {}
