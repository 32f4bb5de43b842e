"""Numbers as the screens write them."""

from __future__ import annotations

UNKNOWN_TEXT = "–"
"""Stands wherever a value is not known; the reason stands beside it."""


def degrees_text(value_deg: float | None) -> str:
    """Return an angle with one decimal, or the sign for unknown."""
    return UNKNOWN_TEXT if value_deg is None else f"{value_deg:.1f}°".replace("-", "−")


def clock_text(seconds: float) -> str:
    """Return a duration as m:ss, or h:mm:ss from an hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def number_text(value: float, decimals: int) -> str:
    """Return a number with a true minus sign."""
    return f"{value:.{decimals}f}".replace("-", "−")


def difference_text(value: float, decimals: int) -> str:
    """Return a difference with its sign; none before what rounds to zero."""
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}".replace("-", "−") if rounded else f"{0.0:.{decimals}f}"
