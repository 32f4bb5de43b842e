"""Whether the extra ``report`` is installed."""

from __future__ import annotations

from importlib.util import find_spec

from pelvicsense.datatypes.errors import ConfigurationError


def require_extra() -> None:
    """Do nothing if pages can be made.

    Raises
    ------
    ConfigurationError
        If a library is missing; the message says how to get it.
    """
    missing = [name for name in ("jinja2", "matplotlib") if find_spec(name) is None]
    if missing:
        msg = (
            f"reports need {' and '.join(missing)}, not installed here; "
            "run: pip install 'pelvicsense[report]'"
        )
        raise ConfigurationError(msg)
