"""Device ticks to host time, all sensors on one grid.

::

    SampleBlock ─ sample_index ─ tick_unwrap ─ device_clock ─ resample ─ GridBlock
                  (no ticks)     (wrap, reboot) (lower envelope) (gaps, grid)
"""

from __future__ import annotations

from pelvicsense.clock.aligner import AlignerState, GridAligner
from pelvicsense.clock.config import ClockConfig

__all__ = ["AlignerState", "ClockConfig", "GridAligner"]
