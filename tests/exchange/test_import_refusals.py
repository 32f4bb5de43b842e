"""What cannot be right is refused in one clear sentence, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tools
from tools import Worn, worn

from pelvicsense.cli.app import run
from pelvicsense.datatypes.errors import ConfigurationError, PelvicsenseError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.exchange.imports.place import parse_placements, placement_in
from pelvicsense.exchange.imports.run import About, import_session
from pelvicsense.exchange.imports.signal import ReadOptions
from pelvicsense.synthetic import SimulatedSession

Write = Callable[[Path, Sequence[Worn]], Sequence[Path]]


def _edited(write: Write, old: str, new: str, file: str = "*") -> Write:
    """Files of which the first that fits has one text replaced."""

    def edited(folder: Path, sensors: Sequence[Worn]) -> Sequence[Path]:
        given = write(folder, sensors)
        path = next(p for p in sorted(folder.rglob(file)) if p.is_file())
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return given

    return edited


def _without(write: Write, pattern: str) -> Write:
    """Files of which those that fit are gone."""

    def without(folder: Path, sensors: Sequence[Worn]) -> Sequence[Path]:
        given = write(folder, sensors)
        for path in folder.rglob(pattern):
            path.unlink()
        return [path for path in given if path.exists()]

    return without


def _scaled(write: Write, acc: float = 1.0, gyr: float = 1.0) -> Write:
    return lambda folder, sensors: write(
        folder, [replace(s, acc=acc * s.acc, gyr=gyr * s.gyr) for s in sensors]
    )


def _slow(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    return tools.movella_dot(
        folder, [replace(s, t_s=s.t_s[::5], acc=s.acc[::5], gyr=s.gyr[::5]) for s in sensors]
    )


def _phyphox(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    return [tools.phyphox(folder / s.placement, s) for s in sensors]


def _linear(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    return [tools.phyphox(folder / s.placement, s, linear=True) for s in sensors]


def _sensor_logger(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    return [tools.sensor_logger(folder / s.placement, s) for s in sensors]


def _opensense(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    return [tools.opensense(folder, sensors)]


def _bids(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    return [tools.bids_motion(folder, sensors)]


def _content(content: bytes) -> Write:
    def write(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
        del sensors
        folder.mkdir()
        (folder / "file.csv").write_bytes(content)
        return [folder / "file.csv"]

    return write


REFUSALS: dict[str, tuple[Write, str]] = {
    "acceleration in g": (_scaled(tools.movella_dot, acc=1 / 9.81), "looks like g, not m/s²"),
    "acceleration in mg": (_scaled(tools.movella_dot, acc=1e3 / 9.81), "looks like mg, not m/s²"),
    "another gravity": (_scaled(tools.movella_dot, acc=0.8), r"about 9.81 at rest, got 7.8"),
    "rate in rad/s": (
        _scaled(tools.movella_dot, gyr=np.pi / 180),
        "looks like rad/s taken for °/s",
    ),
    "rate in deg/s": (_scaled(_bids, gyr=180 / np.pi), "looks like °/s taken for rad/s"),
    "linear acceleration": (_linear, "acceleration without g only"),
    "no gyroscope": (_without(_phyphox, "Gyroscope.csv"), "lacks the signal Gyroscope"),
    "no pair": (_without(tools.metabase, "*Gyroscope*"), "its gyroscope file is missing"),
    "no gravity": (_without(_sensor_logger, "TotalAcc*"), "Gravity.csv is missing"),
    "no metadata": (_without(_sensor_logger, "Metadata.csv"), "on which kind of phone"),
    "orientation only": (
        lambda folder, sensors: tools.xsens_mtw(folder, sensors, gyr=False),
        r"\.txt:6: expected columns gyr_x, gyr_y, gyr_z, got PacketCounter.*Rate of turn",
    ),
    "no time": (
        lambda folder, sensors: tools.xsens_mtw(folder, sensors, header=False, separator=","),
        "SampleTimeFine is empty.*add --from xsens-mtw",
    ),
    "an old iPhone app": (
        lambda folder, sensors: [
            tools.sensor_logger(folder / s.placement, s, platform="ios", older=True)
            for s in sensors
        ],
        "expected columns standardisation",
    ),
    "no rate": (
        lambda folder, sensors: tools.xsens_mtw(folder, sensors, header=False),
        "give the rate with --rate",
    ),
    "another column": (_edited(tools.movella_dot, "Gyr_Z", "Gyr_W"), "expected columns gyr_z"),
    "a word": (
        _edited(tools.movella_dot, "\n7,", "\n7,x"),
        r"\.csv:19: SampleTimeFine: expected a number, got 'x",
    ),
    "a stated rate": (
        _edited(tools.movella_dot, "OutputRate:,100Hz", "OutputRate:,60Hz"),
        "states 60 samples per second, but its time stamps have 100",
    ),
    "mixed rates": (
        lambda folder, sensors: tools.metabase(folder, sensors, gyr_every=4),
        "at about the same rate, got 100 Hz and 25 Hz",
    ),
    "time that falls": (
        _edited(_sensor_logger, f"{tools.START_NS + 100_000_000},", "17,", "Gyroscope.csv"),
        "times of the angular rate do not rise",
    ),
    "too slow": (_slow, "expected 40 to 2000 samples per second, got 20"),
    "a missing sensor": (_without(_opensense, "*00B40001.txt"), "for femur_l_imu, which is not in"),
    "no body": (_edited(_opensense, "pelvis_imu", "<", "*.xml"), "no valid XML"),
    "a pause": (
        _edited(_phyphox, '"START"', '"START",0,0,""\n"START"', "time.csv"),
        "the measurement was paused",
    ),
    "no start": (
        _edited(_phyphox, f",{tools.START_NS * 1e-9:.3f},", ",,", "time.csv"),
        r"time.csv:2: the START lacks a time",
    ),
    "a sidecar": (_edited(_bids, "100.0", '"fast"', "*_motion.json"), "expected a number above 0"),
    "a unit": (_edited(_bids, "m/s^2", "ft/s^2", "*_channels.tsv"), r"tsv:2: units: expected one"),
    "an archive": (_content(b"PK\x03\x04,DeviceTag:"), "unpack"),
    "nothing known": (_content(b"a,b\n1,2\n"), "expected a file of .*--mapping"),
    "only a header": (
        _content(b"DeviceTag:,1\nPacketCounter,SampleTimeFine,Acc_X\n"),
        "holds no samples",
    ),
}


@pytest.mark.parametrize("key", REFUSALS)
def test_a_refusal_says_what_is_wrong_and_leaves_nothing(
    key: str, walk: SimulatedSession, tmp_path: Path
) -> None:
    write, words = REFUSALS[key]
    files = write(tmp_path / "files", worn(walk))
    placements = {place: f"00B4{i:04d}" for i, place in enumerate(Placement)}
    is_xsens = any("00B4" in path.name for path in files)
    with pytest.raises(PelvicsenseError, match=words) as refusal:
        import_session(
            files,
            tmp_path / "session",
            About(subject="P07"),
            placements=placements if is_xsens else None,
        )
    assert "\n" not in str(refusal.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files"]


def test_a_session_is_never_overwritten(walk: SimulatedSession, tmp_path: Path) -> None:
    files = tools.movella_dot(tmp_path / "files", worn(walk))
    import_session(files, tmp_path / "session", About(subject="P07"))
    before = (tmp_path / "session" / "samples.csv").read_bytes()
    with pytest.raises(PelvicsenseError, match="never overwritten"):
        import_session(files, tmp_path / "session", About(subject="P08"))
    assert (tmp_path / "session" / "samples.csv").read_bytes() == before


def test_sensors_of_two_clocks_are_not_put_together(walk: SimulatedSession, tmp_path: Path) -> None:
    pelvis, left, _ = worn(walk)
    files = [
        *tools.movella_dot(tmp_path / "dot", [pelvis]),
        tools.phyphox(tmp_path / "phones" / "thigh_left", left),
    ]
    with pytest.raises(ConfigurationError, match="expected one clock for all"):
        import_session(files, tmp_path / "session", About(subject="P07"))


def test_sensors_of_two_days_are_not_put_together(walk: SimulatedSession, tmp_path: Path) -> None:
    pelvis, left, _ = worn(walk)
    late = replace(left, t_s=left.t_s + 86400.0)
    files = [*tools.metabase(tmp_path / "a", [pelvis]), *tools.metabase(tmp_path / "b", [late])]
    with pytest.raises(ConfigurationError, match="not recorded at the same time"):
        import_session(files, tmp_path / "session", About(subject="P07"))


@pytest.mark.parametrize(
    ("placements", "words"),
    [
        ([], "placement of '00B40000' .* is not known; add --placement"),
        (["pelvis=00B4"], "3 sensors are named '00B4'"),
        (["pelvis=Q"], "no sensors are named 'Q'"),
        (["hip=1"], "expected one of pelvis"),
        (["pelvis=1", "pelvis=2"], "given twice"),
    ],
)
def test_an_unclear_placement_is_refused(
    placements: list[str], words: str, walk: SimulatedSession, tmp_path: Path
) -> None:
    files = tools.xsens_mtw(tmp_path / "files", worn(walk))
    with pytest.raises(ConfigurationError, match=words):
        import_session(
            files,
            tmp_path / "session",
            About(subject="P07"),
            placements=parse_placements(placements),
        )


def test_a_mapping_with_the_wrong_unit_is_refused(walk: SimulatedSession, tmp_path: Path) -> None:
    sensors = worn(walk)
    table = tools.plain_csv(tmp_path / "all.csv", sensors)
    for unit, words in (("m/s^2", "looks like g"), ("mg", "g taken for mg"), ("ft", "acc.unit")):
        mapping = tools.mapping_for(tmp_path / "map.toml", sensors, acc_unit=unit)
        with pytest.raises(PelvicsenseError, match=words):
            import_session(
                [table], tmp_path / "s", About(subject="P"), options=ReadOptions(mapping=mapping)
            )


def test_a_mapping_of_other_columns_names_them(walk: SimulatedSession, tmp_path: Path) -> None:
    sensors = worn(walk)
    table = tools.plain_csv(tmp_path / "all.csv", sensors)
    mapping = tools.mapping_for(tmp_path / "map.toml", sensors)
    mapping.write_text(mapping.read_text().replace("pelvis.ay", "pelvis.up"))
    with pytest.raises(PelvicsenseError, match=r"all.csv:1: expected columns pelvis.up, got ms"):
        import_session(
            [table], tmp_path / "s", About(subject="P"), options=ReadOptions(mapping=mapping)
        )


@pytest.mark.parametrize(
    ("name", "placement"),
    [
        ("pelvis_2026", Placement.PELVIS),
        ("Sacrum", Placement.PELVIS),
        ("femur_r_imu", Placement.THIGH_RIGHT),
        ("ThighLeft", Placement.THIGH_LEFT),
        ("left-thigh 3", Placement.THIGH_LEFT),
        ("L_UpperLeg", Placement.THIGH_LEFT),
        ("thigh", None),
        ("pelvis_thigh_left", None),
        ("thighlong", None),
    ],
)
def test_a_name_tells_a_placement_only_in_words(name: str, placement: Placement | None) -> None:
    assert placement_in(name) is placement


def test_the_command_refuses_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    out = str(tmp_path / "session")
    assert run(["import", str(tmp_path / "a.csv"), "--out", out]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert error.count("\n") == 1
    assert run(["import", str(tmp_path / "b.csv"), "--out", out, "--rate", "0"]) == 1
    assert "rate: expected 1 to 10000" in capsys.readouterr().err


def test_the_command_imports(
    walk: SimulatedSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = tools.xsens_mtw(tmp_path / "files", worn(walk))
    places = [
        option
        for i, placement in enumerate(Placement)
        for option in ("--placement", f"{placement}=00B4{i:04d}")
    ]
    started = ["--started-at", "2026-03-04T09:15:00+01:00", "--subject", "P07"]
    out = ["--out", str(tmp_path / "session")]
    assert run(["import", *map(str, files), *places, *started, *out]) == 0
    told = capsys.readouterr().out
    assert "imported from xsens-mtw" in told
    assert "thigh_left: 00B40001" in told
    assert 'subject = "P07"' in (tmp_path / "session" / "session.toml").read_text()
