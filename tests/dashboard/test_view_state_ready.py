"""The sensor list."""

from __future__ import annotations

import pytest

from pelvicsense.dashboard.setup_model import ready_view
from pelvicsense.dashboard.view_state_setup import SensorState
from pelvicsense.datatypes.placement import Placement
from pelvicsense.sinks.live_facts import LiveStatus, Phase, SensorFact


def seen(place: Placement | None, **change: object) -> SensorFact:
    facts = {
        "address": "AA",
        "name": "IMU",
        "model": "a board",
        "rssi_dbm": -50,
        "placement": place,
        "state": "seen",
    }
    return SensorFact(**(facts | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rssi_dbm", "words", "bars"),
    [
        (-40, "strong", 4),
        (-60, "strong", 4),
        (-70, "good", 3),
        (-80, "weak", 2),
        (-90, "very weak", 1),
        (None, "", 0),
    ],
)
def test_signal_in_words_and_bars(rssi_dbm: int | None, words: str, bars: int) -> None:
    row = ready_view(LiveStatus(sensors=(seen(None, rssi_dbm=rssi_dbm),))).sensors[0]
    assert (row.signal, row.signal_bars) == (words, bars)


def test_what_is_missing_to_go_on() -> None:
    nothing = ready_view(LiveStatus())
    assert len(nothing.missing) == 2
    assert not nothing.can_connect
    pelvis = ready_view(LiveStatus(sensors=(seen(Placement.PELVIS),)))
    assert pelvis.missing == ("choose the sensor of at least one thigh",)
    both = (seen(Placement.PELVIS), seen(Placement.THIGH_LEFT))
    assert ready_view(LiveStatus(sensors=both)).can_connect
    connected = ready_view(LiveStatus(sensors=both, phase=Phase.CONNECTED))
    assert (connected.can_connect, connected.can_start) == (False, True)


def test_what_cannot_be_used_says_why() -> None:
    view = ready_view(
        LiveStatus(
            sensors=(
                seen(None, refusal="10 Hz is too slow"),
                seen(None, model="", name=""),
                seen(
                    Placement.PELVIS, state="not seen", model="", rssi_dbm=None, trouble="wake it"
                ),
            )
        )
    )
    assert [(row.usable, row.trouble) for row in view.sensors] == [
        (False, "10 Hz is too slow"),
        (False, ""),
        (False, "wake it"),
    ]
    assert view.sensors[1].name == "(no name)"
    assert view.sensors[2].state is SensorState.NOT_SEEN
