"""The main window: one timer asks for the view and draws the page that is looked at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pelvicsense.dashboard.actions import Actions, Deed
from pelvicsense.dashboard.appearance import Appearance
from pelvicsense.dashboard.backend import Backend
from pelvicsense.dashboard.commands import LiveCommands
from pelvicsense.dashboard.dialogs import ask_to_end, show_keys
from pelvicsense.dashboard.pages.calibrate_page import CalibratePage
from pelvicsense.dashboard.pages.ready_page import ReadyPage
from pelvicsense.dashboard.pages.session_page import SessionPage
from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.panels.banner import Banner
from pelvicsense.dashboard.panels.command_bar import CommandBar
from pelvicsense.dashboard.panels.replay_bar import ReplayBar
from pelvicsense.dashboard.panels.top_strip import TopStrip
from pelvicsense.dashboard.target_dialog import TargetDialog
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.dashboard.view_state_session import Alert, Mend
from pelvicsense.recording.choices import WindowChoices
from pelvicsense.runtime.notices import DISCLAIMER

FRAME_MS = 30
"""33 pictures a second at most: with fewer a sample would be seen later than after 50 ms, more cost
battery. Only what has changed is painted. On a slow machine the timer skips, and only drawing is
lost."""


class MainWindow(QMainWindow):
    """A live session, or a replay: the same session page with other controls below.

    Parameters
    ----------
    backend
        What is shown and told.
    choices
        Place, theme, text size and splitters of the last time.
    """

    def __init__(self, backend: Backend, choices: WindowChoices) -> None:
        super().__init__()
        self.backend = backend
        self.setWindowTitle("pelvicsense")
        self._view = backend.view()
        self._followed: Page | None = None
        self._ending = False
        self.replays: list[MainWindow] = []
        """Opened from here, and closed with this one."""
        self.pages = self._make_pages()
        self.strip = TopStrip(tuple(self.pages))
        self.banner = Banner(can_mend=backend.live is not None)
        self._stack = QStackedWidget()
        self.actions_ = Actions(self)
        self.bar = self._make_bar()
        self._lay_out()
        self.appearance = Appearance(self, self.session_page.splitters, choices)
        self._add_common_menus()
        self.strip.page_wanted.connect(self.look_at)
        self.banner.mend_wanted.connect(self._mend)
        self.centralWidget().setFocus()  # the Tab key begins at the first step
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.draw)
        self._timer.start(FRAME_MS)
        self.draw()

    # -- made once -----------------------------------------------------------------------------

    def _make_pages(self) -> dict[Page, QWidget]:
        live = self.backend.live
        self.session_page = SessionPage()
        pages: dict[Page, QWidget] = {}
        if live is not None:
            pages = {Page.READY: ReadyPage(live), Page.CALIBRATE: CalibratePage()}
        return pages | {Page.SESSION: self.session_page, Page.SUMMARY: self._make_summary()}

    def _make_summary(self) -> SummaryPage:
        page = SummaryPage(self.backend.live, self.backend.write_report)
        page.replay_wanted.connect(self._open_replay)
        return page

    def _make_bar(self) -> CommandBar | ReplayBar:
        if self.backend.replay is not None:
            replay = ReplayBar(self.backend.replay)
            self.actions_.add_menu("&Play", _replay_deeds(replay))
            return replay
        live = self.backend.live
        assert live is not None, "a backend has commands of one kind or the other"
        self.actions_.add_menu("Sessi&on", self._live_deeds(live))
        bar = CommandBar(dict(self.actions_.by_name))
        bar.noted.connect(live.note)
        return bar

    def _live_deeds(self, live: LiveCommands) -> tuple[Deed, ...]:
        return (
            Deed("still", "&Still now", ("S",), live.stand_still),
            Deed("mark", "&Mark", ("M",), live.sync_mark),
            Deed("note", "&Note", ("N",), self._open_note),
            Deed("pause", "&Pause", ("P",), live.pause_or_resume),
            Deed("recalibrate", "&Recalibrate", ("R",), live.recalibrate),
            Deed("target", "&Target", ("T",), lambda: self._open_target(live)),
            Deed("end", "&End session", ("E",), lambda: self._ask_to_end(live)),
        )

    def _add_common_menus(self) -> None:
        look = self.appearance
        self.actions_.add_menu(
            "&View",
            (
                Deed("larger", "&Larger text", ("Ctrl++", "Ctrl+="), look.larger),
                Deed("smaller", "&Smaller text", ("Ctrl+-",), look.smaller),
                Deed("normal", "&Normal text", ("Ctrl+0",), look.normal),
                Deed("dark", "&Dark or light", ("Ctrl+D",), look.toggle_dark),
                Deed("full", "&Full screen", ("F11",), look.toggle_full_screen),
            ),
        )
        self.actions_.add_menu(
            "&Help",
            (
                Deed("keys", "&Keys", ("F1",), self._show_keys),
                Deed("close", "&Close", ("Ctrl+Q",), self._close),
            ),
        )

    def _lay_out(self) -> None:
        for page in self.pages.values():
            self._stack.addWidget(page)
        disclaimer = QLabel(DISCLAIMER)
        set_role(disclaimer, "small")
        disclaimer.setAlignment(Qt.AlignmentFlag.AlignCenter)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(10, 6, 10, 4)
        layout.setSpacing(6)
        layout.addWidget(self.strip)
        layout.addWidget(self.banner)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.bar)
        layout.addWidget(disclaimer)
        self.setCentralWidget(centre)

    # -- drawn again and again -----------------------------------------------------------------

    def draw(self) -> None:
        """Ask for the view and draw what is looked at."""
        view = self._view = self.backend.view()
        if view.page is not self._followed and view.page in self.pages:
            self._followed = view.page
            self.look_at(view.page)
        self.strip.draw(view)
        error = (Alert(text=view.error),) if view.error else ()
        self.banner.draw(error + view.session.alerts)
        self._draw_bar(view)
        match self._stack.currentWidget():
            case ReadyPage() as page:
                page.draw(view.ready)
            case CalibratePage() as page:
                page.draw(view.calibrate)
            case SessionPage() as page:
                page.draw(view.session, self.backend.signals)
            case SummaryPage() as page:
                page.draw(view.summary)

    def _draw_bar(self, view: View) -> None:
        self.bar.setVisible(self.page in (Page.CALIBRATE, Page.SESSION))
        if isinstance(self.bar, ReplayBar):
            if view.replay is not None:
                self.bar.draw(view.replay)
            return
        for name in self.bar.buttons:
            action = self.actions_.by_name[name]
            action.setEnabled(view.session.recording or name == "target")
        self.actions_.by_name["pause"].setText("&Resume" if view.session.paused else "&Pause")

    # -- what a user does ----------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page that is looked at."""
        current = self._stack.currentWidget()
        return next(page for page, widget in self.pages.items() if widget is current)

    def look_at(self, page: Page) -> None:
        """Show a page."""
        self._stack.setCurrentWidget(self.pages[page])
        self.strip.show_page(page)

    def _open_note(self) -> None:
        if isinstance(self.bar, CommandBar):
            self.bar.open_note()

    def _open_target(self, live: LiveCommands) -> None:
        session = self._view.session
        planned = session.plan is not None
        TargetDialog(live, session.feedback, planned=planned, parent=self).show()

    def _open_replay(self, folder: str) -> None:
        """Replay a session in a window of its own, beside this one."""
        if self.backend.replay_of is not None:
            replay = MainWindow(self.backend.replay_of(Path(folder)), self.appearance.choices())
            self.replays.append(replay)
            replay.show()

    def _ask_to_end(self, live: LiveCommands) -> None:
        ask_to_end(self, live.stop)

    def _show_keys(self) -> None:
        show_keys(self, self.actions_.keys_table())

    def _mend(self, mend: Mend) -> None:
        live = self.backend.live
        if live is not None:
            deeds = {Mend.SWAP_THIGHS: live.swap_thighs, Mend.RECALIBRATE: live.recalibrate}
            deeds[mend]()

    def _close(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt wants to close: only when the session has ended in order, and without waiting here."""
        if not self._ending:
            self._ending = True
            self.backend.close()
            for replay in self.replays:
                replay.close()
            self.setEnabled(False)
            self.setWindowTitle("pelvicsense: ending the session …")
        if self.backend.closed():
            self._timer.stop()
            event.accept()
            return
        event.ignore()
        QTimer.singleShot(FRAME_MS, self._close)


def _replay_deeds(bar: ReplayBar) -> tuple[Deed, ...]:
    return (
        Deed("play", "&Play or pause", ("P",), bar.play_or_pause),
        Deed("previous", "P&revious stride", (",",), bar.previous_stride),
        Deed("next", "&Next stride", (".",), bar.next_stride),
        Deed("slower", "&Slower", ("[", "-"), bar.slower),
        Deed("faster", "&Faster", ("]", "+"), bar.faster),
    )
