"""What other tools wrote becomes a session, and the session gives strides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import tools
from tools import Worn, worn

from pelvicsense.cli import import_ as import_command
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.exchange.imports.formats import FORMATS
from pelvicsense.exchange.imports.run import About, import_session
from pelvicsense.exchange.imports.signal import ReadOptions
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.synthetic import SimulatedSession


@dataclass(frozen=True)
class Case:
    """One layout: what is written, and what the user then says."""

    write: Callable[[Path, Sequence[Worn]], Sequence[Path]]
    name: str
    placements: dict[Placement, str] = field(default_factory=dict)
    rate_hz: float = 100.0
    mapped: bool = False


def _phones(writer: Callable[..., Path], **style: str | bool) -> Callable[..., list[Path]]:
    return lambda folder, sensors: [writer(folder / s.placement, s, **style) for s in sensors]


_BY_NUMBER = {placement: f"00B4{i:04d}" for i, placement in enumerate(Placement)}

CASES = {
    "movella-dot": Case(tools.movella_dot, "movella-dot"),
    "movella-dot-60-hz": Case(tools.movella_dot, "movella-dot", rate_hz=60.0),
    "movella-dot-comma-at-the-end": Case(
        lambda f, s: tools.movella_dot(f, s, tail=","), "movella-dot"
    ),
    "metabase": Case(tools.metabase, "metabase"),
    "metabase-slow-gyroscope": Case(
        lambda folder, sensors: tools.metabase(folder, sensors, gyr_every=2), "metabase"
    ),
    "witmotion": Case(lambda f, s: [tools.witmotion(f / "wit.txt", s)], "witmotion"),
    "witmotion-older": Case(lambda f, s: [tools.witmotion(f / "wit.csv", s, 1)], "witmotion"),
    "witmotion-chinese": Case(lambda f, s: [tools.witmotion(f / "wit.txt", s, 3)], "witmotion"),
    "witmotion-python": Case(tools.witmotion_sdk, "witmotion"),
    "xsens-mtw": Case(tools.xsens_mtw, "xsens-mtw", _BY_NUMBER),
    "xsens-mtw-commas": Case(
        lambda f, s: tools.xsens_mtw(f, s, separator=","), "xsens-mtw", _BY_NUMBER
    ),
    "xsens-mtw-older": Case(
        lambda f, s: tools.xsens_mtw(f, s, older=True), "xsens-mtw", _BY_NUMBER
    ),
    "opensense": Case(lambda f, s: [tools.opensense(f, s).parent], "opensense"),
    "phyphox": Case(_phones(tools.phyphox), "phyphox"),
    "phyphox-decimal-comma": Case(_phones(tools.phyphox, separator=";", decimal=","), "phyphox"),
    "sensor-logger": Case(_phones(tools.sensor_logger), "sensor-logger"),
    "sensor-logger-older": Case(_phones(tools.sensor_logger, older=True), "sensor-logger"),
    "sensor-logger-iphone": Case(_phones(tools.sensor_logger, platform="ios"), "sensor-logger"),
    "bids-motion": Case(lambda f, s: [tools.bids_motion(f, s).parent], "bids-motion"),
    "csv": Case(lambda f, s: [tools.plain_csv(f / "all.csv", s)], "csv", mapped=True),
}


@pytest.mark.parametrize("key", CASES)
def test_an_import_gives_the_strides_that_were_walked(
    key: str, walk: SimulatedSession, tmp_path: Path
) -> None:
    case = CASES[key]
    sensors = worn(walk, case.rate_hz)
    files = case.write(tmp_path / "files", sensors)
    mapping = tools.mapping_for(tmp_path / "map.toml", sensors) if case.mapped else None
    done = import_session(
        files,
        tmp_path / "session",
        About(subject="P07"),
        placements=case.placements,
        options=ReadOptions(mapping=mapping),
    )
    assert done.formats == (case.name,)
    specs = open_session(tmp_path / "session").manifest.sensors
    assert set(specs) == set(Placement)
    for spec in specs.values():
        assert spec.profile == "imported"
        assert spec.rate_hz == pytest.approx(case.rate_hz, rel=0.01)
    result = analyze(tmp_path / "session")
    assert abs(len(result.strides) - len(walk.truth_strides)) <= 1
    for side in Side:
        found, true = (
            np.mean([s.angles.pelvic_drop_peak_deg for s in strides if s.side is side and s.valid])
            for strides in (result.strides, walk.truth_strides)
        )
        assert found == pytest.approx(true, abs=0.5)


@pytest.mark.parametrize("key", ["movella-dot", "metabase", "sensor-logger", "bids-motion"])
def test_samples_and_start_are_those_of_the_file(
    key: str, walk: SimulatedSession, tmp_path: Path
) -> None:
    sensors = worn(walk)
    files = CASES[key].write(tmp_path / "files", sensors)
    done = import_session(files, tmp_path / "session", About(subject="P07"))
    for sensor in sensors:
        own = done.sensors[sensor.placement]
        assert len(own) == len(sensor.t_s)
        np.testing.assert_allclose(own.acc, sensor.acc, atol=1e-4)
        np.testing.assert_allclose(own.gyr, sensor.gyr, atol=1e-5)
        period = np.diff(own.time_ns - own.time_ns[0]) * 1e-9
        np.testing.assert_allclose(period, np.diff(sensor.t_s), atol=1.1e-3)
    started = done.session.manifest.started_at
    assert abs((started - tools.START).total_seconds()) < 0.1


def test_a_format_that_was_named_is_not_doubted(walk: SimulatedSession, tmp_path: Path) -> None:
    """Without comment lines and with commas, MT Manager's columns are those of a Movella DOT."""
    files = tools.xsens_mtw(tmp_path / "files", worn(walk), header=False, separator=",")
    done = import_session(
        files,
        tmp_path / "session",
        About(subject="P07"),
        from_format="xsens-mtw",
        placements=_BY_NUMBER,
        options=ReadOptions(rate_hz=100.0),
    )
    assert done.formats == ("xsens-mtw",)
    assert set(done.sensors) == set(Placement)


