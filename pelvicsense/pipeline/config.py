"""Every parameter of the pipeline in one place, and a fingerprint of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

from pelvicsense.calibration.decide import DecisionConfig
from pelvicsense.calibration.slip import SlipConfig
from pelvicsense.calibration.still import StillConfig
from pelvicsense.calibration.tracker import TrackerConfig
from pelvicsense.clock.config import ClockConfig
from pelvicsense.fusion.stage import FusionConfig
from pelvicsense.gait.contact_config import ContactConfig
from pelvicsense.gait.speed import SpeedConfig
from pelvicsense.gait.strides import StrideConfig
from pelvicsense.metrics.stance_config import StanceConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """When a calibration is attempted, and how much is kept until there is one.

    Attributes
    ----------
    first_steps
        Steps in a row after which the first attempt is made: five strides and the step before.
    more_steps
        Steps between further attempts.
    most_steps
        Steps that one attempt uses at most.
    least_steps
        Fewest steps that are tried when the recording ends.
    bout_pause_s
        Time without a step after which a new bout begins, s.
    lead_s
        Time before the first step that filters may settle in, s.
    hold_s
        How much is kept while there is no calibration, s: strides before that are lost.
    chunk_rows
        Rows handled at a time; bounds memory in a batch and changes no result.
    """

    first_steps: int = 11
    more_steps: int = 6
    most_steps: int = 41
    least_steps: int = 4
    bout_pause_s: float = 1.5
    lead_s: float = 1.0
    hold_s: float = 600.0
    chunk_rows: int = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineConfig:
    """Parameters of all stages, in the order in which data pass them."""

    clock: ClockConfig = field(default_factory=ClockConfig)
    fusion: FusionConfig = field(default_factory=FusionConfig)
    still: StillConfig = field(default_factory=StillConfig)
    decision: DecisionConfig = field(default_factory=DecisionConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    contacts: ContactConfig = field(default_factory=ContactConfig)
    strides: StrideConfig = field(default_factory=StrideConfig)
    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    speed: SpeedConfig = field(default_factory=SpeedConfig)
    stance: StanceConfig = field(default_factory=StanceConfig)
    slip: SlipConfig = field(default_factory=SlipConfig)

    def as_dict(self) -> dict[str, Any]:
        """Return all parameters as nested plain values."""
        plain: dict[str, Any] = _plain(self)
        return plain

    def fingerprint(self) -> str:
        """Return a short hash that changes with any parameter."""
        return hashlib.sha256(repr(self.as_dict()).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value
