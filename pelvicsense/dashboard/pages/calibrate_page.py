"""Calibrate: stand still until the ring is full, then walk until the steps suffice."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_setup import CalibrateStep, CalibrateView
from pelvicsense.dashboard.widgets.ring import Ring
from pelvicsense.dashboard.widgets.sensor_box import SensorBox
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.notices import PLACEMENT_WORDS

_TITLES = {
    CalibrateStep.STAND_STILL: "1  Stand still",
    CalibrateStep.WALK: "2  Walk or run",
    CalibrateStep.ACCEPTED: "Calibrated",
}


class CalibratePage(QWidget):
    """The guide on the left, the sensors as they lie now on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.instruction, self.outcome = QLabel(), QLabel(), QLabel()
        set_role(self.title, "title")
        set_role(self.instruction, "instruction")
        for label in (self.instruction, self.outcome):
            label.setWordWrap(True)
        self.ring = Ring()
        self.boxes = {p: SensorBox(PLACEMENT_WORDS[p]) for p in Placement}
        layout = QHBoxLayout(self)
        layout.setSpacing(16)
        layout.addLayout(self._left(), 3)
        layout.addLayout(self._right(), 2)

    def _left(self) -> QVBoxLayout:
        left = QVBoxLayout()
        left.addWidget(self.title)
        left.addWidget(self.instruction)
        left.addWidget(self.ring, 1)
        left.addWidget(self.outcome)
        return left

    def _right(self) -> QVBoxLayout:
        heading = QLabel("Your sensors now")
        set_role(heading, "heading")
        words = QLabel(
            "Lift one knee: only that thigh's box may turn. If the other one turns, "
            "left and right are swapped. Any orientation will do."
        )
        words.setWordWrap(True)
        set_role(words, "muted")
        grid = QGridLayout()
        grid.addWidget(self.boxes[Placement.PELVIS], 0, 0, 1, 2)
        grid.addWidget(self.boxes[Placement.THIGH_LEFT], 1, 0)
        grid.addWidget(self.boxes[Placement.THIGH_RIGHT], 1, 1)
        right = QVBoxLayout()
        right.addWidget(heading)
        right.addWidget(words)
        right.addLayout(grid, 1)
        return right

    def draw(self, view: CalibrateView) -> None:
        """Show how far it is."""
        self.title.setText(_TITLES[view.step])
        self.instruction.setText(view.instruction)
        match view.step:
            case CalibrateStep.STAND_STILL:
                moved = f"moved {view.still_restarts} ×" if view.still_restarts else "stand still"
                self.ring.show_share(
                    view.still_fraction, f"{100 * view.still_fraction:.0f} %", moved
                )
            case CalibrateStep.WALK:
                share = view.strides_good / max(1, view.strides_needed)
                words = f"{view.strides_good} / {view.strides_needed}"
                self.ring.show_share(min(1.0, share), words, "good strides")
            case CalibrateStep.ACCEPTED:
                self.ring.show_share(1.0, "✓", "calibrated")
        refused = bool(view.refused) and view.step is not CalibrateStep.ACCEPTED
        role = "trouble" if refused else "instruction"
        set_role(self.outcome, role)
        self.outcome.setText(f"▲ Refused: {view.refused}" if refused else view.accepted)
        for placement, box in self.boxes.items():
            box.show_orientation(view.earth_from_sensor.get(placement))
