"""What a running log says about itself, once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.log import SessionLog
from pelvicsense.sinks.status import LogStatus
from pelvicsense.sinks.status_tracker import StatusTracker
from pelvicsense.sources.ble.link_state import LinkState
from pelvicsense.sources.ble.source import BleSource

PERIOD_S = 1.0

LEAST_RUN_HZ = 50.0
"""Slower sensors blur the contacts of running."""

_LOW_BATTERY_PERCENT = 15.0


async def watch(
    source: BleSource,
    log: SessionLog,
    tracker: StatusTracker,
    clock_ns: Callable[[], int],
    show: Callable[[LogStatus], None],
) -> None:
    """Tell ``tracker`` what the links do and ``show`` the status, until cancelled."""
    told: set[str] = set()
    read_ns: dict[Placement, int | None] = {}
    while True:
        now_ns = clock_ns()
        for placement, link in source.links.items():
            tracker.take_link(placement, link.state.value, now_ns)
            if link.battery_percent is not None and link.battery_ns != read_ns.get(placement):
                read_ns[placement] = link.battery_ns
                tracker.take_battery(placement, link.battery_percent, now_ns)
        for notice in sorted(notices(source) - told):
            tracker.note(notice)
            told.add(notice)
        show(tracker.status(now_ns, log.recorder.byte_count))
        await asyncio.sleep(PERIOD_S)


def notices(source: BleSource) -> set[str]:
    """Return what a user should know about the sensors now."""
    sentences = set()
    for placement, link in source.links.items():
        if link.state is LinkState.LOST and link.trouble:
            sentences.add(f"{link.name}: {link.trouble}")
        if link.plan.rate_hz < LEAST_RUN_HZ:
            sentences.add(
                f"{link.name}: {link.plan.rate_hz:g} samples a second are too few for running; "
                f"{LEAST_RUN_HZ:g} or more are needed"
            )
        if link.battery_percent is not None and link.battery_percent < _LOW_BATTERY_PERCENT:
            sentences.add(f"{link.name}: battery low ({_LOW_BATTERY_PERCENT:.0f} % or less)")
        unreadable = source.unreadable(placement)
        if unreadable:
            sentences.add(f"{link.name}: {unreadable}")
    return sentences
