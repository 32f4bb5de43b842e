"""What an orientation filter of one sensor is: a small state machine fed in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOutput:
    """What a filter says about ``n`` rows.

    Attributes
    ----------
    earth_from_sensor
        (n, 4) unit quaternions wxyz; earth z up, heading arbitrary.
    gyro_bias
        (n, 3) bias taken off the rate, rad/s.
    at_rest
        (n,) the sensor has lain or stood still for the rest time.
    tracking
        (n,) the attitude is an estimate; false while the filter still looks for the vertical and
        ``earth_from_sensor`` is only a placeholder.
    """

    earth_from_sensor: FloatArray
    gyro_bias: FloatArray
    at_rest: BoolArray
    tracking: BoolArray

    def then(self, later: FilterOutput) -> FilterOutput:
        """Return this and the rows after it as one."""
        return FilterOutput(
            **{
                name: np.concatenate([getattr(self, name), getattr(later, name)])
                for name in ("earth_from_sensor", "gyro_bias", "at_rest", "tracking")
            }
        )


class OrientationFilter(Protocol):
    """Orientation of one sensor from its own samples; any grouping into blocks gives equal bits."""

    state: Any
    """All that moves, as plain data: a copy may be kept, pickled and put into a new object."""

    def update(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        """Take ``n`` consecutive rows.

        Parameters
        ----------
        acc
            (n, 3) specific force, sensor frame, m/s².
        gyr
            (n, 3) mean angular rate between the row before and this one, sensor frame, rad/s.
        """
        ...

    def start(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        """Begin anew in a still pose, known to be one.

        Parameters
        ----------
        mean_acc, mean_gyr
            (3,) mean specific force, m/s², which is the vertical, and mean rate, rad/s, which is
            the bias.
        """
        ...

    def restart(self, before: Any) -> None:
        """Look for the inclination anew after a gap; keep the bias and, as a guess, the heading.

        Parameters
        ----------
        before
            The filter's state at the last row before the gap; what it took since is interpolated.
        """
        ...
