"""The strip at the top: where one is, whether it records, and for how long."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QWidget

from pelvicsense.dashboard.number_text import clock_text
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.dashboard.widgets.lights import Light, RecordingLight

_PAGE_WORDS = {
    Page.READY: "Get ready",
    Page.CALIBRATE: "Calibrate",
    Page.SESSION: "Session",
    Page.SUMMARY: "Summary",
}


class TopStrip(QWidget):
    """The pages as steps, the recording light with the elapsed time.

    Parameters
    ----------
    pages
        Which of them there are.
    """

    page_wanted = Signal(Page)

    def __init__(self, pages: tuple[Page, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: dict[Page, QPushButton] = {}
        self._group = QButtonGroup(self)
        self.light = RecordingLight()
        self.words = QLabel()
        set_role(self.words, "heading")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for number, page in enumerate(pages, start=1):
            step = QPushButton(f"&{number} {_PAGE_WORDS[page]}")
            set_role(step, "step")
            step.setCheckable(True)
            step.clicked.connect(lambda _=False, page=page: self.page_wanted.emit(page))
            self._group.addButton(step)
            self.steps[page] = step
            layout.addWidget(step)
        layout.addStretch()
        layout.addWidget(self.light, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.words)

    def show_page(self, page: Page) -> None:
        """Mark the page that is looked at."""
        self.steps[page].setChecked(True)

    def draw(self, view: View) -> None:
        """Show whether it records."""
        session = view.session
        elapsed = clock_text(session.elapsed_s)
        if view.replay is not None:
            self.light.show_light(Light.PLAYING if view.replay.playing else Light.PAUSED)
            self.words.setText(f"Replay of {view.replay.name}")
        elif not session.recording:
            self.light.show_light(Light.OFF)
            self.words.setText("Not recording")
        elif session.paused:
            self.light.show_light(Light.PAUSED)
            self.words.setText(f"PAUSED: strides do not count · {elapsed}")
        else:
            self.light.show_light(Light.RECORDING)
            megabytes = f"{session.recorded_mb:.1f} MB"
            detail = session.plan.session_words if session.plan is not None else megabytes
            self.words.setText(f"RECORDING {elapsed} · {detail}")
