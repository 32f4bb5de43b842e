"""imufusion as an orientation filter of the pipeline, for comparison only; speed of all filters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from time import process_time
from typing import Any

import numpy as np
import pytest

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.fusion import stage
from pelvicsense.fusion.filters import FilterOutput, OrientationFilter
from pelvicsense.fusion.levelling import upright
from pelvicsense.fusion.registry import FilterSettings, available_filters, make_filter
from pelvicsense.numerics.quaternion import IDENTITY

IMUFUSION = "imufusion"
GRAVITY_MPS2 = 9.80665


class ImufusionFilter:
    """imufusion without magnetometer: settings of its advanced example, our start in a still pose.

    Its own bias estimate needs rest that a session has only at its start, so the bias is that of
    the still pose, as for the ``ahrs`` filters.
    """

    def __init__(self, rate_hz: float) -> None:
        import imufusion

        settings = imufusion.AhrsSettings()
        settings.convention = imufusion.CONVENTION_ENU
        settings.gain = 0.5
        settings.gyroscope_range = 2000.0
        settings.acceleration_rejection = 10.0
        settings.rejection_timeout = 5.0
        settings.sample_rate = rate_hz
        self._ahrs = imufusion.Ahrs()
        self._ahrs.set_settings(settings)
        self._bias = np.zeros(3)
        self.state: Any = None

    def start(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        self._bias = mean_gyr.copy()
        self._ahrs.restart()
        self._ahrs.skip_startup()
        self._ahrs.set_quaternion(upright(IDENTITY, mean_acc))

    def restart(self) -> None:
        self._ahrs.restart()

    def update(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        attitude = np.empty((len(acc), 4))
        rate_dps = np.degrees(gyr - self._bias)
        for k in range(len(acc)):
            self._ahrs.update_no_magnetometer(rate_dps[k], acc[k] / GRAVITY_MPS2)
            attitude[k] = self._ahrs.get_quaternion()
        return FilterOutput(
            earth_from_sensor=attitude,
            gyro_bias=np.tile(self._bias, (len(acc), 1)),
            at_rest=np.zeros(len(acc), dtype=np.bool_),
            tracking=np.ones(len(acc), dtype=np.bool_),
        )


def compared_filters() -> tuple[str, ...]:
    """The filters of the program, and imufusion where it is installed."""
    extra = (IMUFUSION,) if find_spec(IMUFUSION) is not None else ()
    return (*available_filters(), *extra)


def make_compared(
    name: str, rate_hz: float, settings: FilterSettings | None = None
) -> OrientationFilter:
    if name == IMUFUSION:
        return ImufusionFilter(rate_hz)
    return make_filter(name, rate_hz, settings)


@contextmanager
def with_imufusion() -> Iterator[None]:
    """Let pipelines be made with the filter ``imufusion``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "make_filter", make_compared)
        yield


def microseconds_per_sample(name: str, rows: int = 4000) -> float:
    """Processor time of one sensor's sample, the best of three: the others were disturbed."""
    rate_hz = 100.0
    rng = np.random.default_rng(1)
    phase = 2.0 * math.pi * np.arange(rows)[:, None] / rate_hz
    gyr = 2.0 * np.sin(phase + np.arange(3.0))
    acc = np.array([0.0, 0.0, GRAVITY_MPS2]) + rng.standard_normal((rows, 3))
    best = math.inf
    for _ in range(3):
        one = make_compared(name, rate_hz)
        one.start(np.array([0.0, 0.0, GRAVITY_MPS2]), np.zeros(3))
        start = process_time()
        one.update(acc, gyr)
        best = min(best, process_time() - start)
    return 1e6 * best / rows
