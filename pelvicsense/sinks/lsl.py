"""Angles and strides for other programs on the network, by the Lab Streaming Layer (LSL).

Two streams (Kothe et al. 2025, doi:10.1162/IMAG.a.136; channels are described as XDF has it):

======================= ======= ====================================================================
``pelvicsense angles``  MoCap   a row of `CHANNELS` per grid row, float64 degrees, ``nan`` where
                                unknown
``pelvicsense strides`` Markers a row of strides.csv as JSON when the stride becomes known, unknown
                                values null, ``flags`` separated by ``;``
======================= ======= ====================================================================

A time stamp says when something was *measured*, on LSL's clock: of an angle the time of its row, of
a stride its initial contact. A stride is sent at its end, so its stamp lies a stride in the past;
those walked before the calibration come together when it is accepted.

LSL keeps for each reader what it has not taken yet, six minutes at most, then drops the oldest:
sending never waits for a reader.

Whoever is in the same network can read the streams. They tell the subject's code and, as all LSL
streams do, this computer's name; no device and no address of one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Side
from pelvicsense.pipeline.now import Poses
from pelvicsense.recording.stride_table import stride_frame

ANGLES_NAME = "pelvicsense angles"
STRIDES_NAME = "pelvicsense strides"

_PELVIS_CHANNELS = {
    "pelvic_obliquity": "right side up",
    "pelvic_tilt": "forward",
}
_SIDE_CHANNELS = {
    "hip_adduction": "knee towards the middle, against the pelvis",
    "thigh_rotation": "internal, against the pelvis",
    "thigh_adduction": "knee towards the middle, against the vertical",
    "thigh_inclination": "knee forward, against the vertical",
}
CHANNELS: Mapping[str, str] = _PELVIS_CHANNELS | {
    f"{name}_{side}": positive for side in Side for name, positive in _SIDE_CHANNELS.items()
}
"""Channels of the angles, all in degrees and 0 in the still pose, and what is positive."""

_LAST_S = 0.5
"""Closing waits so long where somebody reads: LSL drops what is still on its way."""


@dataclass(frozen=True, slots=True)
class LslTime:
    """From session time to LSL's clock.

    Attributes
    ----------
    zero_s
        LSL's clock at session time 0, s.
    speed
        Session seconds per second of LSL's clock.
    """

    zero_s: float
    speed: float = 1.0

    def of(self, t_s: FloatArray) -> FloatArray:
        """Return LSL's clock at session times, s."""
        return np.asarray(self.zero_s + t_s / self.speed, dtype=np.float64)


