"""Grid in, orientation of every sensor out: the half sample, gaps, and when to believe.

Per sensor and row:

1. **Half sample.** A filter turns by rate × period from the row before to this one; the mean of the
   two rows' rates is that rate. With point samples the attitude leads by 5 ms at 100 Hz.
2. **Gap.** Invalid rows are straight lines. The first ``bridge_s`` of them are fed, which keeps the
   heading of a short gap; the rest are not, and the last attitude is held.
3. **Restart.** At the first valid row after any gap the filter looks for the vertical anew, with
   the bias it had.
4. **Settled** again when the filter has found it; at the start of the stream after ``start_s``.

Why any gap restarts: VQF on running, cut and compared with the uncut run; inclination error 3 s
after the gap, 90th percentile, pelvis / thigh, of a filter that just goes on:

======== ============= ===========
gap      bridged       held
======== ============= ===========
0.05 s   0.7° / 2.0°   1.7° / 6.0°
0.10 s   1.8° / 4.7°   3.2° / 11°
0.20 s   5.8° / 14°    3.9° / 21°
0.50 s   11° / 45°     3.6° / 23°
======== ============= ===========

With a restart (see `vqf_filter`) it hardly depends on the gap's length; 90th percentile after 0.1 s
/ 0.5 s without samples, running from optical motion capture and real walking:

============== =========== =========== ===========
after the gap  run, pelvis run, thigh  walk, pelvis
============== =========== =========== ===========
4 s            0.5° / 0.5° 1.1° / 1.7° 0.9° / 1.1°
5 s            0.4° / 0.4° 0.8° / 1.2° 0.5° / 0.7°
6 s            0.2° / 0.2° 0.5° / 0.8° 0.2° / 0.4°
8 s            0.1° / 0.1° 0.1° / 0.2° 0.2° / 0.2°
============== =========== =========== ===========
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.registry import FilterSettings, make_filter
from pelvicsense.fusion.sensor_fusion import SensorFusion, SensorState


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionConfig:
    """Which filter, and when its inclination is believed."""

    filter: str = "vqf"
    """Orientation filter. ``vqf`` was the most accurate in running by far, and the fastest."""
    start_s: float = 1.0
    """Time from the start of the stream until the inclination is believed, s. A session begins in a
    still pose: measured error there after 1 s, bias unknown, 0.2° (median), 0.4° (worst of 42).
    Real standing is often too restless to be found at rest, so a rest cannot be asked for."""
    bridge_s: float = 0.15
    """Longest stretch of interpolated rows fed to the filter, s: up to about here the straight line
    kept more of the attitude than holding it."""
    filters: FilterSettings = field(default_factory=FilterSettings)
    """Parameters of the filters."""

    def __post_init__(self) -> None:
        for name in ("start_s", "bridge_s"):
            value = getattr(self, name)
            if not value >= 0.0:
                msg = f"fusion: {name} must be 0 s or more, got {value}"
                raise ConfigurationError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionState:
    """All that moves in a `FusionStage`."""

    sensors: dict[Placement, SensorState]


class FusionStage:
    """Orientation filters of all sensors.

    Parameters
    ----------
    config
        Parameters.
    rate_hz
        Rate of the grid.
    placements
        The sensors; every block must hold them all.
    state
        State of an earlier stage of the same configuration to go on from.

    Raises
    ------
    FilterRefusedError, ConfigurationError
        The filter cannot be used, or a parameter is out of range.
    """

    def __init__(
        self,
        config: FusionConfig,
        rate_hz: float,
        placements: Sequence[Placement],
        state: FusionState | None = None,
    ) -> None:
        self._rate_hz = rate_hz
        self._sensors = {
            placement: SensorFusion(
                make_filter(config.filter, rate_hz, config.filters),
                start_rows=round(config.start_s * rate_hz),
                bridge_rows=round(config.bridge_s * rate_hz),
            )
            for placement in placements
        }
        if state is not None:
            for placement, sensor in self._sensors.items():
                sensor.state = copy.deepcopy(state.sensors[placement])

    @property
    def state(self) -> FusionState:
        """All that moves, as a copy."""
        return FusionState(
            sensors={placement: sensor.state for placement, sensor in self._sensors.items()}
        )

    def start(self, still: Mapping[Placement, tuple[FloatArray, FloatArray]]) -> None:
        """Begin anew in a still pose: mean specific force and mean rate, (3,) each, per sensor.

        The rows of the pose and what follows are fed next.
        """
        for placement, (mean_acc, mean_gyr) in still.items():
            self._sensors[placement].start(mean_acc, mean_gyr)

    def feed(self, block: GridBlock) -> OrientationBlock:
        """Return the orientation of every sensor at every row of ``block``."""
        if block.rate_hz != self._rate_hz:
            msg = f"block: expected {self._rate_hz} Hz, got {block.rate_hz}"
            raise ValueError(msg)
        return OrientationBlock(
            first_index=block.first_index,
            rate_hz=block.rate_hz,
            sensors={
                placement: sensor.feed(block.sensors[placement])
                for placement, sensor in self._sensors.items()
            },
        )
