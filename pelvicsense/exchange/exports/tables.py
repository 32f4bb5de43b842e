"""Tidy tables, as CSV or Parquet: a row per moment, stride, event, and percent of a stride.

``angles`` (grid rate), ``strides``, ``events``, ``curves``; unknown values are empty in CSV and
null in Parquet. Names and units are those of the recording format.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl

from pelvicsense.exchange.exports.angles import hip_angles_deg, pelvis_angles_deg
from pelvicsense.exchange.exports.motion import AnalysedSession, BodyMotion
from pelvicsense.exchange.exports.place import new_folder
from pelvicsense.recording.files import write_private
from pelvicsense.recording.results import encode_curves, encode_events
from pelvicsense.recording.stride_table import TEXT_COLUMNS, encode_strides

_TIME_DECIMALS, _ANGLE_DECIMALS = 6, 4


def export_csv(analysed: AnalysedSession, out: Path) -> None:
    """Write one CSV per table into a new folder.

    Raises
    ------
    RecordingError
        If ``out`` exists.
    """
    _export(analysed, out, "csv", lambda frame: frame.write_csv().encode())


def export_parquet(analysed: AnalysedSession, out: Path) -> None:
    """Write one Parquet file per table into a new folder; raises as `export_csv`."""
    _export(analysed, out, "parquet", _parquet)


def angle_table(motion: BodyMotion) -> pl.DataFrame:
    """Return the angles at every grid row; see `angles` for their definitions."""
    columns = {"t_s": motion.t_s}
    for name, angle in pelvis_angles_deg(motion).items():
        columns["obliquity_deg" if name == "obliquity" else f"pelvis_{name}_deg"] = angle
    for side in motion.thighs:
        for name, angle in hip_angles_deg(motion, side).items():
            joint = "thigh" if name == "rotation" else "hip"
            columns[f"{joint}_{name}_{side}_deg"] = angle
    frame = pl.DataFrame(columns).with_columns(pl.all().fill_nan(None))
    return frame.with_columns(
        pl.col("t_s").round(_TIME_DECIMALS), pl.exclude("t_s").round(_ANGLE_DECIMALS)
    )


def _export(
    analysed: AnalysedSession, out: Path, suffix: str, encode: Callable[[pl.DataFrame], bytes]
) -> None:
    result = analysed.result
    tables = {
        "angles": angle_table(analysed.motion),
        "strides": _typed(encode_strides(result.strides)),
        "events": _typed(encode_events(result.events)),
        "curves": _typed(encode_curves(result.curves)),
    }
    with new_folder(out) as folder:
        for name, frame in tables.items():
            write_private(folder / f"{name}.{suffix}", encode(frame))


def _typed(table: bytes) -> pl.DataFrame:
    """Return a result table with texts, whole numbers and numbers as such."""
    frame = pl.read_csv(table, infer_schema=False)
    whole = [name for name in ("stride", "percent", "valid") if name in frame.columns]
    texts = {*TEXT_COLUMNS, "kind", *whole}
    return frame.with_columns(
        pl.col(whole).cast(pl.Int64),
        pl.exclude(*texts).cast(pl.Float64),
    )


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()
