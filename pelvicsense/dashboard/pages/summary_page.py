"""After the session: its figures, and what changed by more than measurement error."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pelvicsense.dashboard.backend import WriteReport
from pelvicsense.dashboard.commands import LiveCommands
from pelvicsense.dashboard.number_text import (
    UNKNOWN_TEXT,
    clock_text,
    difference_text,
    number_text,
)
from pelvicsense.dashboard.panels.report_button import ReportButton
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_after import ChangeRow, SummaryRow, SummaryView
from pelvicsense.dashboard.words import capital
from pelvicsense.datatypes.placement import Side
from pelvicsense.runtime.notices import ACTIVITY_WORDS

_FIGURE_HEADINGS = ("", "left: mean [95 %]", "right: mean [95 %]", "left − right")
_CHANGE_HEADINGS = ("", "before", "now", "change", "detectable", "source")


_DECIMALS = {"s": 3}
"""By unit; one for all others."""


def _table(headings: Sequence[str]) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    for column, heading in enumerate(headings):
        item = QTableWidgetItem(heading)
        item.setTextAlignment(_alignment(column, len(headings)))
        table.setHorizontalHeaderItem(column, item)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setAlternatingRowColors(True)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setStretchLastSection(True)
    # As tall as its rows, as long as there is room.
    table.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustToContents)
    table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
    return table


def _alignment(column: int, columns: int) -> Qt.AlignmentFlag:
    """Numbers stand right; the first and the last column hold words."""
    words = column in (0, columns - 1)
    return Qt.AlignmentFlag.AlignVCenter | (
        Qt.AlignmentFlag.AlignLeft if words else Qt.AlignmentFlag.AlignRight
    )


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    table.setRowCount(len(rows))
    for index, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setTextAlignment(_alignment(column, len(row)))
            table.setItem(index, column, item)


class SummaryPage(QWidget):
    """Figures above, changes and notices below.

    Parameters
    ----------
    commands
        Who is told that another session is wanted; none in a replay.
    write_report
        Writes the report of a session; none where there is none to be had.
    """

    replay_wanted = Signal(str)
    """A session folder."""

    def __init__(
        self,
        commands: LiveCommands | None,
        write_report: WriteReport | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._view: SummaryView | None = None
        self.title, self.words = QLabel("Summary"), QLabel()
        set_role(self.title, "title")
        self.words.setWordWrap(True)
        self.figures = _table(_FIGURE_HEADINGS)
        self.changes = _table(_CHANGE_HEADINGS)
        self.changes.setWordWrap(True)  # the sentence gives way to the numbers
        header = self.changes.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.compared, self.notices = QLabel(), QLabel()
        set_role(self.compared, "heading")
        self.trouble = QLabel()
        set_role(self.trouble, "trouble")
        self.trouble.hide()
        for label in (self.compared, self.notices, self.trouble):
            label.setWordWrap(True)
        self.open_folder = QPushButton("Open the &folder")
        self.open_folder.clicked.connect(self._open_folder)
        self.replay = QPushButton("&Play it back")
        self.replay.clicked.connect(self._want_replay)
        self.replay.setVisible(commands is not None)  # a replay is one already
        self.another = QPushButton("&New session")
        self.another.setVisible(commands is not None)
        if commands is not None:
            self.another.clicked.connect(commands.look_again)
        self.report = None if write_report is None else ReportButton(write_report)
        buttons = QHBoxLayout()
        buttons.addWidget(self.notices, 1)
        if self.report is not None:
            set_role(self.report, "action")
            self.report.failed.connect(self._tell_trouble)
            buttons.addWidget(self.report)
        buttons.addWidget(self.replay)
        buttons.addWidget(self.open_folder)
        buttons.addWidget(self.another)
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addWidget(self.figures)
        layout.addWidget(self.compared)
        layout.addWidget(self.changes)
        layout.addStretch()
        layout.addWidget(self.trouble)
        layout.addLayout(buttons)

    def draw(self, view: SummaryView) -> None:
        """Show the figures; nothing is drawn again while they stay the same."""
        if view == self._view:
            return
        self._view = view
        counts = f"{view.valid} strides count, {view.invalid} do not"
        done = f"{clock_text(view.duration_s)}, {counts}. {view.folder}"
        self.words.setText(f"… {view.working}" if view.working else done)
        _fill(self.figures, [_figure_cells(row) for row in view.rows])
        self.figures.setVisible(bool(view.rows))
        self.compared.setText(
            f"Against {view.compared_with}" if view.compared_with else capital(view.no_comparison)
        )
        _fill(self.changes, [_change_cells(row) for row in view.changes])
        self.changes.setVisible(bool(view.changes))
        self.notices.setText("\n".join(f"· {notice}" for notice in view.notices))
        self.trouble.hide()
        for button in (self.open_folder, self.replay):
            button.setEnabled(bool(view.folder))
        if self.report is not None:
            self.report.show_folder("" if view.working else view.folder)

    def _tell_trouble(self, sentence: str) -> None:
        self.trouble.setText(f"▲ {capital(sentence)}")
        self.trouble.show()

    def _want_replay(self) -> None:
        if self._view is not None:
            self.replay_wanted.emit(self._view.folder)

    def _open_folder(self) -> None:
        if self._view is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._view.folder))


def _figure_cells(row: SummaryRow) -> list[str]:
    name = f"{ACTIVITY_WORDS[row.activity].capitalize()}: {row.name}"
    decimals = _DECIMALS.get(row.unit, 1)
    cells = [f"{name}, {row.unit}" if row.unit else name]
    for side in Side:
        mean, low, high = (values.get(side) for values in (row.mean, row.low, row.high))
        if mean is None:
            cells.append(UNKNOWN_TEXT)
        elif low is None or high is None:
            cells.append(number_text(mean, decimals))
        else:
            between = f"[{number_text(low, decimals)}, {number_text(high, decimals)}]"
            cells.append(f"{number_text(mean, decimals)}  {between}")
    if row.difference is None:
        cells.append(UNKNOWN_TEXT)
    else:
        distinct = "   ◆ differ" if row.distinct else ""
        cells.append(f"{difference_text(row.difference, decimals)}{distinct}")
    return cells


def _change_cells(row: ChangeRow) -> list[str]:
    return [
        f"{'◆' if row.real else '○'} {row.words}",
        number_text(row.before, 1),
        number_text(row.now, 1),
        difference_text(row.change, 1),
        number_text(row.detectable, 1),
        row.source,
    ]
