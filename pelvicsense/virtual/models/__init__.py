"""Models of real devices' firmware, one per supported device, for the simulated radio.

They encode their packets by hand, from the vendors' documents, and know nothing of the firmware
profiles: each checks the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.virtual.gatt import SensorModel
from pelvicsense.virtual.models.adafruit import Adafruit
from pelvicsense.virtual.models.bluest import BlueSt
from pelvicsense.virtual.models.gear_vr import GearVr
from pelvicsense.virtual.models.imu6_open import Imu6Open
from pelvicsense.virtual.models.metamotion import BMI160, BMI270, MetaMotion
from pelvicsense.virtual.models.movella_dot import MovellaDot
from pelvicsense.virtual.models.movesense import Movesense
from pelvicsense.virtual.models.muse import Muse
from pelvicsense.virtual.models.nano33 import Nano33
from pelvicsense.virtual.models.polar_sense import PolarSense
from pelvicsense.virtual.models.sensortag import SensorTag
from pelvicsense.virtual.models.thingy52 import Thingy52
from pelvicsense.virtual.models.witmotion import WitMotion

MODELS: dict[str, Callable[[str, float], SensorModel]] = {
    "movella-dot": MovellaDot,
    "witmotion-ble5": WitMotion,
    "metamotion-bmi160": partial(MetaMotion, BMI160),
    "metamotion-bmi270": partial(MetaMotion, BMI270),
    "movesense": Movesense,
    "polar-verity-sense": PolarSense,
    "thingy52": Thingy52,
    "bluest": BlueSt,
    "adafruit-ble": Adafruit,
    "arduino-nano33": Nano33,
    "gear-vr-controller": GearVr,
    "muse": Muse,
    "sensortag-cc2650": SensorTag,
    "imu6-open": Imu6Open,
}
"""What can be put on the simulated radio, by the name of its firmware."""


def make_model(key: str, serial: str, battery_percent: float = 80.0) -> SensorModel:
    """Return a device of one kind, just switched on.

    Parameters
    ----------
    key
        One of :data:`MODELS`.
    serial
        Tells devices of one kind apart; part of the name where the real device has it there.
    battery_percent
        Charge, 0–100.

    Raises
    ------
    ConfigurationError
        If there is no such model.
    """
    if key not in MODELS:
        raise ConfigurationError(
            f"There is no simulated sensor '{key}'; there are {', '.join(MODELS)}."
        )
    return MODELS[key](serial, battery_percent)
