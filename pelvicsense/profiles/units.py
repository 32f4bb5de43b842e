"""Units that a profile may name, and what they are in SI."""

from __future__ import annotations

import math

STANDARD_GRAVITY = 9.80665
"""One g, m/s² (CGPM 1901)."""

ACCELERATION: dict[str, float] = {
    "m/s2": 1.0,
    "g": STANDARD_GRAVITY,
    "mg": STANDARD_GRAVITY / 1000.0,
}
"""Unit of an acceleration → m/s²."""

ANGULAR_RATE: dict[str, float] = {
    "rad/s": 1.0,
    "mrad/s": 1e-3,
    "dps": math.pi / 180.0,
    "ddps": math.pi / 1800.0,  # tenths of a degree per second
    "mdps": math.pi / 180_000.0,
}
"""Unit of an angular rate → rad/s."""

SIGNAL_UNITS: dict[str, dict[str, float]] = {"acc": ACCELERATION, "gyr": ANGULAR_RATE}
"""Units per signal."""
