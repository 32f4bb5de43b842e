"""Strides against their truth: errors gathered by group, and the goals they are held to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.gait import Stride

SAME_CONTACT_S = 0.10

METRICS = (
    "pelvic_drop_peak_deg",
    "pelvic_drop_excursion_deg",
    "hip_adduction_peak_deg",
    "hip_adduction_excursion_deg",
    "thigh_rotation_peak_deg",
    "thigh_rotation_excursion_deg",
)


@dataclass(frozen=True)
class Goal:
    """Root mean square errors in degrees, in the order of METRICS; contacts in ms."""

    rmse_deg: tuple[float, ...]
    found: float
    initial_ms: tuple[float, float]
    final_ms: tuple[float, float]


GOALS = {
    "run": Goal((0.7, 0.8, 3.2, 1.4, 1.8, 1.2), 0.97, (15, 20), (20, 25)),
    "walk": Goal((0.5, 0.4, 1.5, 0.8, 1.2, 0.9), 0.95, (15, 25), (15, 25)),
    "stairs": Goal((0.5, 0.6, 1.9, 1.2, 1.3, 1.2), 0.75, (25, 45), (25, 45)),
}
"""Stairs are gone up and down in one recording, whose truth does not tell which stride was which:
the share to be found is the mean of 90 % up and 60 % down."""


@dataclass(frozen=True)
class TrueStride:
    side: str
    t_contact_s: float
    t_final_contact_s: float
    angles_deg: dict[str, float]
    t_end_s: float = np.nan
    activity: str = "unknown"


@dataclass
class Figures:
    """What one group of recordings showed."""

    errors_deg: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    scaled: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    initial_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)
    strides: int = 0
    found: int = 0
    wrong_side: int = 0
    invented: int = 0
    empty: int = 0

    def add(
        self,
        strides: Sequence[Stride],
        truth: Sequence[TrueStride],
        judged: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Match valid strides with true ones; look for invented ones inside ``judged`` windows."""
        valid = [stride for stride in strides if stride.valid]
        for true in truth:
            near = [s for s in valid if abs(s.t_contact_s - true.t_contact_s) < SAME_CONTACT_S]
            own = [s for s in near if s.side == true.side]
            self.strides += 1
            self.wrong_side += bool(near and not own)
            if own:
                self._match(min(own, key=lambda s: abs(s.t_contact_s - true.t_contact_s)), true)
        for stride in valid:
            inside = any(a <= stride.t_contact_s and stride.t_end_s <= b for a, b in judged)
            partner = any(
                stride.side == true.side and abs(stride.t_contact_s - true.t_contact_s) < 0.15
                for true in truth
            )
            self.invented += inside and not partner

    def _match(self, stride: Stride, true: TrueStride) -> None:
        self.found += 1
        self.initial_ms.append(1e3 * (stride.t_contact_s - true.t_contact_s))
        self.final_ms.append(1e3 * (stride.t_final_contact_s - true.t_final_contact_s))
        for name in METRICS:
            error = getattr(stride.angles, name) - true.angles_deg[name]
            if np.isnan(error):
                self.empty += 1
                continue
            self.errors_deg[name].append(error)
            self.scaled[name].append(error / getattr(stride.standard_errors, name))

    def rmse_deg(self, name: str) -> float:
        return float(np.sqrt(np.mean(np.square(self.errors_deg[name]))))

    def bias_deg(self, name: str) -> float:
        return float(np.mean(self.errors_deg[name]))

    def coverage(self, name: str) -> float:
        """Share of errors inside ± 1.96 standard errors."""
        return float(np.mean(np.abs(self.scaled[name]) <= 1.96))

    @property
    def share_found(self) -> float:
        return self.found / self.strides

    def lines(self, title: str, goal: Goal) -> list[str]:
        """Return the figures as text, each with its goal."""
        text = [
            f"{title}: {self.found} of {self.strides} strides found "
            f"({self.share_found:.0%}, goal {goal.found:.0%}), wrong side {self.wrong_side}, "
            f"invented {self.invented}, values left empty {self.empty}",
            "  initial contact {:+.0f} ± {:.0f} ms (goal {}, {}); "
            "final contact {:+.0f} ± {:.0f} ms (goal {}, {})".format(
                np.mean(self.initial_ms),
                np.std(self.initial_ms),
                *goal.initial_ms,
                np.mean(self.final_ms),
                np.std(self.final_ms),
                *goal.final_ms,
            ),
        ]
        for name, limit in zip(METRICS, goal.rmse_deg, strict=True):
            words = name.removesuffix("_deg").replace("_", " ")
            text.append(
                f"  {words:26} RMSE {self.rmse_deg(name):5.2f}° "
                f"(goal {limit:.1f}°)  bias {self.bias_deg(name):+5.2f}°  "
                f"inside ±1.96 SE {self.coverage(name):4.0%}"
            )
        return text
