"""What wants something done, across the window, with the mend on a button."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_session import Alert, Mend

_MEND_WORDS = {Mend.RECALIBRATE: "Recalibrate now", Mend.SWAP_THIGHS: "Swap the thighs now"}


class Banner(QFrame):
    """The gravest alert; hidden while there is none.

    Parameters
    ----------
    can_mend
        Whether a mend is offered: not in a replay, which changes nothing.
    """

    mend_wanted = Signal(Mend)

    def __init__(self, *, can_mend: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "banner")
        self._can_mend = can_mend
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.mend = QPushButton()
        self._alert: Alert | None = None
        self.mend.clicked.connect(self._want)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.mend)
        self.hide()

    def draw(self, alerts: tuple[Alert, ...]) -> None:
        """Show the first; say how many more there are."""
        self.setVisible(bool(alerts))
        if not alerts:
            self._alert = None
            return
        more = f"   ({len(alerts) - 1} more in the notices)" if len(alerts) > 1 else ""
        self.words.setText(f"▲ {alerts[0].text}{more}")
        if alerts[0] != self._alert:
            self._alert = alerts[0]
            self.mend.setVisible(self._can_mend and self._alert.mend is not None)
            if self._alert.mend is not None:
                self.mend.setText(_MEND_WORDS[self._alert.mend])

    def _want(self) -> None:
        if self._alert is not None and self._alert.mend is not None:
            self.mend_wanted.emit(self._alert.mend)
