"""Who moves: body size, the peaks their angles reach, how they differ from side to side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.synthetic.curves import GAIT
from pelvicsense.synthetic.limits import require_within


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideVariation:
    """How much one stride differs from the next.

    Attributes
    ----------
    time_sd
        SD of a step's duration, fraction; 0.015 (stride time varies by 1–2 % in healthy adults,
        Hausdorff 2007, doi:10.1016/j.humov.2007.05.003).
    amplitude_sd
        SD of a stride's frontal and transverse amplitudes, fraction; 0.08 (0.4° on a 5° drop).
    """

    time_sd: float = 0.015
    amplitude_sd: float = 0.08

    def __post_init__(self) -> None:
        for name in ("time_sd", "amplitude_sd"):
            require_within(name, getattr(self, name), 0.0, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConfig:
    """A person; left/right differences are signed so that mirroring changes the sign.

    Attributes
    ----------
    height_m
        Body height, m; 1.72.
    leg_length_m
        Floor to hip centre, m; none: 0.53 of the height (Winter 2009, Biomechanics and Motor
        Control of Human Movement, fig. 4.1).
    hip_width_m
        Between the hip centres, m; 0.17 (Bell et al. 1990, doi:10.1016/0021-9290(90)90054-7).
    pelvic_drop_deg, hip_adduction_deg, thigh_rotation_deg
        Peak over stance, mean of both sides, deg, in whatever the person does; none: the
        activity's typical value (``curves.GAIT``).
    asymmetry
        (right peak − left peak) / mean peak, for these three angles; 0.
    limp
        Share by which the right leg is spared, −0.5…0.5 (negative: the left leg); 0. The time from
        its contact to the next one of the other foot is shorter by half of it, its stance by a
        quarter, its push by a fifth; the other leg takes what is missing.
    trendelenburg_deg
        By how much more the pelvis drops through the middle of the right leg's stance, whose hip
        abductors are weak, deg (negative: the left leg's); 0. The trunk stays upright, so the
        standing hip adducts by as much.
    first_foot
        The foot that lands first after standing.
    variation
        From stride to stride.
    """

    height_m: float = 1.72
    leg_length_m: float | None = None
    hip_width_m: float = 0.17
    pelvic_drop_deg: float | None = None
    hip_adduction_deg: float | None = None
    thigh_rotation_deg: float | None = None
    asymmetry: float = 0.0
    limp: float = 0.0
    trendelenburg_deg: float = 0.0
    first_foot: Side = Side.RIGHT
    variation: StrideVariation = field(default_factory=StrideVariation)

    def __post_init__(self) -> None:
        require_within("height_m", self.height_m, 1.0, 2.3)
        require_within("leg_m", self.leg_m, 0.4, 1.3)
        require_within("hip_width_m", self.hip_width_m, 0.1, 0.3)
        require_within("asymmetry", self.asymmetry, -1.0, 1.0)
        require_within("limp", self.limp, -0.5, 0.5)
        require_within("trendelenburg_deg", self.trendelenburg_deg, -15.0, 15.0)
        for name in ("pelvic_drop_deg", "hip_adduction_deg", "thigh_rotation_deg"):
            if getattr(self, name) is not None:
                require_within(name, getattr(self, name), 0.0, 25.0)

    @property
    def leg_m(self) -> float:
        """Leg length, m."""
        return 0.53 * self.height_m if self.leg_length_m is None else self.leg_length_m

    def mirrored(self) -> PersonConfig:
        """Return the same person with left and right swapped."""
        return replace(
            self,
            asymmetry=-self.asymmetry,
            limp=-self.limp,
            trendelenburg_deg=-self.trendelenburg_deg,
            first_foot=self.first_foot.other,
        )

    def peaks_deg(self, activity: Activity, side: Side) -> tuple[float, float, float]:
        """Peaks over stance of pelvic drop, hip adduction, thigh rotation, deg."""
        typical = GAIT[activity]
        share = 1.0 + 0.5 * side.sign * self.asymmetry
        chosen = (
            (self.pelvic_drop_deg, typical.pelvic_drop_deg),
            (self.hip_adduction_deg, typical.hip_adduction_deg),
            (self.thigh_rotation_deg, typical.thigh_rotation_deg),
        )
        drop, adduction, rotation = (
            share * (usual if own is None else own) for own, usual in chosen
        )
        return drop, adduction, rotation

    def weakness_deg(self, side: Side) -> float:
        """Extra drop in the stance of a side, deg."""
        return max(0.0, side.sign * self.trendelenburg_deg)

    def hip_centre_m(self, side: Side) -> FloatArray:
        """Hip centre in the pelvis frame (x anterior, y superior, z right), from mid-pelvis, m."""
        return np.array([0.0, 0.0, 0.5 * side.sign * self.hip_width_m])

    def sensor_position_m(self, placement: Placement) -> FloatArray:
        """Where a sensor sits, m: from mid-pelvis over the sacrum, or from the hip on the thigh."""
        side = placement.side
        if side is None:
            return np.array([-0.10, 0.08, 0.0])
        thigh_m = 0.46 * self.leg_m  # 0.245 of the height in Winter 2009
        return np.array([0.04, -0.5 * thigh_m, 0.06 * side.sign])
