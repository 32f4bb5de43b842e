"""The small print of a session: links, clocks, batteries, and what is not known and why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from pelvicsense.dashboard.number_text import UNKNOWN_TEXT
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_session import LinkRow, SessionView
from pelvicsense.dashboard.view_state_setup import SensorState

_SOON_EMPTY_MIN = 60.0
"""From then on the minutes are said; no session is longer."""


class LinkPanel(QWidget):
    """Two lines for each worn sensor: how it is, and its numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(1)
        self._labels: list[tuple[QLabel, QLabel]] = []

    def draw(self, links: tuple[LinkRow, ...]) -> None:
        """Show the links."""
        while len(self._labels) < len(links):
            self._add_row()
        while len(self._labels) > len(links):
            for label in self._labels.pop():
                label.deleteLater()
        for (state, numbers), link in zip(self._labels, links, strict=True):
            state.setText(state_line(link))
            numbers.setText(numbers_line(link))

    def texts(self) -> list[str]:
        """Return what is written, line by line."""
        return [label.text() for row in self._labels for label in row]

    def _add_row(self) -> None:
        state, numbers = QLabel(), QLabel()
        set_role(numbers, "small")
        for label in (state, numbers):
            label.setWordWrap(True)
            self._lines.addWidget(label)
        self._labels.append((state, numbers))


def state_line(link: LinkRow) -> str:
    """Return what needs attention, or the battery; without a stream what the link does instead."""
    sign = "✓" if link.good else "▲"
    if link.state is SensorState.STREAMING:
        return f"{sign} {link.name}: {link.trouble or _battery(link)}"
    since = f" for {link.state_s:.0f} s" if link.state_s >= 1.0 else ""
    return f"{sign} {link.name}: {link.state}{since}"


def numbers_line(link: LinkRow) -> str:
    """Return a link's rate, loss and clock; short, so that they fit into a narrow panel."""
    rate = UNKNOWN_TEXT if link.rate_hz is None else f"{link.rate_hz:.0f}"
    lost = UNKNOWN_TEXT if link.lost_percent is None else f"{link.lost_percent:.1f} %"
    clock = UNKNOWN_TEXT if link.clock_sigma_ms is None else f"±{link.clock_sigma_ms:.1f} ms"
    return f"{rate}/s · lost {lost} · clock {clock}"


def _battery(link: LinkRow) -> str:
    if link.battery_percent is None:
        return f"battery {UNKNOWN_TEXT}"
    left = link.battery_left_min
    soon = "" if left is None or left > _SOON_EMPTY_MIN else f" ({left:.0f} min)"
    return f"battery {link.battery_percent:.0f} %{soon}"


class SmallPrint(QScrollArea):
    """Links, calibration and notices, one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        set_role(inside, "plain")
        self.links = LinkPanel()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self.links)
        layout.addWidget(self.words, 1)
        self.setWidget(inside)

    def draw(self, view: SessionView) -> None:
        """Show what stands beside the numbers."""
        self.links.draw(view.links)
        lines = [view.calibration, view.sound_trouble, *view.notices]
        self.words.setText("\n".join(f"· {line}" for line in lines if line))
