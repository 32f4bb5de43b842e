"""strides.csv as text, and back as columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.gait import Stride, StrideAngles

ANGLES = tuple(field.name for field in fields(StrideAngles))
TIMES = ("t_contact_s", "t_final_contact_s", "t_end_s", "stride_time_s")
STANDARD_ERRORS = tuple(f"{name.removesuffix('_deg')}_se_deg" for name in ANGLES)
BASE_COLUMNS = (
    "stride",
    "side",
    "activity",
    *TIMES,
    "stance_fraction",
    "cadence_spm",
    *ANGLES,
    "valid",
    "flags",
)
STRIDE_COLUMNS = (*BASE_COLUMNS, *STANDARD_ERRORS)
TEXT_COLUMNS = ("side", "activity", "flags")

TIME_DECIMALS = 6
"""Microseconds: a thousandth of the best clock alignment."""
VALUE_DECIMALS = 4
"""Ten-thousandths of a degree or of a stance: far below any uncertainty."""

StrideColumns: TypeAlias = Mapping[str, FloatArray | NDArray[np.str_]]
"""Columns by name: text for side, activity and flags, float64 (``nan`` where empty) for others."""


def decimal(value: float, decimals: int) -> str:
    """Return a number with fixed decimals, nothing for ``nan``, and never a negative zero."""
    if math.isnan(value):
        return ""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def encode_strides(strides: Sequence[Stride]) -> bytes:
    """Return strides.csv: times with 6 decimals, all other numbers with 4, unknown ones empty."""
    lines = [",".join(STRIDE_COLUMNS), *map(_line, strides)]
    return ("\n".join(lines) + "\n").encode()


def _line(stride: Stride) -> str:
    return ",".join(
        [
            str(stride.stride),
            stride.side,
            stride.activity,
            *(decimal(getattr(stride, name), TIME_DECIMALS) for name in TIMES),
            decimal(stride.stance_fraction, VALUE_DECIMALS),
            decimal(stride.cadence_spm, VALUE_DECIMALS),
            *(decimal(getattr(stride.angles, name), VALUE_DECIMALS) for name in ANGLES),
            str(int(stride.valid)),
            ";".join(stride.flags),
            *(decimal(getattr(stride.standard_errors, name), VALUE_DECIMALS) for name in ANGLES),
        ]
    )


def read_stride_columns(path: Path) -> StrideColumns:
    """Read strides.csv, or a truth.csv with its columns up to ``flags``.

    Words are returned as they stand: a truth may say ``stairs`` where a stride says which way.

    Raises
    ------
    RecordingError
        If the file cannot be read, its columns do not begin with those of strides.csv, or a number
        is none.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RecordingError(path, f"cannot be read ({error.strerror})") from error
    names = text.partition(b"\n")[0].decode("utf-8", errors="replace").split(",")
    if tuple(names[: len(BASE_COLUMNS)]) != BASE_COLUMNS:
        problem = f"expected a header beginning with {','.join(BASE_COLUMNS)}; analyze anew"
        raise RecordingError(path, problem, 1)
    schema = {name: pl.String() if name in TEXT_COLUMNS else pl.Float64() for name in names}
    try:
        frame = pl.read_csv(text, schema=schema, quote_char=None)
    except pl.exceptions.PolarsError as error:
        problem = f"cannot be parsed: {str(error).partition('.')[0]}"
        raise RecordingError(path, problem) from error
    return {name: _column(frame[name]) for name in names}


def _column(series: pl.Series) -> FloatArray | NDArray[np.str_]:
    if series.dtype == pl.String:
        return np.array(series.fill_null("").to_list(), dtype=np.str_)
    return series.cast(pl.Float64).fill_null(math.nan).to_numpy()
