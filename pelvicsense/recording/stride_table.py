"""strides.csv as text, and back as columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
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
STRIDE_COLUMNS = (*BASE_COLUMNS, *STANDARD_ERRORS, "stance_time_se_s")
TEXT_COLUMNS = ("side", "activity", "flags")

TIME_DECIMALS = 6
"""Microseconds: a thousandth of the best clock alignment."""
VALUE_DECIMALS = 4
"""Ten-thousandths of a degree or of a stance: far below any uncertainty."""

StrideColumns: TypeAlias = Mapping[str, FloatArray | NDArray[np.str_]]
"""Columns by name: text for side, activity and flags, float64 (``nan`` where empty) for others."""


def fixed_decimals(*parts: tuple[pl.DataFrame, int]) -> bytes:
    """Return tables of equal height side by side as CSV, the numbers of each with fixed decimals.

    Nothing is written for null, and never a negative zero.
    """
    texts = []
    for frame, places in parts:
        text = frame.write_csv(float_precision=places, quote_style="never")
        zero = f"{0.0:.{places}f}"
        for after in ",\n":
            text = text.replace(f"-{zero}{after}", f"{zero}{after}")
        texts.append(text.splitlines())
    return "".join(f"{','.join(row)}\n" for row in zip(*texts, strict=True)).encode()


def encode_strides(strides: Sequence[Stride]) -> bytes:
    """Return strides.csv: times with 6 decimals, all other numbers with 4, unknown ones empty."""
    frame = stride_frame(strides).with_columns(pl.col("valid").cast(pl.Int8()))
    after_times = STRIDE_COLUMNS.index(TIMES[-1]) + 1
    return fixed_decimals(
        (frame.select(STRIDE_COLUMNS[:after_times]), TIME_DECIMALS),
        (frame.select(STRIDE_COLUMNS[after_times:]), VALUE_DECIMALS),
    )


def stride_frame(strides: Sequence[Stride]) -> pl.DataFrame:
    """Return strides as a table with the columns of strides.csv, not rounded, unknown ones null."""
    angles = [stride.angles for stride in strides]
    errors = [stride.standard_errors for stride in strides]
    plain = (*TIMES, "stance_fraction", "cadence_spm", "stance_time_se_s")
    numbers = {name: list(map(attrgetter(name), strides)) for name in plain}
    numbers |= {name: list(map(attrgetter(name), angles)) for name in ANGLES}
    numbers |= {
        column: list(map(attrgetter(name), errors))
        for column, name in zip(STANDARD_ERRORS, ANGLES, strict=True)
    }
    columns = {name: pl.Series(values, dtype=pl.Float64) for name, values in numbers.items()}
    columns |= {
        "stride": pl.Series([stride.stride for stride in strides], dtype=pl.Int64),
        "side": pl.Series([stride.side for stride in strides], dtype=pl.String),
        "activity": pl.Series([stride.activity for stride in strides], dtype=pl.String),
        "valid": pl.Series([stride.valid for stride in strides], dtype=pl.Boolean),
        "flags": pl.Series([";".join(stride.flags) for stride in strides], dtype=pl.String),
    }
    return pl.DataFrame({name: columns[name] for name in STRIDE_COLUMNS}).fill_nan(None)


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
