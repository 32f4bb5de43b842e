"""The configuration: refused sets of sensors, plain values, a fingerprint of every parameter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest

from pelvicsense.datatypes.errors import ConfigurationError, PelvicsenseError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SensorSpec
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline


def specs(*placements: Placement) -> list[SensorSpec]:
    return [
        SensorSpec(placement=p, profile="simulated", rate_hz=100.0, tick_s=1e-6, tick_bits=32)
        for p in placements
    ]


@pytest.mark.parametrize(
    ("worn", "problem"),
    [
        ((), "a pelvis sensor is needed, got none"),
        ((Placement.THIGH_LEFT, Placement.THIGH_RIGHT), "a pelvis sensor is needed, got thigh_le"),
        ((Placement.PELVIS,), "got pelvis alone, .* wear a sensor on at least one thigh"),
        ((Placement.PELVIS, Placement.THIGH_LEFT, Placement.PELVIS), "each placement once"),
    ],
)
def test_a_set_of_sensors_that_cannot_do_is_refused_in_words(
    worn: Sequence[Placement], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem) as refused:
        Pipeline(PipelineConfig(), specs(*worn))
    assert isinstance(refused.value, PelvicsenseError)


def test_the_parameters_are_plain_values() -> None:
    plain = PipelineConfig().as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["clock"]["rate_hz"] == 100.0
    assert plain["fusion"]["filter"] == "vqf"


def changed(value: Any) -> Any:
    """A value that differs; none where there is nothing to turn."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + (1.0 if isinstance(value, float) else 1)
    if isinstance(value, str):
        return {"vqf": "madgwick"}.get(value)
    if isinstance(value, tuple) and value:
        return tuple(changed(item) for item in value)
    return None


def variants(config: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The configuration with one parameter changed, for every parameter."""
    for field in fields(config):
        value = getattr(config, field.name)
        name = f"{path}.{field.name}".lstrip(".")
        if is_dataclass(value):
            for inner_name, inner in variants(value, name):
                yield inner_name, _with(config, field.name, inner)
        elif isinstance(value, Mapping) and not isinstance(value, Enum):
            for key, item in value.items():
                for inner_name, inner in variants(item, f"{name}.{key}"):
                    yield inner_name, _with(config, field.name, {**value, key: inner})
        elif changed(value) is not None:
            new = _with(config, field.name, changed(value))
            if new is not None:
                yield name, new


def _with(config: Any, name: str, value: Any) -> Any:
    """The changed configuration; none where a parameter refuses the value."""
    if value is None:
        return None
    try:
        return replace(config, **{name: value})
    except ConfigurationError:
        return None


def test_the_fingerprint_changes_with_every_parameter() -> None:
    config = PipelineConfig()
    prints = {name: c.fingerprint() for name, c in variants(config) if c is not None}
    assert len(prints) > 60
    assert config.fingerprint() not in prints.values()
    assert len(set(prints.values())) == len(prints)


def test_the_fingerprint_is_the_same_for_the_same_parameters() -> None:
    assert PipelineConfig().fingerprint() == PipelineConfig().fingerprint()
    assert len(PipelineConfig().fingerprint()) == 16
