"""OpenSim: orientations as OpenSense reads them (``.sto``) and joint angles (``.mot``).

The orientations are ground from segment with OpenSim's ground (y up, x forward), so that no
``sensor_to_opensim_rotations`` is needed and the pelvis' x axis is its heading axis. Rows before
everything is known for the first time are left out: the first row is of the still pose, from which
OpenSense places the sensors. Later unknown values are ``nan``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Side
from pelvicsense.exchange.exports.angles import opensim_angles_deg
from pelvicsense.exchange.exports.motion import AnalysedSession, BodyMotion
from pelvicsense.exchange.exports.place import new_folder
from pelvicsense.numerics import quaternion
from pelvicsense.recording.files import write_private

ORIENTATIONS_FILE = "orientations.sto"
ANGLES_FILE = "angles.mot"
_BODIES = {Side.LEFT: "femur_l_imu", Side.RIGHT: "femur_r_imu"}
_DECIMALS = 9


def export(analysed: AnalysedSession, out: Path) -> None:
    """Write both files into a new folder.

    Raises
    ------
    RecordingError
        If ``out`` exists, or no angle of the session is known.
    """
    motion = analysed.motion
    first = _first_known(analysed)
    with new_folder(out) as folder:
        write_private(folder / ORIENTATIONS_FILE, encode_orientations(motion, first))
        write_private(folder / ANGLES_FILE, encode_angles(motion, first))


def encode_orientations(motion: BodyMotion, first: int = 0) -> bytes:
    """Return the ``.sto`` of rows from ``first`` on; cells are ``w,x,y,z``."""
    columns = {"time": motion.t_s[first:]}
    frame = pl.DataFrame(columns).with_columns(pl.col("time").round(_DECIMALS))
    bodies = {"pelvis_imu": motion.pelvis} | {_BODIES[s]: a for s, a in motion.thighs.items()}
    for name, axes in bodies.items():
        frame = frame.with_columns(_cells(axes[first:]).alias(name))
    header = [
        f"DataRate={motion.rate_hz:.6f}",
        "DataType=Quaternion",
        "version=3",
        "OpenSimVersion=4.5",
        "endheader",
    ]
    return _encode(header, frame)


def encode_angles(motion: BodyMotion, first: int = 0) -> bytes:
    """Return the ``.mot`` of rows from ``first`` on, degrees."""
    angles = {name: angle[first:] for name, angle in opensim_angles_deg(motion).items()}
    frame = pl.DataFrame({"time": motion.t_s[first:], **angles}).with_columns(
        pl.all().round(_DECIMALS)
    )
    header = [
        "Coordinates",
        "version=1",
        f"nRows={frame.height}",
        f"nColumns={frame.width}",
        "inDegrees=yes",
        "endheader",
    ]
    return _encode(header, frame)


def _cells(axes: FloatArray) -> pl.Series:
    known = np.asarray(np.isfinite(axes).all(axis=(1, 2)))
    filled = np.where(known[:, None, None], axes, np.eye(3))
    wxyz = np.where(known[:, None], quaternion.from_matrix(filled), np.nan)
    parts = pl.DataFrame(np.round(wxyz, _DECIMALS), schema=["w", "x", "y", "z"])
    return parts.select(pl.concat_str(pl.all().cast(pl.String), separator=",")).to_series()


def _encode(header: list[str], frame: pl.DataFrame) -> bytes:
    table = frame.write_csv(separator="\t", quote_style="never")
    return ("\n".join(header) + "\n" + table.replace("NaN", "nan")).encode()


def _first_known(analysed: AnalysedSession) -> int:
    motion = analysed.motion
    known = np.isfinite(motion.pelvis).all(axis=(1, 2))
    for axes in motion.thighs.values():
        known &= np.isfinite(axes).all(axis=(1, 2))
    rows = np.flatnonzero(known)
    if not len(rows):
        reasons = "; ".join(analysed.result.refusals) or "see pelvicsense info"
        problem = f"no angle is known, so there is nothing to export: {reasons}"
        raise RecordingError(analysed.session.folder, problem)
    return int(rows[0])