def test_lost_samples_stay_lost(walk: SimulatedSession, tmp_path: Path) -> None:
    files = tools.movella_dot(tmp_path / "files", worn(walk))
    lines = files[0].read_text(encoding="utf-8").splitlines(keepends=True)
    files[0].write_text("".join(lines[:1300] + lines[1400:]), encoding="utf-8")
    import_session(files, tmp_path / "session", About(subject="P07"))
    link = analyze(tmp_path / "session").links[Placement.PELVIS]
    assert link.lost == 100
    assert link.longest_gap_s == pytest.approx(1.0, abs=0.05)


def test_a_torn_last_line_is_dropped(walk: SimulatedSession, tmp_path: Path) -> None:
    files = tools.movella_dot(tmp_path / "files", worn(walk))
    whole = files[0].read_text(encoding="utf-8")
    files[0].write_text(whole[: whole.rindex("\n", 0, -1) + 20], encoding="utf-8")
    done = import_session(files, tmp_path / "session", About(subject="P07"))
    lengths = {placement: len(sensor) for placement, sensor in done.sensors.items()}
    assert lengths[Placement.PELVIS] == lengths[Placement.THIGH_LEFT] - 1


def test_what_a_reader_must_know_is_in_the_marks(walk: SimulatedSession, tmp_path: Path) -> None:
    files = tools.movella_dot(tmp_path / "files", worn(walk), synced=False)
    done = import_session(files, tmp_path / "session", About(subject="P07"))
    notes = [p.mark.text for p in done.session.marks if p.mark.kind is MarkKind.NOTE]
    assert notes[0] == "Imported from movella-dot."
    assert any("do not say that the Movella DOT sensors were" in note for note in notes)


def test_one_thigh_will_do(walk: SimulatedSession, tmp_path: Path) -> None:
    files = tools.movella_dot(tmp_path / "files", worn(walk)[:2])
    import_session(files, tmp_path / "session", About(subject="P07"))
    assert len(analyze(tmp_path / "session").strides) > 20


def test_the_command_offers_every_format() -> None:
    assert set(import_command.FORMATS) == {"auto", *FORMATS}
