"""The option ``--lsl``, and the streams that it opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pelvicsense.sinks.lsl import LslStreams

lsl_option = click.option(
    "--lsl", is_flag=True, help="Also send angles and strides to the network, by LSL."
)


@contextmanager
def lsl_streams(
    wanted: bool, rate_hz: float, subject: str, *, replay: bool = False
) -> Iterator[LslStreams | None]:
    """Open the streams if they are wanted; they are closed at the end.

    Raises
    ------
    ConfigurationError
        If they are wanted and cannot be had.
    """
    if not wanted:
        yield None
        return
    from pelvicsense.sinks.lsl import LslStreams

    with LslStreams(rate_hz, subject, replay=replay) as streams:
        yield streams
