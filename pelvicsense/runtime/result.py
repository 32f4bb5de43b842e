"""What an analysis of a session yields, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pelvicsense.datatypes.calibration import Calibration, CalibrationNews, CalibrationRefusal
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import GaitEvent, Stride, StrideCurve
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.feedback.adherence import Adherence
from pelvicsense.metrics.summary import SessionSummary
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.stride_table import stride_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """A session, analysed.

    Attributes
    ----------
    name, folder, manifest
        Which session.
    config
        The parameters that were used.
    duration_s
        Length of the recording on the common grid, s.
    strides, events, curves
        In the order in which they became known.
    news
        Calibrations and refusals, in order.
    links
        How each sensor's samples arrived.
    summary
        Figures by activity and side.
    notices
        What a reader must know before trusting a number, in whole sentences.
    adherence
        How it was carried out, where it is a session of a retraining plan.
    seconds
        Computing time by stage; empty unless it was asked for.
    """

    name: str
    folder: Path
    manifest: Manifest
    config: PipelineConfig
    duration_s: float
    strides: tuple[Stride, ...]
    events: tuple[GaitEvent, ...]
    curves: tuple[StrideCurve, ...]
    news: tuple[CalibrationNews, ...]
    links: Mapping[Placement, LinkQuality]
    summary: SessionSummary
    notices: tuple[str, ...]
    adherence: Adherence | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:  # a notebook shows it whenever a cell ends with a result
        return (
            f"<SessionResult {self.name!r}: {len(self.strides)} strides, "
            f"{self.summary.valid} of them valid, in {self.duration_s:.1f} s>"
        )

    @property
    def calibration(self) -> Calibration | None:
        """The calibration that was in force at the end; none if none was accepted."""
        accepted = [n.outcome for n in self.news if isinstance(n.outcome, Calibration)]
        return accepted[-1] if accepted else None

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why attempts to calibrate were refused, each reason once."""
        reasons = [n.outcome.reason for n in self.news if isinstance(n.outcome, CalibrationRefusal)]
        return tuple(dict.fromkeys(reasons))

    def to_polars(self) -> pl.DataFrame:
        """Return the strides as a table: the columns of strides.csv, not rounded, unknown null."""
        return stride_frame(self.strides)

    def to_pandas(self) -> Any:
        """Return the strides as a ``pandas.DataFrame``: the columns of strides.csv, not rounded.

        An unknown number is ``nan``.

        Raises
        ------
        ConfigurationError
            If pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415
        except ImportError as error:
            msg = "to_pandas: pandas is not installed; pip install pandas, or use to_polars"
            raise ConfigurationError(msg) from error
        # Column by column: of a list in which nothing is known pandas would not know the type.
        return pd.DataFrame(
            {
                column.name: pd.Series(column.to_list(), dtype="str")
                if column.dtype == pl.String
                else column.to_numpy()
                for column in self.to_polars()
            }
        )
