"""The session: what can be read from three metres above, what one walks up to read below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pelvicsense.dashboard.backend import Signals
from pelvicsense.dashboard.metric_scale import METRIC_SCALES
from pelvicsense.dashboard.number_text import UNKNOWN_TEXT
from pelvicsense.dashboard.panels.body_figure import BodyFigure
from pelvicsense.dashboard.panels.curve_panel import CurvePanel
from pelvicsense.dashboard.panels.link_panel import SmallPrint
from pelvicsense.dashboard.panels.plan_strip import PlanStrip
from pelvicsense.dashboard.panels.side_panel import LARGE, SidePanel
from pelvicsense.dashboard.panels.signal_panel import SignalPanel
from pelvicsense.dashboard.panels.trend_panel import TrendPanel
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_session import SHOWN, SessionView
from pelvicsense.dashboard.widgets.fit_text import FitText
from pelvicsense.datatypes.placement import Side
from pelvicsense.runtime.notices import ACTIVITY_WORDS


def _framed(*widgets: QWidget) -> QFrame:
    frame = QFrame()
    set_role(frame, "panel")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(8, 6, 8, 6)
    layout.setSpacing(2)
    for widget in widgets:
        layout.addWidget(widget)
    return frame


class SessionPage(QWidget):
    """Both sides with the body between them; trends, curves and small print below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sides = {side: SidePanel(side) for side in Side}
        self.body = BodyFigure()
        self.cadence = FitText("188")
        self.cadence_words, self.cue = QLabel(), QLabel()
        for label in (self.cadence_words, self.cue):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        set_role(self.cue, "heading")
        self.trends = {metric: TrendPanel(metric) for metric in LARGE}
        self.curve = CurvePanel(SHOWN[0])
        self.which_curve = QComboBox()
        self.which_curve.setAccessibleName("angle of the curve")
        for metric in SHOWN:
            self.which_curve.addItem(f"{METRIC_SCALES[metric].angle}, °")
        self.which_curve.activated.connect(lambda index: self.curve.choose(SHOWN[index]))
        self.small_print = SmallPrint()
        self.signals = SignalPanel()
        self.tabs = QTabWidget()
        self.tabs.addTab(self.small_print, "&Notices")
        self.tabs.addTab(self.signals, "S&ignals")
        self.plan = PlanStrip()
        self.splitters = {"session": self._lay_out()}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plan)
        layout.addWidget(self.splitters["session"], 1)
        self.splitters |= {"above": self._above, "below": self._below}

    def _lay_out(self) -> QSplitter:
        middle = _framed(self.body, self.cadence, self.cadence_words, self.cue)
        middle_layout = middle.layout()
        assert isinstance(middle_layout, QVBoxLayout)
        middle_layout.setStretch(0, 5)
        middle_layout.setStretch(1, 2)
        self._above = self._splitter(
            Qt.Orientation.Horizontal,
            (self.sides[Side.LEFT], 4),
            (middle, 3),
            (self.sides[Side.RIGHT], 4),
        )
        self._below = self._splitter(
            Qt.Orientation.Horizontal,
            *((_framed(trend), 3) for trend in self.trends.values()),
            (_framed(self.which_curve, self.curve), 3),
            (self.tabs, 3),
        )
        return self._splitter(Qt.Orientation.Vertical, (self._above, 3), (self._below, 2))

    def _splitter(self, orientation: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
        splitter = QSplitter(orientation)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(8)
        for index, (widget, stretch) in enumerate(parts):
            splitter.addWidget(widget)
            splitter.setStretchFactor(index, stretch)
        splitter.setSizes([stretch * 1000 for _, stretch in parts])
        return splitter

    def draw(self, view: SessionView, signals: Signals) -> None:
        """Show the session as it is now."""
        self.plan.draw(view.plan)
        for side, panel in self.sides.items():
            if side in view.sides:
                panel.draw(view.sides[side])
        self.body.draw(view.body)
        known = view.cadence_spm is not None
        self.cadence.show_text(
            f"{view.cadence_spm:.0f}" if known else UNKNOWN_TEXT, muted=not known
        )
        activity, target = ACTIVITY_WORDS[view.activity], view.feedback.cadence
        words = f"steps per minute · {activity}" if known else "no steps now"
        if target is not None:
            words += f"\ntarget {target.low_spm:.0f} to {target.high_spm:.0f}"
        self.cadence_words.setText(words)
        self.cue.setText(view.cue)
        for metric, trend in self.trends.items():
            trend.draw(view.sides, view.feedback.zones.get(metric))
        self.curve.draw(view.sides)
        if self.tabs.currentWidget() is self.signals:
            self.signals.draw(signals)
        else:
            self.small_print.draw(view)
