"""A real window over a live session, with a user's eyes and hands."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from live_sessions import Window
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from windows import WINDOW

from pelvicsense.dashboard.backend import Backend
from pelvicsense.dashboard.pages.ready_page import ReadyPage
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.datatypes.placement import Placement

PICTURES = os.environ.get("PICTURES", "")
"""A folder for pictures to look at; none are taken without it."""


class Hand:
    """Sees the real window, clicks and types in it."""

    def __init__(self, told: Window) -> None:
        self._told = told
        self.window = MainWindow(
            Backend(
                view=told.look,
                signals=told.worker.buffer,
                live=told.worker,
                close=self._end,
                closed=told.running.done,
            ),
            WINDOW,
        )
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)  # keys go to the active window only

    async def until(self, seen: Callable[[], object], timeout_s: float = 60.0) -> None:
        """Let the window draw until something is seen in it."""

        def drawn(_: object) -> object:
            self.window.draw()
            return seen()

        await self._told.until(drawn, timeout_s)

    def click(self, button: QPushButton) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)

    def picture(self, name: str) -> None:
        """Keep what the window looks like now, where somebody wants to look at it."""
        if PICTURES:
            QApplication.processEvents()  # what has changed finds its place
            self.window.grab().save(str(Path(PICTURES) / f"{name}.png"))

    async def wear(self, *, swapped: bool = False) -> ReadyPage:
        """Say where each sensor is worn."""
        ready = self.window.pages[Page.READY]
        assert isinstance(ready, ReadyPage)
        await self.until(lambda: len(ready.rows) == len(Placement))
        letters = "prl" if swapped else "plr"  # as the places' names begin
        for place, letter in zip(Placement, letters, strict=True):
            QTest.keyClicks(ready.rows[self._told.virtual.address(place)].place, letter)
        await self.until(ready.connect_sensors.isEnabled)
        return ready

    async def to_recording(self, *, swapped: bool = False) -> None:
        """Wear the sensors, connect, start."""
        ready = await self.wear(swapped=swapped)
        self.click(ready.connect_sensors)
        await self.until(ready.start.isEnabled)
        assert ready.targets.targets[Placement.PELVIS].worn.text().endswith("✓ ready")
        self.click(ready.start)
        await self.until(lambda: self.window.page is Page.CALIBRATE)

    async def to_session(self) -> None:
        """Go on until the calibration is accepted."""
        await self.to_recording()
        await self.until(lambda: self.window.page is Page.SESSION)

    def leave(self) -> None:
        """Take the window away and let the session go on."""
        self.window.hide()
        self.window.deleteLater()

    async def close(self) -> None:
        """Close the window as its button does, and wait until it is closed."""
        self.window.close()
        while self.window.isVisible():
            QApplication.processEvents()
            await asyncio.sleep(0.05)
        assert self._told.running.done()
        self.window.deleteLater()

    def _end(self) -> None:
        self._told.closing = True
        self._told.worker.close()
