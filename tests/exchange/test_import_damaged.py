"""Damaged files give a sentence or a session, never a traceback and never half a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import tools
from tools import Worn, worn

from pelvicsense.datatypes.errors import PelvicsenseError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.exchange.imports.run import About, import_session
from pelvicsense.exchange.imports.signal import ReadOptions
from pelvicsense.recording.session import open_session
from pelvicsense.synthetic import SimulatedSession

WRITERS: dict[str, Callable[[Path, Sequence[Worn]], object]] = {
    "movella-dot": tools.movella_dot,
    "metabase": tools.metabase,
    "witmotion": lambda folder, sensors: tools.witmotion(folder / "wit.txt", sensors),
    "xsens-mtw": tools.xsens_mtw,
    "opensense": tools.opensense,
    "phyphox": lambda f, sensors: [tools.phyphox(f / s.placement, s) for s in sensors],
    "sensor-logger": lambda f, sensors: [tools.sensor_logger(f / s.placement, s) for s in sensors],
    "bids-motion": tools.bids_motion,
    "csv": lambda folder, sensors: tools.plain_csv(folder / "all.csv", sensors),
}
DAMAGES = 25


def damage(data: bytes, rng: np.random.Generator) -> bytes:
    """Return a file that somebody cut, edited, or saved in another program."""
    head = min(len(data), 600)
    where = int(rng.integers(head if rng.random() < 0.7 else len(data)))
    match int(rng.integers(7)):
        case 0:
            return data[:where]
        case 1:
            return data[:where] + bytes([int(rng.integers(256))]) + data[where + 1 :]
        case 2:
            lines = data.split(b"\n")
            del lines[int(rng.integers(min(len(lines), 14)))]
            return b"\n".join(lines)
        case 3:
            return data.replace(b",", b";").replace(b"\t", b",")
        case 4:
            return data.decode().encode("utf-16")
        case 5:
            return data.replace(b"\n", b"\r\n")
        case _:
            return data[:where] + b",,nan,\t-1e400," + data[where:]


@pytest.mark.parametrize("name", WRITERS)
def test_any_damage_gives_a_sentence_or_a_session(
    name: str, walk: SimulatedSession, tmp_path: Path
) -> None:
    sensors = [
        Worn(placement=s.placement, t_s=s.t_s[:300], acc=s.acc[:300], gyr=s.gyr[:300])
        for s in worn(walk)
    ]
    whole, folder = tmp_path / "whole", tmp_path / "files"
    WRITERS[name](whole, sensors)
    mapping = tools.mapping_for(tmp_path / "map.toml", sensors) if name == "csv" else None
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(DAMAGES):
        shutil.copytree(whole, folder)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        victim = files[int(rng.integers(len(files)))]
        victim.write_bytes(damage(victim.read_bytes(), rng))
        sentence = _import(folder, tmp_path / "session", name, mapping)
        if sentence is None:
            assert open_session(tmp_path / "session").manifest.subject == "P07"
            shutil.rmtree(tmp_path / "session")
        else:
            assert "\n" not in sentence
            assert not (tmp_path / "session").exists()
            refused += 1
        shutil.rmtree(folder)
        assert not list(tmp_path.glob(".*"))
    assert refused > 0


def _import(folder: Path, out: Path, name: str, mapping: Path | None) -> str | None:
    """Import; return why not, if not."""
    xsens = {place: f"00B4{i:04d}" for i, place in enumerate(Placement)}
    try:
        import_session(
            [folder],
            out,
            About(subject="P07"),
            placements=xsens if name == "xsens-mtw" else None,
            options=ReadOptions(mapping=mapping),
        )
    except PelvicsenseError as error:
        return str(error)
    return None
