from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.report.stored import read_summary
from pelvicsense.runtime.result import SessionResult
from pelvicsense.runtime.write import write_result


def test_a_summary_reads_back_as_it_was_written(
    trouble_result: SessionResult, tmp_path: Path
) -> None:
    write_result(trouble_result, tmp_path)
    stored = read_summary(tmp_path)
    assert stored.summary.as_dict() == trouble_result.summary.as_dict()
    assert stored.duration_s == trouble_result.duration_s
    assert stored.made_by[1:] == ("vqf", trouble_result.config.fingerprint())


def test_unknown_stays_unknown(trouble_result: SessionResult, tmp_path: Path) -> None:
    write_result(trouble_result, tmp_path)
    path = tmp_path / "summary.json"
    plain = json.loads(path.read_text())
    plain["figures"]["walk"]["left"]["figures"]["pelvic_drop_peak_deg"]["mean"] = None
    path.write_text(json.dumps(plain))
    part = read_summary(tmp_path).summary.activities[0]
    (left, _) = part.sides.values()
    assert math.isnan(left.figures["pelvic_drop_peak_deg"].mean)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "no valid JSON"),
        ("[]", "not as this version writes it"),
        ('{"session": {"duration_s": 1}, "made_by": {}, "figures": {}}', "'version'"),
    ],
)
def test_what_is_no_summary_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "summary.json").write_text(text)
    with pytest.raises(RecordingError, match=problem) as caught:
        read_summary(tmp_path)
    assert "summary.json" in str(caught.value)
    assert "--force" in str(caught.value)


def test_a_missing_summary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        read_summary(tmp_path)
