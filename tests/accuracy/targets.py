"""What is aimed at: better than the best published figures for three sensors, no magnetometer."""

from __future__ import annotations

from dataclasses import dataclass

from figures import METRICS

GROUPS = {"run": "run", "walk": "walk", "stairs": "stairs"} | {
    "stairs_up": "stairs",
    "stairs_down": "stairs",
}
"""Activity, and whose targets hold for it."""


@dataclass(frozen=True)
class Target:
    """RMSE per stride in degrees, in the order of METRICS; contacts in ms: bias, SD."""

    rmse_deg: tuple[float, ...]
    initial_ms: tuple[float, float]
    final_ms: tuple[float, float]
    found: float

    def of(self, metric: str) -> float | None:
        return dict(zip(METRICS, self.rmse_deg, strict=True)).get(metric)


TARGETS = {
    "run": Target((0.4, 0.5, 2.4, 1.0, 1.2, 0.8), (10, 12), (10, 15), 0.99),
    "walk": Target((0.4, 0.2, 0.9, 0.5, 0.7, 0.5), (5, 15), (5, 12), 0.98),
    "stairs": Target((0.35, 0.3, 1.2, 0.7, 0.8, 0.7), (10, 25), (10, 25), 0.92),
}

COVERAGE = (0.93, 0.97)
DRIFT_WORST_DEG = 2.0
DRIFT_SLOPE_DPM = 0.05


def target_of(activity: str) -> Target:
    return TARGETS[GROUPS[activity]]
