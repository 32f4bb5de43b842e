"""pelvicsense: pelvic drop and thigh rotation, stride by stride, from three wearable sensors.

::

    import pelvicsense

    result = pelvicsense.analyze("recordings/walk")
    for stride in result.strides:
        print(stride.side, stride.angles.pelvic_drop_peak_deg)
    table = result.to_polars()  # or to_pandas()

A session that cannot be used raises `PelvicsenseError`, with one sentence that says why.

The package, in the order in which data flow through it: ``datatypes`` (what flows), ``numerics``,
``profiles`` and ``decoding`` (bytes to samples), ``clock``, ``fusion``, ``calibration``, ``gait``,
``metrics``, ``pipeline`` (the stages in order), ``synthetic`` (a person with known angles),
``feedback``; then the edges: ``recording`` (files), ``sources``, ``sinks``, ``virtual`` (simulated
sensors), ``runtime`` (all put together), ``dashboard``, ``report``, ``exchange``, ``cli``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pelvicsense.datatypes.errors import PelvicsenseError
    from pelvicsense.runtime.analyze import analyze
    from pelvicsense.runtime.result import SessionResult

__version__ = "0.1.0"

__all__ = ["PelvicsenseError", "SessionResult", "__version__", "analyze"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: ``import pelvicsense`` itself loads nothing."""
    if name == "analyze":
        from pelvicsense.runtime.analyze import analyze  # noqa: PLC0415

        return analyze
    if name == "SessionResult":
        from pelvicsense.runtime.result import SessionResult  # noqa: PLC0415

        return SessionResult
    if name == "PelvicsenseError":
        from pelvicsense.datatypes.errors import PelvicsenseError  # noqa: PLC0415

        return PelvicsenseError
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    """Return the public names, loaded or not, so that they can be completed."""
    return sorted({*globals(), *__all__})