class LslStreams:
    """Both streams, open until closed; a context manager.

    A recorder that saw them once finds them again by their source ids, which depend on the subject
    alone, and on whether it is a replay.

    Parameters
    ----------
    rate_hz
        Rows of angles per second of LSL's clock; 0 where that may change.
    subject
        A code, never a name.
    replay
        Whether a recording is played.

    Raises
    ------
    ConfigurationError
        If the extra ``lsl`` is not installed, or its library cannot be loaded.
    """

    def __init__(self, rate_hz: float, subject: str, *, replay: bool = False) -> None:
        self._lsl = _load()
        origin = "replay" if replay else "live"
        self._angles = self._open(ANGLES_NAME, "MoCap", rate_hz, subject, origin)
        self._strides = self._open(STRIDES_NAME, "Markers", 0.0, subject, origin)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def now_s(self) -> float:
        """Return LSL's clock, s."""
        return float(self._lsl.local_clock())

    def ahead_s(self, clock_ns: Callable[[], int]) -> float:
        """Return by how much LSL's clock is ahead of another one, s.

        LSL's is the steady clock of C++, on Linux and macOS the one of ``time.monotonic_ns``: 0
        to the microsecond there. On Windows the two differ in their zero and their resolution.
        """
        return self.now_s() - clock_ns() * 1e-9

    def send(self, poses: Sequence[Poses], strides: Sequence[Stride], at: LslTime) -> None:
        """Send angles and strides that have become known; return at once."""
        for some in poses:
            if len(some.t_s):
                self._angles.push_chunk(_columns(some), at.of(some.t_s).tolist())
        if not strides:
            return
        contacts_s = at.of(np.array([stride.t_contact_s for stride in strides]))
        rows = stride_frame(strides).iter_rows(named=True)
        for row, stamp_s in zip(rows, contacts_s.tolist(), strict=True):
            self._strides.push_sample([json.dumps(row)], stamp_s)

    def close(self) -> None:
        """Close both streams, once readers have had time to take what came last.

        To be done when everything else is: liblsl 1.18.0 crashed the process in one of seven trials
        in which a reader was connected that had stopped reading.
        """
        if self._angles is None:
            return
        if self._angles.have_consumers() or self._strides.have_consumers():
            time.sleep(_LAST_S)
        self._angles = self._strides = None  # LSL closes an outlet that nobody holds

    def _open(self, name: str, kind: str, rate_hz: float, subject: str, origin: str) -> Any:
        lsl = self._lsl
        angles = kind == "MoCap"
        info = lsl.StreamInfo(
            name=name,
            type=kind,
            channel_count=len(CHANNELS) if angles else 1,
            nominal_srate=rate_hz,
            channel_format=lsl.cf_double64 if angles else lsl.cf_string,
            source_id=f"{name.replace(' ', '-')}-{origin}-{subject}",
        )
        described = info.desc()
        described.append_child_value("origin", origin)
        described.append_child("subject").append_child_value("id", subject)
        channels = described.append_child("channels")
        if angles:
            for label, positive in CHANNELS.items():
                _describe(channels, label=label, type="Angle", unit="degrees", positive=positive)
        else:
            _describe(channels, label="stride", type="Marker", format="JSON")
        return lsl.StreamOutlet(info)


def _describe(channels: Any, **facts: str) -> None:
    channel = channels.append_child("channel")
    for key, value in facts.items():
        channel.append_child_value(key, value)


def _columns(poses: Poses) -> FloatArray:
    """Return the rows (n, `CHANNELS`), degrees."""
    unknown = np.full(len(poses.t_s), np.nan)
    by_side = (
        poses.hip_adduction_deg,
        poses.hip_rotation_deg,
        poses.thigh_adduction_deg,
        poses.thigh_flexion_deg,
    )
    sides = [angle.get(side, unknown) for side in Side for angle in by_side]
    return np.column_stack([poses.obliquity_deg, poses.tilt_deg, *sides])


def _load() -> ModuleType:
    try:
        import pylsl  # noqa: PLC0415  # an extra, and loaded only where it is wanted
    except ModuleNotFoundError as error:
        msg = (
            f"--lsl needs {error.name}, not installed here; run: pip install 'pelvicsense[lsl]'; "
            "or leave --lsl out"
        )
        raise ConfigurationError(msg) from error
    except (RuntimeError, OSError) as error:
        msg = (
            f"--lsl: the library liblsl cannot be loaded ({str(error).splitlines()[0].strip()}); "
            "its package needs Linux with glibc 2.35 or newer, macOS or Windows; leave --lsl out"
        )
        raise ConfigurationError(msg) from error
    _hush(pylsl)
    module: ModuleType = pylsl
    return module


def _hush(pylsl: Any) -> None:
    """Let LSL print warnings and errors alone, where the user has not configured it."""
    if "LSLAPICFG" in os.environ or any(path.exists() for path in _configurations()):
        return  # a configuration in memory would hide the user's
    with suppress(NotImplementedError):  # older than 1.17.7: it prints two lines more
        pylsl.util.set_config_content("[log]\nlevel = -1\n")


def _configurations() -> tuple[Path, ...]:
    """Return where liblsl looks for its configuration."""
    name = Path("lsl_api.cfg")
    return name, Path("~/lsl_api").expanduser() / name, Path("/etc/lsl_api") / name
