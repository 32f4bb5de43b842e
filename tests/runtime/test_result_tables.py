"""A result as a table."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.recording.stride_table import STRIDE_COLUMNS
from pelvicsense.runtime.result import SessionResult

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture(scope="module")
def result() -> SessionResult:
    return pelvicsense.analyze(RECORDINGS / "trouble")


def test_the_table_holds_every_stride_exactly(result: SessionResult) -> None:
    table = result.to_polars()
    assert tuple(table.columns) == STRIDE_COLUMNS
    assert table.height == len(result.strides)
    for row, stride in zip(table.iter_rows(named=True), result.strides, strict=True):
        assert (row["side"], row["valid"]) == (stride.side, stride.valid)
        assert row["t_contact_s"] == stride.t_contact_s
        drop = stride.angles.thigh_rotation_peak_deg
        assert row["thigh_rotation_peak_deg"] == (None if math.isnan(drop) else drop)
    assert table["thigh_rotation_peak_deg"].null_count() > 0  # unknown stays unknown


def test_a_pandas_column_has_its_type_even_if_nothing_in_it_is_known(
    result: SessionResult,
) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed (pip install pandas)")
    blank = replace(
        result,
        strides=tuple(
            replace(s, angles=StrideAngles(), standard_errors=StrideAngles())
            for s in result.strides
        ),
    )
    types = result.to_pandas().dtypes
    assert types["pelvic_drop_peak_deg"] == "float64"
    assert result.to_pandas()["side"].to_list() == [s.side for s in result.strides]
    for other in (blank, replace(result, strides=())):
        assert (other.to_pandas().dtypes == types).all()


def test_a_result_shows_itself_in_a_line(result: SessionResult) -> None:
    counts = f"{len(result.strides)} strides, {result.summary.valid} of them valid"
    assert repr(result) == f"<SessionResult 'trouble': {counts}, in 59.9 s>"


def test_public_names_can_be_completed_and_the_error_be_caught() -> None:
    assert {"analyze", "SessionResult", "PelvicsenseError"} <= set(dir(pelvicsense))
    with pytest.raises(pelvicsense.PelvicsenseError, match="expected a session folder"):
        pelvicsense.analyze("nowhere")


def test_without_pandas_it_says_what_to_install(
    result: SessionResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigurationError, match="pip install pandas"):
        result.to_pandas()
