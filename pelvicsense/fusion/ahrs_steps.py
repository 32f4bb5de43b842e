"""One step of each sound filter of the ``ahrs`` package: the only file that knows the package.

Every step works on ``earth_from_sensor`` (wxyz, earth z up), whatever the package uses inside:

======== ============================================================ ==========================
filter   source                                                       inside the package
======== ============================================================ ==========================
madgwick Madgwick, Harrison, Vaidyanathan 2011,                       as here
         doi:10.1109/ICORR.2011.5975346
mahony   Mahony, Hamel, Pflimlin 2008, doi:10.1109/TAC.2008.923738    as here
aqua     Valenti, Dryanovski, Xiao 2015, doi:10.3390/s150819302       sensor_from_earth
ekf      Sabatini 2011, doi:10.3390/s111009182 (class of filters)     as here with frame="NED";
                                                                      "ENU" comes out upside down
======== ============================================================ ==========================

All four normalise the specific force, so the impacts of running bend their vertical: they are for
walking and stairs. Pelvic obliquity against optical motion capture, RMS, whole default stage:

========== ======== ====== =======
filter     walking  stairs running
========== ======== ====== =======
vqf        0.2°     0.4°   0.2°
madgwick   0.1°     0.2°   0.4°
mahony     0.2°     0.2°   2.5°
aqua       0.2°     0.2°   2.9°
ekf        0.2°     0.2°   1.5°
========== ======== ====== =======
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from ahrs.filters import AQUA, EKF, Madgwick, Mahony

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.fusion.ahrs_config import AquaConfig, EkfConfig, MadgwickConfig, MahonyConfig
from pelvicsense.fusion.ahrs_filter import Step
from pelvicsense.numerics.quaternion import conjugate

_NO_MEMORY: FloatArray = np.zeros(0)


@singledispatch
def make_step(config: object, rate_hz: float) -> Step:
    """Return the filter that ``config`` parametrises, as a function, for rows at ``rate_hz``."""
    raise TypeError(config)


@make_step.register
def _madgwick(config: MadgwickConfig, rate_hz: float) -> Step:
    """Gradient descent towards gravity."""
    package: Any = Madgwick(frequency=rate_hz, gain=config.gain_rad_s)

    def advance(
        attitude: FloatArray, memory: FloatArray, gyr: FloatArray, acc: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        return np.array(package.updateIMU(attitude, gyr, acc)), memory

    return Step(initial_memory=_NO_MEMORY, advance=advance)


@make_step.register
def _mahony(config: MahonyConfig, rate_hz: float) -> Step:
    """Proportional-integral correction towards gravity; remembers its own rate bias (3,)."""
    package: Any = Mahony(
        frequency=rate_hz, k_P=config.proportional_per_s, k_I=config.integral_per_s2
    )

    def advance(
        attitude: FloatArray, memory: FloatArray, gyr: FloatArray, acc: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        package.b = memory.copy()  # updateIMU changes it in place
        return np.array(package.updateIMU(attitude, gyr, acc)), package.b

    return Step(initial_memory=np.zeros(3), advance=advance)


@make_step.register
def _aqua(config: AquaConfig, rate_hz: float) -> Step:
    """Turn a fixed share of the way towards gravity at each row."""
    package: Any = AQUA(frequency=rate_hz, alpha=1.0 / (config.time_constant_s * rate_hz))

    def advance(
        attitude: FloatArray, memory: FloatArray, gyr: FloatArray, acc: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        # the correction divides by zero where the specific force points exactly downwards; the
        # caller meets the resulting nan with a new start
        with np.errstate(invalid="ignore", divide="ignore"):
            sensor_from_earth = package.updateIMU(conjugate(attitude), gyr, acc)
        return conjugate(np.array(sensor_from_earth)), memory

    return Step(initial_memory=_NO_MEMORY, advance=advance)


@make_step.register
def _ekf(config: EkfConfig, rate_hz: float) -> Step:
    """Kalman filter, linearised at the quaternion; remembers its covariance (4, 4)."""
    package: Any = EKF(
        frequency=rate_hz,
        frame="NED",
        magnetic_ref=60.0,  # never used; given so that no magnetic world model is loaded
        noises=[config.gyr_sigma_rad_s**2, config.acc_sigma**2, 1.0],
    )

    def advance(
        attitude: FloatArray, memory: FloatArray, gyr: FloatArray, acc: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        package.P = memory
        after = np.array(package.update(attitude, gyr, acc))
        return after, np.ascontiguousarray(package.P)

    return Step(initial_memory=config.start_sigma**2 * np.eye(4), advance=advance)
