"""What a session holds, against what the sensors sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bluez.world import Sensor

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.recording.packets import read_packets
from pelvicsense.recording.rows import SampleRows
from pelvicsense.recording.session import find_sessions, open_session, read_inputs
from pelvicsense.virtual.gatt import Notification


def recorded(out: Path) -> Recorded:
    """Return the only session in a folder."""
    (folder,) = find_sessions(out)
    return Recorded(folder)


class Recorded:
    """A session's notifications, samples and what it says about the links."""

    def __init__(self, folder: Path) -> None:
        session = open_session(folder)
        self.continues = session.manifest.continues
        self.sensors = tuple(session.manifest.sensors)
        self._packets = list(read_packets(folder))
        inputs = list(read_inputs(session))
        self._marks = [item for item in inputs if isinstance(item, Mark)]
        self._rows = [item for item in inputs if isinstance(item, SampleRows)]

    def rows(self, sensor: Placement) -> int:
        """How many samples of a sensor there are."""
        return sum(int(np.sum(np.array(rows.sensors)[rows.code] == sensor)) for rows in self._rows)

    def losses(self, sensor: Placement) -> list[MarkKind]:
        """Return what the session says about a sensor's link, in order."""
        marks = [mark.kind for mark in self._marks if mark.sensor is sensor]
        return [kind for kind in marks if kind is not MarkKind.LOST]

    def lost(self, sensor: Placement) -> int:
        """How many samples of a sensor the session says are missing."""
        return sum(
            int(mark.text)
            for mark in self._marks
            if mark.sensor is sensor and mark.kind is MarkKind.LOST
        )

    def reasons(self, sensor: Placement) -> list[str]:
        """Return why its links were lost."""
        return [
            mark.text
            for mark in self._marks
            if mark.sensor is sensor and mark.kind is MarkKind.LINK_LOST
        ]

    def links(self, sensor: Placement) -> list[list[Notification]]:
        """Return the notifications that came over each of a sensor's links."""
        backs = [
            mark.host_ns
            for mark in self._marks
            if mark.sensor is sensor and mark.kind is MarkKind.LINK_BACK
        ]
        links: list[list[Notification]] = [[] for _ in range(1 + len(backs))]
        for packet in self._packets:
            if packet.sensor is sensor:
                link = sum(packet.host_ns >= back for back in backs)
                links[link].append((packet.characteristic, packet.data))
        return links


def missing(links: Sequence[Sequence[Notification]], sensor: Sensor) -> int:
    """Return how many notifications are missing inside the links of a sensor.

    What came over a link came once and in the order in which it was sent; the first link begins
    with the first that was sent. An overloaded Linux does drop notifications.
    """
    assert links[0][0] == sensor.sent[0]
    count = 0
    start = 0
    for received in links:
        assert received, "nothing came over a link"
        start = first = sensor.sent.index(received[0], start)
        for notification in received:
            start = sensor.sent.index(notification, start) + 1
        count += start - first - len(received)
    return count
