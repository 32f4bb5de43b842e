"""Samples for models of devices, without a radio."""

from __future__ import annotations

import numpy as np
import pytest

from pelvicsense.virtual.gatt import AttError, Notification, SensorModel

STILL, TURNING = np.array([0.0, 0.0, 9.80665]), np.array([0.5, -0.25, 0.125])


def sample(model: SensorModel, n: int = 1, from_index: int = 0) -> list[Notification]:
    due: list[Notification] = []
    for i in range(from_index, from_index + n):
        due += model.sample(i, i / model.rate_hz, STILL, TURNING)
    return due


def code(error: pytest.ExceptionInfo[AttError]) -> int:
    return error.value.code
