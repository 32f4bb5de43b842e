"""One recording through every orientation filter: time, figures, errors against a truth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from pelvicsense.datatypes.gait import Stride
from pelvicsense.fusion.registry import available_filters
from pelvicsense.metrics.summary import ANGLES
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.stride_table import StrideColumns, read_stride_columns
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.result import SessionResult
from pelvicsense.runtime.simulated import TRUTH_FILE

_SAME_CONTACT_S = 0.15
"""A stride and a true one of the same side are the same if their contacts are this close, s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorFigure:
    """Estimate less truth over matched valid strides: count, mean, root mean square."""

    count: int
    bias: float
    rmse: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRun:
    """A recording analysed with one filter.

    Attributes
    ----------
    filter, seconds
        Which, and the wall time of the whole analysis.
    result
        What came out.
    errors
        By angle; empty without a truth.
    """

    filter: str
    seconds: float
    result: SessionResult
    errors: Mapping[str, ErrorFigure]


def compare_filters(folder: Path, config: PipelineConfig) -> Iterator[FilterRun]:
    """Analyse a session once with each usable filter, the default first.

    Raises
    ------
    RecordingError
        If the session or its truth.csv cannot be used.
    """
    truth_path = folder / TRUTH_FILE
    truth = read_stride_columns(truth_path) if truth_path.exists() else None
    for name in available_filters():
        start = perf_counter()
        result = analyze(folder, config=replace(config, fusion=replace(config.fusion, filter=name)))
        seconds = perf_counter() - start
        errors = {} if truth is None else stride_errors(result.strides, truth)
        yield FilterRun(filter=name, seconds=seconds, result=result, errors=errors)


def stride_errors(strides: Sequence[Stride], truth: StrideColumns) -> dict[str, ErrorFigure]:
    """Return the errors of valid strides by angle; strides without a true one are left out."""
    pairs = [
        (stride, row)
        for stride in strides
        if stride.valid and (row := _true_row(stride, truth)) is not None
    ]
    errors = {}
    for name in ANGLES:
        true = truth[name]
        differences = np.array(
            [getattr(stride.angles, name) - float(true[row]) for stride, row in pairs], dtype=float
        )
        errors[name] = _error_figure(differences[~np.isnan(differences)])
    return errors


def _true_row(stride: Stride, truth: StrideColumns) -> int | None:
    """Return the row of the true stride; none if there is none close enough."""
    contacts = truth["t_contact_s"].astype(np.float64)
    apart = np.where(
        truth["side"] == stride.side.value, np.abs(contacts - stride.t_contact_s), np.inf
    )
    row = int(np.argmin(apart)) if len(apart) else -1
    return row if row >= 0 and apart[row] <= _SAME_CONTACT_S else None


def _error_figure(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> ErrorFigure:
    if len(differences) == 0:
        return ErrorFigure(count=0, bias=math.nan, rmse=math.nan)
    return ErrorFigure(
        count=len(differences),
        bias=float(np.mean(differences)),
        rmse=float(np.sqrt(np.mean(differences * differences))),
    )
