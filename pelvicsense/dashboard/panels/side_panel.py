"""One side of the body: the two large metrics, the third one small."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pelvicsense.dashboard.metric_scale import metric_title
from pelvicsense.dashboard.number_text import degrees_text
from pelvicsense.dashboard.panels.metric_tile import MetricTile
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_session import SHOWN, Reading, SideView
from pelvicsense.datatypes.placement import Side

LARGE = SHOWN[:2]
SMALL = SHOWN[2]

_SIGNS = {Side.LEFT: "●", Side.RIGHT: "■"}
"""The symbols of the trends, which so need no legend."""


class SidePanel(QFrame):
    """What the last stance of one foot was like.

    Parameters
    ----------
    side
        Which foot.
    """

    def __init__(self, side: Side, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        name = QLabel(f"{_SIGNS[side]} {side.value.upper()}")
        set_role(name, side.value)
        self._count = QLabel()
        set_role(self._count, "small")
        self.small = QLabel()
        set_role(self.small, "muted")
        self.small.setWordWrap(True)
        self.tiles = {metric: MetricTile(metric) for metric in LARGE}
        head = QHBoxLayout()
        head.addWidget(name)
        head.addStretch()
        head.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        for tile in self.tiles.values():
            layout.addWidget(tile, 1)
        layout.addWidget(self.small)

    def draw(self, view: SideView) -> None:
        """Show the newest stance."""
        for metric, tile in self.tiles.items():
            tile.draw(view.readings.get(metric, Reading()))
        self._count.setText(f"{view.valid} strides count, {view.strides - view.valid} do not")
        reading = view.readings.get(SMALL, Reading())
        words = [f"{metric_title(SMALL)} {degrees_text(reading.value_deg)}"]
        words += [text for text in (reading.words, reading.reason) if text]
        self.small.setText(" · ".join(words))
