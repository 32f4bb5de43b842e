"""What must hold from row to row of samples.csv, for whoever reads it and whoever writes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.rows import SampleRows


@dataclass(slots=True)
class RowOrder:
    """Checks rows against each other and against all earlier ones.

    Attributes
    ----------
    last_host_ns
        ``host_ns`` of the newest row; none before the first.
    ticked
        Whether the rows of a sensor hold a tick: all of them do, or none.
    """

    last_host_ns: int | None = None
    ticked: dict[Placement, bool] = field(default_factory=dict)

    def admit(self, rows: SampleRows) -> bool:
        """Remember ``rows`` if they are in order, else say no and stay as before.

        In order: every number is finite, ``host_ns`` never falls, and a sensor's rows hold a tick
        all or none.
        """
        ticked = self._ticked_after(rows)
        if ticked is None or (rows.host_ns[1:] < rows.host_ns[:-1]).any():
            return False
        if self.last_host_ns is not None and rows.host_ns[0] < self.last_host_ns:
            return False
        if not (np.isfinite(rows.acc).all() and np.isfinite(rows.gyr).all()):
            return False
        self.last_host_ns = int(rows.host_ns[-1])
        self.ticked = ticked
        return True

    def _ticked_after(self, rows: SampleRows) -> dict[Placement, bool] | None:
        """Return ``ticked`` with ``rows`` included; none where they contradict."""
        counts = np.bincount(rows.code, minlength=len(rows.sensors))
        with_tick = np.bincount(rows.code, weights=rows.has_tick, minlength=len(rows.sensors))
        ticked = dict(self.ticked)
        for code in np.flatnonzero(counts):
            if with_tick[code] not in (0, counts[code]):
                return None
            ticks = bool(with_tick[code])
            if ticked.setdefault(rows.sensors[code], ticks) != ticks:
                return None
        return ticked
