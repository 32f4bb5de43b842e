"""After the session: its figures, and what changed by more than measurement error."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pelvicsense.dashboard.commands import LiveCommands
from pelvicsense.dashboard.number_text import UNKNOWN_TEXT, clock_text
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_after import ChangeRow, SummaryRow, SummaryView
from pelvicsense.dashboard.words import capital
from pelvicsense.datatypes.placement import Side
from pelvicsense.runtime.notices import ACTIVITY_WORDS

_FIGURE_HEADINGS = ("", "left: mean [95 %]", "right: mean [95 %]", "left − right")
_CHANGE_HEADINGS = ("", "before", "now", "change", "detectable", "source of what is detectable")


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
    """

    def __init__(self, commands: LiveCommands | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: SummaryView | None = None
        self.title, self.words = QLabel("Summary"), QLabel()
        set_role(self.title, "title")
        self.words.setWordWrap(True)
        self.figures = _table(_FIGURE_HEADINGS)
        self.changes = _table(_CHANGE_HEADINGS)
        self.compared, self.notices = QLabel(), QLabel()
        set_role(self.compared, "heading")
        for label in (self.compared, self.notices):
            label.setWordWrap(True)
        self.open_folder = QPushButton("Open the &folder")
        self.open_folder.clicked.connect(self._open_folder)
        self.another = QPushButton("&New session")
        self.another.setVisible(commands is not None)
        if commands is not None:
            self.another.clicked.connect(commands.look_again)
        buttons = QHBoxLayout()
        buttons.addWidget(self.notices, 1)
        buttons.addWidget(self.open_folder)
        buttons.addWidget(self.another)
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addWidget(self.figures, 3)
        layout.addWidget(self.compared)
        layout.addWidget(self.changes, 2)
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
        self.open_folder.setEnabled(bool(view.folder))

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
            cells.append(f"{mean:.{decimals}f}")
        else:
            cells.append(f"{mean:.{decimals}f}  [{low:.{decimals}f}, {high:.{decimals}f}]")
    if row.difference is None:
        cells.append(UNKNOWN_TEXT)
    else:
        distinct = "   ◆ the sides differ" if row.distinct else ""
        cells.append(f"{row.difference:+.{decimals}f}{distinct}")
    return cells


def _change_cells(row: ChangeRow) -> list[str]:
    return [
        f"{'◆' if row.real else '○'} {row.words}",
        f"{row.before:.1f}",
        f"{row.now:.1f}",
        f"{row.change:+.1f}",
        f"{row.detectable:.1f}",
        row.source,
    ]
