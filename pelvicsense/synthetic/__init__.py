"""A person with exactly known angles and the sensors they wear; pure, seeded.

Read in this order: ``person`` and ``script`` (who, and what they do), ``curves`` (how joints move),
``timeline`` (when feet land), ``motion`` and ``forces`` (angles and accelerations at 1 kHz),
``body`` (segments and points on them), ``sensors``, ``imu``, ``radio`` (what is worn and what
arrives), ``truth``, ``simulate`` (the entry), ``population`` (many people to judge by).
"""

from pelvicsense.synthetic.person import PersonConfig, StrideVariation
from pelvicsense.synthetic.script import ActivityScript, Locomotion, Standing
from pelvicsense.synthetic.sensors import (
    ClockErrors,
    ImuErrors,
    Mounting,
    Outage,
    RadioConfig,
    SensorConfig,
    Slip,
    SoftTissue,
    ideal_sensors,
    worn_sensors,
)
from pelvicsense.synthetic.session import SimulatedSession, TruthFrames, WornTruth
from pelvicsense.synthetic.simulate import simulate

__all__ = [
    "ActivityScript",
    "ClockErrors",
    "ImuErrors",
    "Locomotion",
    "Mounting",
    "Outage",
    "PersonConfig",
    "RadioConfig",
    "SensorConfig",
    "SimulatedSession",
    "Slip",
    "SoftTissue",
    "Standing",
    "StrideVariation",
    "TruthFrames",
    "WornTruth",
    "ideal_sensors",
    "simulate",
    "worn_sensors",
]
