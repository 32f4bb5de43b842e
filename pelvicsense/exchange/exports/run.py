"""A session in, the files of another tool out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.exchange.exports import bids_motion, c3d, fit, opensim, tables
from pelvicsense.exchange.exports.motion import AnalysedSession, analyse_motion
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import Progress

EXPORTS: dict[str, Callable[[AnalysedSession, Path], None]] = {
    "opensim": opensim.export,
    "bids-motion": bids_motion.export,
    "c3d": c3d.export,
    "parquet": tables.export_parquet,
    "csv": tables.export_csv,
    "fit": fit.export,
}
"""What ``--to`` can be."""

_ENDINGS = {"c3d": ".c3d", "fit": ".fit"}
"""Other programs, and the sites that take FIT files, know these files by their names."""


def export_session(
    folder: Path,
    to: str,
    out: Path,
    *,
    config: PipelineConfig | None = None,
    progress: Progress | None = None,
) -> AnalysedSession:
    """Analyse a session and write it for another tool; the session itself is not touched.

    Parameters
    ----------
    folder
        The session folder.
    to
        A key of `EXPORTS`.
    out
        The new file (c3d, fit) or folder (others).
    config, progress
        As for `analyze`.

    Raises
    ------
    RecordingError
        If the session cannot be read, ``out`` exists, or nothing is known that could be written.
    ConfigurationError
        As `analyze`; or if the name of a file has not its ending.
    """
    ending = _ENDINGS.get(to, "")
    if not out.name.lower().endswith(ending):
        msg = f"{out}: expected a file name that ends in {ending}, got {out.name!r}"
        raise ConfigurationError(msg)
    analysed = analyse_motion(open_session(folder), config, progress)
    EXPORTS[to](analysed, out)
    return analysed
