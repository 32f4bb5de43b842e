"""From what the worker tells to what the screens show."""

from __future__ import annotations

from pelvicsense.dashboard.replay_model import ReplayModel
from pelvicsense.dashboard.session_model import SessionModel
from pelvicsense.dashboard.setup_model import CalibrateModel, ready_view
from pelvicsense.dashboard.summary_model import summary_view
from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.dashboard.view_state_after import SummaryView
from pelvicsense.datatypes.calibration import CalibrationNews, SlipNews
from pelvicsense.datatypes.gait import StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.feedback.programme import CadenceCue, Cue
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import Analysed, Begun, Fact, Finished, LiveStatus, Phase


class ViewModel:
    """Makes views; used by the window's thread alone.

    Parameters
    ----------
    buffer
        What the worker writes to.
    """

    def __init__(self, buffer: LiveBuffer) -> None:
        self._buffer = buffer
        self._calibrate = CalibrateModel()
        self._session = SessionModel(self._calibrate)
        self._replay = ReplayModel()
        self._summary = SummaryView()

    def view(self) -> View:
        """Take what has come since the last call and return what is shown now; once per frame."""
        for fact in self._buffer.take_facts():
            self._take(fact)
        status, pose = self._buffer.status, self._buffer.pose
        return View(
            page=self._page(status),
            error=status.error,
            ready=ready_view(status),
            calibrate=self._calibrate.view(status.calibrating, pose),
            session=self._session.view(status, pose),
            summary=self._summing_up(status),
            replay=self._replay.view(status.replay) if status.replay is not None else None,
        )

    def _take(self, fact: Fact) -> None:
        match fact:
            case StanceReport():
                self._session.take_stance(fact)
            case Stride():
                self._session.take_stride(fact)
            case StrideCurve():
                self._session.take_curve(fact)
            case CalibrationNews():
                self._calibrate.take(fact)
            case SlipNews():
                self._session.take_slip(fact)
            case Cue() | CadenceCue():
                self._session.take_cue(fact)
            case Mark(kind=MarkKind.RECALIBRATE):
                self._calibrate.begin_anew()
                self._session.forget_slips()
            case Begun():
                self._calibrate.begin_anew()
                self._session = SessionModel(self._calibrate)
            case Analysed():
                self._replay.take(fact)
            case Finished():
                self._summary = summary_view(fact)
            case _:  # contacts and other marks are not shown
                pass

    def _page(self, status: LiveStatus) -> Page:
        match status.phase:
            case Phase.SCANNING | Phase.CONNECTING | Phase.CONNECTED:
                return Page.READY
            case Phase.SUMMING_UP | Phase.ENDED:
                return Page.SUMMARY
            case Phase.RECORDING if self._calibrate.calibration is None:
                return Page.CALIBRATE
        return Page.SESSION

    def _summing_up(self, status: LiveStatus) -> SummaryView:
        if status.phase is Phase.SUMMING_UP:
            return SummaryView(working=status.progress)
        return self._summary
