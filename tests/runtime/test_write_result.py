from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import pelvicsense
from pelvicsense.recording.stride_table import read_stride_columns
from pelvicsense.runtime.write import result_folder, write_result

FILES = ("strides.csv", "events.csv", "curves.csv", "summary.json")


def test_four_files_are_written_and_samples_stay(walk: Path) -> None:
    before = (walk / "samples.csv").read_bytes()
    result = pelvicsense.analyze(walk)
    assert write_result(result, walk)
    assert all((walk / name).is_file() for name in FILES)
    assert (walk / "samples.csv").read_bytes() == before


def test_results_are_kept_unless_forced(walk: Path, tmp_path: Path) -> None:
    result = pelvicsense.analyze(walk)
    out = tmp_path / "deep" / "results"
    assert write_result(result, out)
    (out / "strides.csv").write_text("mine")
    assert not write_result(result, out)
    assert (out / "strides.csv").read_text() == "mine"
    assert write_result(result, out, force=True)
    assert (out / "strides.csv").read_text() != "mine"


def test_strides_csv_holds_the_strides(walk: Path) -> None:
    result = pelvicsense.analyze(walk)
    write_result(result, walk)
    columns = read_stride_columns(walk / "strides.csv")
    peaks = [stride.angles.pelvic_drop_peak_deg for stride in result.strides]
    np.testing.assert_allclose(columns["pelvic_drop_peak_deg"], peaks, atol=1e-4)


def test_summary_json_says_what_made_it(walk: Path) -> None:
    result = pelvicsense.analyze(walk)
    write_result(result, walk)
    summary = json.loads((walk / "summary.json").read_text())
    made_by = summary["made_by"]
    assert made_by["version"] == pelvicsense.__version__
    assert made_by["filter"] == "vqf"
    assert made_by["configuration_fingerprint"] == result.config.fingerprint()
    assert made_by["configuration"]["clock"]["rate_hz"] == 100.0
    assert summary["quality"]["calibration"]["accepted"] is True
    assert set(summary["quality"]["sensors"]) == {"pelvis", "thigh_left", "thigh_right"}
    low, high = (
        summary["figures"]["walk"]["left"]["figures"]["pelvic_drop_peak_deg"][end]
        for end in ("low", "high")
    )
    assert low < high
    assert summary["disclaimer"].startswith("Not a medical device.")


def test_results_go_into_the_session_or_below_out() -> None:
    assert result_folder(Path("/data/walk"), None) == Path("/data/walk")
    assert result_folder(Path("/data/walk"), Path("out")) == Path("out/walk")
