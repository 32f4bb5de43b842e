"""Whether the person is told anything now, and for how long: a session of a retraining plan."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.words import capital
from pelvicsense.feedback.plan_progress import PlanProgress

_ON, _SILENT = "◉", "○"
"""Full while feedback is given, empty in silence: a shape beside the words."""


class PlanStrip(QFrame):
    """One large line; hidden without a plan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.feedback, self.minutes = QLabel(), QLabel()
        for label in (self.feedback, self.minutes):
            set_role(label, "instruction")
        self.feedback.setWordWrap(True)
        self.minutes.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.addWidget(self.feedback, 1)
        layout.addWidget(self.minutes)
        self.hide()

    def draw(self, plan: PlanProgress | None) -> None:
        """Show how far the plan is."""
        self.setVisible(plan is not None)
        if plan is not None:
            sign = _ON if plan.feedback_now else _SILENT
            self.feedback.setText(f"{sign} {capital(plan.feedback_words)}")
            self.minutes.setText(plan.minutes_words)
