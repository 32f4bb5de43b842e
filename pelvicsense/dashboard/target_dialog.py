"""Target zones, which strides are told, and how they sound."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pelvicsense.dashboard.commands import LiveCommands
from pelvicsense.dashboard.metric_scale import METRIC_SCALES, metric_title
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_session import SHOWN
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.tones import Coding
from pelvicsense.feedback.zone import Metric, Zone

_SHARES = (1.0, 0.75, 0.5, 0.25, 0.1)
"""The usual steps of a faded programme."""


class _ZoneLine:
    """One metric's zone: whether there is one, and its borders."""

    def __init__(self, metric: Metric) -> None:
        words = METRIC_SCALES[metric]
        self.wanted = QCheckBox(metric_title(metric))
        self.low, self.high = (_degrees_box(words.least_deg, words.most_deg) for _ in range(2))
        self.low.setAccessibleName(f"{metric_title(metric)} from")
        self.high.setAccessibleName(f"{metric_title(metric)} to")
        for box in (self.low, self.high):
            self.wanted.toggled.connect(box.setEnabled)
            box.setEnabled(False)

    def fill(self, zone: Zone | None) -> None:
        """Show a zone."""
        self.wanted.setChecked(zone is not None)
        if zone is not None:
            self.low.setValue(zone.low_deg)
            self.high.setValue(zone.high_deg)

    def zone(self) -> Zone | None:
        """Return what is set; raises ConfigurationError if the borders are in the wrong order."""
        if not self.wanted.isChecked():
            return None
        return Zone(low_deg=self.low.value(), high_deg=self.high.value())


def _degrees_box(least_deg: float, most_deg: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(least_deg, most_deg)
    box.setDecimals(1)
    box.setSingleStep(0.5)
    box.setSuffix("°")
    return box


class TargetDialog(QDialog):
    """Stands beside the running session; nothing changes until Apply or OK.

    Parameters
    ----------
    commands
        Who is told.
    config
        What is set now.
    planned
        A plan is followed: only how cues sound can be changed.
    """

    def __init__(
        self,
        commands: LiveCommands,
        config: FeedbackConfig,
        *,
        planned: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Target and feedback")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands, self._config, self._planned = commands, config, planned
        self.zones = {metric: _ZoneLine(metric) for metric in SHOWN}
        self.mode, self.told, self.share, self.coding = (QComboBox() for _ in range(4))
        self.mode.addItems([mode.value for mode in FeedbackMode])
        self.told.addItems([metric_title(metric) for metric in SHOWN])
        self.share.addItems([f"{100 * share:.0f} %" for share in _SHARES])
        self.coding.addItems([coding.value for coding in Coding])
        self.sound = QCheckBox("&Sound")
        self.own = QPushButton("From my own strides")
        self.own.clicked.connect(self._take_own)
        self.trouble = QLabel()
        set_role(self.trouble, "trouble")
        self.trouble.setWordWrap(True)
        button = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(button.Ok | button.Apply | button.Cancel)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(button.Apply).clicked.connect(self._apply)
        self._lay_out()
        self.fill(config)
        if planned:
            self._leave_to_plan()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        heading = QLabel("Target zones, both sides")
        set_role(heading, "heading")
        grid.addWidget(heading, 0, 0, 1, 4)
        for row, line in enumerate(self.zones.values(), start=1):
            grid.addWidget(line.wanted, row, 0)
            grid.addWidget(line.low, row, 1)
            grid.addWidget(QLabel("to"), row, 2)
            grid.addWidget(line.high, row, 3)
        grid.addWidget(self.own, len(self.zones) + 1, 0, 1, 4)
        form = QFormLayout()
        form.addRow("&Tell", self.mode)
        form.addRow("&What", self.told)
        form.addRow("&Faded: share of minutes", self.share)
        form.addRow("&How far outside is heard as", self.coding)
        form.addRow(self.sound)
        layout = QVBoxLayout(self)
        layout.addLayout(grid)
        layout.addLayout(form)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)

    def _leave_to_plan(self) -> None:
        said = QLabel("The plan sets the target and when it is told; here only the sound changes.")
        said.setWordWrap(True)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, said)
        lines = (box for line in self.zones.values() for box in (line.wanted, line.low, line.high))
        for box in (*lines, self.own, self.mode, self.told, self.share):
            box.setEnabled(False)

    def fill(self, config: FeedbackConfig) -> None:
        """Show what is set."""
        self._config = config
        for metric, line in self.zones.items():
            line.fill(config.zones.get(metric))
        self.mode.setCurrentText(config.mode.value)
        self.told.setCurrentIndex(SHOWN.index(config.metric) if config.metric in SHOWN else 0)
        nearest = min(_SHARES, key=lambda share: abs(share - config.share))
        self.share.setCurrentIndex(_SHARES.index(nearest))
        self.coding.setCurrentText(config.tones.coding.value)
        self.sound.setChecked(config.sound)

    def config(self) -> FeedbackConfig:
        """Return what the boxes say.

        Raises
        ------
        ConfigurationError
            If a zone's borders are in the wrong order.
        """
        tones = replace(self._config.tones, coding=Coding(self.coding.currentText()))
        sounding = replace(self._config, sound=self.sound.isChecked(), tones=tones)
        if self._planned:
            return sounding
        zones = {metric: line.zone() for metric, line in self.zones.items()}
        return replace(
            sounding,
            mode=FeedbackMode(self.mode.currentText()),
            metric=SHOWN[self.told.currentIndex()],
            zones={metric: zone for metric, zone in zones.items() if zone is not None},
            share=_SHARES[self.share.currentIndex()],
        )

    def _apply(self) -> bool:
        try:
            config = self.config()
        except ConfigurationError as error:
            self.trouble.setText(f"▲ {error}")
            return False
        self.trouble.clear()
        self._commands.set_feedback(config)
        return True

    def _accept(self) -> None:
        if self._apply():
            self.accept()

    def _take_own(self) -> None:
        # The zone comes with the session's next views; the boxes show it when opened again.
        if self._apply():
            self._commands.zone_from_own_strides()
            self.accept()
