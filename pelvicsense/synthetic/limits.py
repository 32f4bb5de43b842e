"""The one check every configuration of the synthetic person runs on its numbers."""

from __future__ import annotations

from pelvicsense.datatypes.errors import ConfigurationError


def require_within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a parameter outside ``low``…``high`` (both allowed).

    Raises
    ------
    ConfigurationError
        Names the parameter, the range, the value given (NaN is outside of every range).
    """
    if not low <= value <= high:
        msg = f"{name}: expected {low:g} to {high:g}, got {value:g}; choose a value in this range"
        raise ConfigurationError(msg)
