"""A window on a view that the test holds in its hand."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np
from views import view

from pelvicsense.dashboard.backend import Backend
from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.choices import WindowChoices

WINDOW = WindowChoices(theme="light", width=1280, height=800)


class Steady:
    """Four seconds of the same turning speed."""

    def read_signals(
        self, sensor: Placement, t_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> int:
        t_s[-400:] = np.linspace(10.0, 14.0, 400)
        gyr[-400:] = [2.0, 0.0, 0.0]
        return 400


class Scene:
    """A window, what it shows, and what it was told."""

    def __init__(
        self,
        live: Mock | None = None,
        replay: Mock | None = None,
        choices: WindowChoices = WINDOW,
        **changes: object,
    ) -> None:
        page = changes.pop("page", Page.SESSION)
        self.shown: View = view(page, **changes)  # type: ignore[arg-type]
        self.closed = True
        self.close = Mock()
        self.window = MainWindow(
            Backend(
                view=lambda: self.shown,
                signals=Steady(),
                live=live,
                replay=replay,
                close=self.close,
                closed=lambda: self.closed,
            ),
            choices,
        )
        self.window.draw()

    def show(self, page: Page, **changes: object) -> None:
        self.shown = view(page, **changes)
        self.window.draw()
