"""Small traces of what the sensors send."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from pelvicsense.dashboard.backend import Signals
from pelvicsense.dashboard.theme import Theme
from pelvicsense.dashboard.widgets.plot import Plot
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.notices import PLACEMENT_WORDS

_SHOWN_S = 8.0
_MOST_SAMPLES = 2000
"""Of one sensor: `_SHOWN_S` at 250 Hz."""

_LANE_RAD_S = 8.0
"""Height of a sensor's lane: a thigh turns by up to 8 rad/s when running."""


class SignalPanel(Plot):
    """The turning speed of each sensor in a lane of its own, into arrays that are made once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Turning speed of each sensor", "s", parent)
        n = _MOST_SAMPLES
        self._acc: FloatArray = np.full((n, 3), np.nan)
        self._gyr: FloatArray = np.full((n, 3), np.nan)
        # The plot keeps what it is given, so each trace has arrays of its own.
        self._times = {sensor: np.full(n, np.nan) for sensor in Placement}
        self._lanes = {sensor: np.full(n, np.nan) for sensor in Placement}
        self.traces = {sensor: self._trace() for sensor in Placement}
        names = [PLACEMENT_WORDS[sensor] for sensor in Placement]
        ticks = [((len(names) - 1 - i) * _LANE_RAD_S, name) for i, name in enumerate(names)]
        self.item.getAxis("left").setTicks([ticks])
        self.item.setYRange(0.0, len(names) * _LANE_RAD_S, padding=0.02)

    def _trace(self) -> pg.PlotDataItem:
        return self.item.plot(
            connect="finite", autoDownsample=True, downsampleMethod="peak", clipToView=True
        )

    def draw(self, signals: Signals) -> None:
        """Draw the newest seconds."""
        newest_s = -np.inf
        for index, (sensor, lane) in enumerate(self._lanes.items()):
            t_s = self._times[sensor]
            count = signals.read_signals(sensor, t_s, self._acc, self._gyr)
            if count == 0:
                continue
            np.einsum("ij,ij->i", self._gyr, self._gyr, out=lane)
            np.sqrt(lane, out=lane)
            np.add(lane, (len(self._lanes) - 1 - index) * _LANE_RAD_S, out=lane)
            self.traces[sensor].setData(t_s[-count:], lane[-count:])
            newest_s = max(newest_s, t_s[-1])
        if np.isfinite(newest_s):
            self.item.setXRange(newest_s - _SHOWN_S, newest_s, padding=0.0)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        super().apply_theme(theme)
        for sensor, trace in self.traces.items():
            colour = theme.text if sensor.side is None else theme.of_side(sensor.side)
            trace.setPen(pg.mkPen(colour, width=1))
