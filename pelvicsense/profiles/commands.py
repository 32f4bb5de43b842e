"""What a profile says to a device: steps with places to fill in, rates, battery, firmware."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pelvicsense.profiles.byte_text import ByteText
from pelvicsense.profiles.layout import NUMBER_BYTES, read_number
from pelvicsense.profiles.plan import (
    Ask,
    BatteryPlan,
    KeepAlive,
    Modify,
    Read,
    Step,
    Values,
    Write,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTemplate:
    """A :class:`~pelvicsense.profiles.plan.Write` with places to fill in."""

    characteristic: str
    data: ByteText
    response: bool
    delay_s: float

    def fill(self, known: Mapping[str, bytes]) -> Write:
        """Return the step."""
        return Write(
            characteristic=self.characteristic,
            data=self.data.fill(known),
            response=self.response,
            delay_s=self.delay_s,
        )

    @property
    def names(self) -> frozenset[str]:
        """The places to fill in."""
        return self.data.names

    @property
    def brings(self) -> str:
        """Name of the value that the step brings; empty for none."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTemplate:
    """A :class:`~pelvicsense.profiles.plan.Read`: nothing to fill in."""

    step: Read

    def fill(self, known: Mapping[str, bytes]) -> Read:
        """Return the step."""
        del known
        return self.step

    @property
    def names(self) -> frozenset[str]:
        """No places."""
        return frozenset()

    @property
    def brings(self) -> str:
        """Name of the value that the step brings; empty for none."""
        return self.step.name


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTemplate:
    """An :class:`~pelvicsense.profiles.plan.Ask` with places to fill in."""

    characteristic: str
    data: ByteText
    response: bool
    reply: str
    prefix: ByteText
    name: str
    timeout_s: float
    optional: bool

    def fill(self, known: Mapping[str, bytes]) -> Ask:
        """Return the step."""
        return Ask(
            characteristic=self.characteristic,
            data=self.data.fill(known),
            response=self.response,
            reply_characteristic=self.reply,
            reply_prefix=self.prefix.fill(known),
            name=self.name,
            timeout_s=self.timeout_s,
            optional=self.optional,
        )

    @property
    def names(self) -> frozenset[str]:
        """The places to fill in."""
        return self.data.names | self.prefix.names

    @property
    def brings(self) -> str:
        """Name of the value that the step brings; empty for none."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyTemplate:
    """A :class:`~pelvicsense.profiles.plan.Modify` with places to fill in."""

    characteristic: str
    patches: tuple[tuple[int, ByteText], ...]
    response: bool
    delay_s: float

    def fill(self, known: Mapping[str, bytes]) -> Modify:
        """Return the step."""
        return Modify(
            characteristic=self.characteristic,
            patches=tuple((at, data.fill(known)) for at, data in self.patches),
            response=self.response,
            delay_s=self.delay_s,
        )

    @property
    def names(self) -> frozenset[str]:
        """The places to fill in."""
        return frozenset().union(*(data.names for _, data in self.patches))

    @property
    def brings(self) -> str:
        """Name of the value that the step brings; empty for none."""
        return ""


StepTemplate = WriteTemplate | ReadTemplate | AskTemplate | ModifyTemplate
"""A step of a profile."""


def fill_all(templates: tuple[StepTemplate, ...], known: Mapping[str, bytes]) -> tuple[Step, ...]:
    """Return the steps with their places filled in."""
    return tuple(template.fill(known) for template in templates)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAliveTemplate:
    """Steps to repeat every ``period_s`` while the device streams."""

    steps: tuple[StepTemplate, ...]
    period_s: float

    def fill(self, known: Mapping[str, bytes]) -> KeepAlive:
        """Return the plan."""
        return KeepAlive(steps=fill_all(self.steps, known), period_s=self.period_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Everything that is said to the device, in this order but for ``identify``."""

    probe: tuple[StepTemplate, ...] = ()
    configure: tuple[StepTemplate, ...] = ()
    start: tuple[StepTemplate, ...] = ()
    stop: tuple[StepTemplate, ...] = ()
    identify: tuple[StepTemplate, ...] = ()
    keep_alive: KeepAliveTemplate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateOption:
    """A sampling rate on offer, and what stands for it in the commands."""

    hz: float
    codes: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The sampling rates on offer."""

    default_hz: float
    options: tuple[RateOption, ...]

    def option(self, hz: float) -> RateOption | None:
        """Return the option of that rate."""
        return next((o for o in self.options if o.hz == hz), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    """Makes a percentage of the bytes of a battery reading.

    Attributes
    ----------
    at, type, little, scale
        The number in the bytes, times ``scale``.
    table
        Pairs (at least, percent), from high to low; below the last it is 0. Empty where the number
        is the percentage.
    """

    at: int
    type: str
    little: bool
    scale: float
    table: tuple[tuple[float, float], ...] = ()

    def __call__(self, data: bytes) -> float | None:
        """Return 0…100; none where the bytes mean nothing."""
        if len(data) < self.at + NUMBER_BYTES[self.type]:
            return None
        number = read_number(data, self.at, self.type, self.little) * self.scale
        if self.table:
            if not math.isfinite(number):
                return None
            return next((percent for least, percent in self.table if number >= least), 0.0)
        return float(number) if 0.0 <= number <= 100.0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """How to learn the state of the battery."""

    step: ReadTemplate | AskTemplate
    percent: Percent

    def fill(self, known: Mapping[str, bytes]) -> BatteryPlan:
        """Return the plan."""
        return BatteryPlan(step=self.step.fill(known), percent=self.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareVersion:
    """Where a step brings the firmware's version: a text, or ``count`` bytes a.b.c at ``at``."""

    value: str
    at: int = 0
    count: int | None = None

    def read(self, values: Values) -> str | None:
        """Return the version; none where the device did not tell."""
        data = values.get(self.value, b"")[self.at :]
        if self.count is not None:
            return ".".join(map(str, data[: self.count])) if len(data) >= self.count else None
        return data.rstrip(b"\0").decode("utf-8", errors="replace").strip() or None
