"""What a user may tell a running log, as lines of text or single keys."""

from __future__ import annotations

from pelvicsense.runtime.log import STILL_S, SessionLog

KEYS = {
    "s": "still now",
    "y": "sync",
    "p": "pause",
    "r": "recalibrate",
    "q": "stop",
}
"""What a key stands for; ``n`` opens a line for a note."""

KEYS_HELP = "s still now · n note · y sync · p pause · r recalibrate · q stop"


def carry_out(log: SessionLog, line: str) -> str:
    """Do what a line says; return what was done, in words.

    The lines: ``still now``, ``note TEXT``, ``sync``, ``pause`` (again to resume), ``recalibrate``,
    ``stop``. Case and blanks around do not matter.
    """
    word, _, rest = line.strip().partition(" ")
    match word.casefold(), rest.strip():
        case "still", "" | "now":
            log.stand_still()
            return f"stand still for {STILL_S:g} s"
        case "note", text if text:
            log.note(text)
            return f"noted: {text}"
        case "sync", "":
            log.sync_mark()
            return "sync marked"
        case "pause", "":
            return "paused: strides do not count" if log.pause_or_resume() else "resumed"
        case "recalibrate", "":
            log.recalibrate()
            return "calibration forgotten: stand still for 4 s, then walk or run"
        case "stop", "":
            log.stop()
            return "stopping"
    known = "still now, note TEXT, sync, pause, recalibrate or stop"
    return f"not understood: {line.strip()!r}; say {known}"
