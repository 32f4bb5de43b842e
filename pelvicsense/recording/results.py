"""What an analysis derives: strides.csv, events.csv, curves.csv, summary.json, all or none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.gait import CURVE_POINTS, GaitEvent, Stride, StrideCurve
from pelvicsense.recording.files import write_private
from pelvicsense.recording.stride_table import (
    TIME_DECIMALS,
    VALUE_DECIMALS,
    encode_strides,
    fixed_decimals,
)

STRIDES_FILE = "strides.csv"
EVENTS_FILE = "events.csv"
CURVES_FILE = "curves.csv"
SUMMARY_FILE = "summary.json"
EVENT_COLUMNS = ("t_s", "kind", "side", "known_at_s", "score")
CURVE_ANGLES = ("obliquity_deg", "hip_adduction_deg", "thigh_rotation_deg")


def has_results(folder: Path) -> bool:
    """Whether a session has a whole set of results: summary.json is written last."""
    return (folder / SUMMARY_FILE).exists()


def write_results(
    folder: Path,
    *,
    strides: Sequence[Stride],
    events: Sequence[GaitEvent],
    curves: Sequence[StrideCurve],
    summary: Mapping[str, object],
    force: bool = False,
) -> None:
    """Write the four result files of a session, all whole or none at all.

    They are derived, so numbers are rounded: times to 6 decimals, all others to 4. A value that is
    not known is empty in the tables and null in the summary.

    Parameters
    ----------
    folder
        The session folder.
    strides, events, curves
        Rows in the order in which they became known.
    summary
        Plain numbers, texts, lists and mappings.
    force
        Replace results that are there already.

    Raises
    ------
    RecordingError
        If there are results already and ``force`` is not given.
    """
    if has_results(folder) and not force:
        problem = "holds results already, which are kept; use --force to replace them"
        raise RecordingError(folder, problem)
    contents: dict[str, Callable[[], bytes]] = {
        CURVES_FILE: lambda: encode_curves(curves),  # as much work as all the others together
        STRIDES_FILE: lambda: encode_strides(strides),
        EVENTS_FILE: lambda: encode_events(events),
        SUMMARY_FILE: lambda: encode_summary(summary),
    }
    partials = {name: folder / f".{name}.partial" for name in contents}
    _remove(partials.values())  # of a run that was killed
    try:
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="write-results") as writers:
            written = [
                writers.submit(_write, partials[name], encode) for name, encode in contents.items()
            ]
        for done in written:
            done.result()
        _replace_all(folder, partials)
    finally:
        _remove(partials.values())


def _write(path: Path, encode: Callable[[], bytes]) -> None:
    write_private(path, encode())


def _replace_all(folder: Path, partials: Mapping[str, Path]) -> None:
    """Move the files into place; without summary.json, which goes first and comes last, none count.

    So a run that is killed in between leaves no set that mixes old and new.
    """
    (folder / SUMMARY_FILE).unlink(missing_ok=True)
    try:
        for name, partial in partials.items():
            partial.replace(folder / name)
    except BaseException:
        _remove(folder / name for name in partials)
        raise


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def encode_events(events: Sequence[GaitEvent]) -> bytes:
    """Return events.csv."""
    times = pl.DataFrame(
        {
            "t_s": [event.t_s for event in events],
            "kind": [event.kind for event in events],
            "side": [event.side for event in events],
            "known_at_s": [event.known_at_s for event in events],
        },
        schema={
            "t_s": pl.Float64(),
            "kind": pl.String(),
            "side": pl.String(),
            "known_at_s": pl.Float64(),
        },
    )
    scores = pl.DataFrame({"score": pl.Series([event.score for event in events], dtype=pl.Float64)})
    return fixed_decimals((times, TIME_DECIMALS), (scores, VALUE_DECIMALS))


def encode_curves(curves: Sequence[StrideCurve]) -> bytes:
    """Return curves.csv: one line per percent of each stride."""
    angles = {name: _rounded([getattr(curve, name) for curve in curves]) for name in CURVE_ANGLES}
    points = {"percent": np.tile(np.arange(CURVE_POINTS), (len(curves), 1)), **angles}
    frame = pl.DataFrame(
        {
            "stride": [curve.stride for curve in curves],
            "side": [curve.side for curve in curves],
            **points,
        },
        schema_overrides={"stride": pl.Int64(), "side": pl.String()},
    ).explode(*points)
    text = BytesIO()
    # The values are rounded already: writing them short is six times faster than padding them.
    frame.with_columns(pl.col(CURVE_ANGLES).fill_nan(None)).write_csv(text)
    return text.getvalue()


def _rounded(curves: Sequence[FloatArray]) -> FloatArray:
    values = np.array(curves).reshape(len(curves), CURVE_POINTS)
    return np.round(values, VALUE_DECIMALS) + 0.0  # no negative zero


def encode_summary(summary: Mapping[str, object]) -> bytes:
    """Return summary.json; a number that is not finite becomes null."""
    text = json.dumps(_plain(summary), indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
