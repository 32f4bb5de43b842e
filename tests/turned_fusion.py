"""Headings turned behind the orientation filter, whose own bias estimate would absorb a gyro's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.stage import FusionStage
from pelvicsense.numerics import quaternion

Yaw = Callable[[FloatArray], FloatArray]
"""Turn about the vertical, rad, at grid times, s."""


def turn_headings(monkeypatch: pytest.MonkeyPatch, yaws: Mapping[Placement, Yaw]) -> None:
    """Make every pipeline turn its sensors' earth frames."""

    class TurnedFusion(FusionStage):
        def feed(self, block: GridBlock) -> OrientationBlock:
            fused = super().feed(block)
            t_s = (block.first_index + np.arange(len(block))) / block.rate_hz
            sensors = dict(fused.sensors)
            for placement, yaw in yaws.items():
                signal = sensors[placement]
                about_up = quaternion.about_z(yaw(t_s))
                sensors[placement] = replace(
                    signal,
                    earth_from_sensor=quaternion.multiply(about_up, signal.earth_from_sensor),
                )
            return replace(fused, sensors=sensors)

    monkeypatch.setattr("pelvicsense.pipeline.pipeline.FusionStage", TurnedFusion)
