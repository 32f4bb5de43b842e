"""How the window looks, and that it looks so again the next time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter

from pelvicsense.dashboard.theme import SCALE_STEP, Theme, ThemeName, apply_theme, theme_of
from pelvicsense.recording.choices import WindowChoices

FIRST_SIZE = QSize(1280, 800)
"""Where nothing is remembered."""

_FRAME = QSize(8, 40)
"""What a window manager may put around a window, about."""


class Appearance:
    """Theme, text size, full screen, place and splitters of a window.

    Parameters
    ----------
    window, splitters
        What is dressed; splitters by name.
    choices
        As it was the last time.
    """

    def __init__(
        self, window: QMainWindow, splitters: Mapping[str, QSplitter], choices: WindowChoices
    ) -> None:
        self._window, self._splitters = window, splitters
        self._choices = choices
        self.name = ThemeName(choices.theme)
        self.theme = theme_of(self.name).scaled(choices.font_scale)
        self._restore(choices)
        self._dress(self.theme)
        while not self._fits() and self.theme.scale > 1.0:  # the screen was a larger one
            self.smaller()

    def _dress(self, theme: Theme) -> None:
        self.theme = theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, self._window, theme)
        QApplication.sendPostedEvents()  # so that the layouts know how large they are now
        self._window.resize(self._window.size().boundedTo(self._room()))

    def _room(self) -> QSize:
        """Return how large the window may be on its screen."""
        return self._window.screen().availableSize() - _FRAME

    def _fits(self) -> bool:
        least, room = self._window.minimumSizeHint(), self._room()
        return least.width() <= room.width() and least.height() <= room.height()

    def _restore(self, choices: WindowChoices) -> None:
        place = QRect(choices.x, choices.y, choices.width, choices.height)
        size = FIRST_SIZE if place.isEmpty() else place.size()
        self._window.resize(size.boundedTo(self._room()))
        # A place on a screen that is no longer there would hide the window.
        if any(screen.availableGeometry().intersects(place) for screen in QApplication.screens()):
            self._window.move(place.topLeft())
        if choices.maximised:
            self._window.setWindowState(Qt.WindowState.WindowMaximized)
        for name, splitter in self._splitters.items():
            sizes = choices.splitters.get(name, ())
            if len(sizes) == splitter.count():
                splitter.setSizes(list(sizes))

    def choices(self) -> WindowChoices:
        """Return how it looks now, to be remembered."""
        place = self._window.normalGeometry()
        return replace(
            self._choices,
            x=place.x(),
            y=place.y(),
            width=place.width(),
            height=place.height(),
            maximised=self._window.isMaximized(),
            theme=self.name.value,
            font_scale=self.theme.scale,
            splitters={name: tuple(s.sizes()) for name, s in self._splitters.items()},
        )

    def larger(self) -> None:
        """Enlarge the text, as long as the screen holds the window."""
        before = self.theme
        self._dress(before.scaled(before.scale * SCALE_STEP))
        if not self._fits():
            self._dress(before)

    def smaller(self) -> None:
        """Reduce the text."""
        self._dress(self.theme.scaled(self.theme.scale / SCALE_STEP))

    def normal(self) -> None:
        """Take the text size of the beginning."""
        self._dress(self.theme.scaled(1.0))

    def toggle_dark(self) -> None:
        """Change between dark and light."""
        dark = self.theme.name is ThemeName.DARK
        self.name = ThemeName.LIGHT if dark else ThemeName.DARK
        self._dress(theme_of(self.name).scaled(self.theme.scale))

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()
        self._window.menuBar().setVisible(not self._window.isFullScreen())
