"""A result as a table."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.datatypes.errors import ConfigurationError
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


def test_without_pandas_it_says_what_to_install(
    result: SessionResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigurationError, match="pip install pandas"):
        result.to_pandas()
