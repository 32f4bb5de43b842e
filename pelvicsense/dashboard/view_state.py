"""What all screens show: plain values, no widgets. `view_model` makes them, panels draw them.

A number that is not known is none, and beside it stands why, in words. Arrays are float64, with
``nan`` where a value is not known. Angles are in degrees, with the signs of conventions.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pelvicsense.dashboard.view_state_after import ReplayView, SummaryView
from pelvicsense.dashboard.view_state_session import SessionView
from pelvicsense.dashboard.view_state_setup import CalibrateView, ReadyView


class Page(StrEnum):
    """The screens in the order in which a session goes through them."""

    READY = "ready"
    CALIBRATE = "calibrate"
    SESSION = "session"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything there is to show.

    Attributes
    ----------
    page
        The screen that the session is at; another one may be looked at all the same.
    error
        What ended the session, in plain words; empty if nothing did.
    ready, calibrate, session, summary
        The screens.
    replay
        The time line below the session; none in a live session.
    """

    page: Page
    error: str
    ready: ReadyView
    calibrate: CalibrateView
    session: SessionView
    summary: SummaryView
    replay: ReplayView | None = None
