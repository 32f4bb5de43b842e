"""choices.toml: what the user chose last, so that nobody need choose it again."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import tomlkit
from filelock import FileLock
from platformdirs import user_config_path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.files import OWNER_ONLY, place_private
from pelvicsense.recording.toml_table import TomlTable

CHOICES_FILE = "choices.toml"
_THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowChoices:
    """How the window looks; ``width`` and ``height`` are 0 before there was one.

    Attributes
    ----------
    x, y, width, height
        Its place on the screen, pixels.
    maximised
        It fills the screen.
    theme
        ``system``, ``light`` or ``dark``.
    font_scale
        Size of all text, 1 as the system has it.
    splitters
        Sizes of the parts of each splitter, by its name, pixels.
    """

    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0
    maximised: bool = False
    theme: str = "system"
    font_scale: float = 1.0
    splitters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChoice:
    """A target zone, degrees."""

    low_deg: float
    high_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackChoice:
    """What a subject is told; the words are those of `feedback`.

    Attributes
    ----------
    mode, metric, coding
        Which strides, of what, and how distance sounds.
    share
        Of a faded programme, 0…1.
    sound
        Whether cues are heard.
    zones
        Targets by metric.
    """

    mode: str
    metric: str
    coding: str
    share: float
    sound: bool
    zones: Mapping[str, ZoneChoice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user chose last.

    Attributes
    ----------
    sensors
        Address of the sensor worn at each place.
    window
        How the window looks.
    feedback
        Targets by subject.
    """

    sensors: Mapping[Placement, str] = field(default_factory=dict)
    window: WindowChoices = field(default_factory=WindowChoices)
    feedback: Mapping[str, FeedbackChoice] = field(default_factory=dict)


def choices_path() -> Path:
    """Return where the choices lie: in the user's configuration folder."""
    return user_config_path("pelvicsense") / CHOICES_FILE


def read_choices(path: Path | None = None) -> Choices:
    """Read the choices; those of a new user if there is no file.

    Raises
    ------
    RecordingError
        If the file is there and cannot be used.
    """
    path = path or choices_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Choices()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(path, f"cannot be read ({error}); delete it to begin anew") from error
    try:
        root = TomlTable(path, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        problem = f"is no valid TOML: {error}; correct it, or delete it to begin anew"
        raise RecordingError(path, problem) from error
    sensors = root.table("sensors")
    feedback = root.table("feedback")
    return Choices(
        sensors={
            Placement(key): sensors.text(key) for key in sensors.values if key in set(Placement)
        },
        window=_window(root.table("window")),
        feedback={subject: _feedback(feedback.table(subject)) for subject in feedback.values},
    )


def update_choices(change: Callable[[Choices], Choices], path: Path | None = None) -> Choices:
    """Read the choices, change them and write them, whole or not at all; return the new ones.

    Two windows, or two threads, may do this at once: each waits for the other.

    Raises
    ------
    RecordingError
        If the file cannot be used or written.
    """
    path = path or choices_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", mode=OWNER_ONLY, thread_local=False):
            changed = change(read_choices(path))
            path.with_name(f".{path.name}.partial").unlink(missing_ok=True)  # of a killed one
            place_private(path, _text(changed).encode())
    except OSError as error:
        raise RecordingError(path, f"cannot be written ({error.strerror})") from error
    return changed


def with_sensors(choices: Choices, sensors: Mapping[Placement, str]) -> Choices:
    """Return the choices with other sensors."""
    return replace(choices, sensors=dict(sensors))


def with_feedback(choices: Choices, subject: str, feedback: FeedbackChoice) -> Choices:
    """Return the choices with other targets of one subject."""
    return replace(choices, feedback={**choices.feedback, subject: feedback})


def _window(table: TomlTable) -> WindowChoices:
    usual = WindowChoices()
    splitters = table.table("splitters")

    def whole(key: str, default: int) -> int:
        found = table.optional(key, lambda name: table.integer(name, -(2**15), 2**15))
        return default if found is None else found

    theme = table.optional("theme", table.text)
    return WindowChoices(
        x=whole("x", usual.x),
        y=whole("y", usual.y),
        width=whole("width", usual.width),
        height=whole("height", usual.height),
        maximised=table.values.get("maximised") is True,
        theme=theme if theme in _THEMES else usual.theme,
        font_scale=table.optional("font_scale", table.positive) or usual.font_scale,
        splitters={
            name: tuple(size for size in sizes if isinstance(size, int))
            for name, sizes in splitters.values.items()
            if isinstance(sizes, list)
        },
    )


def _feedback(table: TomlTable) -> FeedbackChoice:
    zones = table.table("zones")
    return FeedbackChoice(
        mode=table.text("mode"),
        metric=table.text("metric"),
        coding=table.text("coding"),
        share=table.number("share"),
        sound=table.values.get("sound") is not False,
        zones={
            metric: ZoneChoice(
                low_deg=zones.table(metric).number("low_deg"),
                high_deg=zones.table(metric).number("high_deg"),
            )
            for metric in zones.values
        },
    )


def _text(choices: Choices) -> str:
    document = tomlkit.document()
    document["sensors"] = {place.value: address for place, address in choices.sensors.items()}
    window = choices.window
    table = tomlkit.table()
    for key in ("x", "y", "width", "height", "maximised", "theme", "font_scale"):
        table[key] = getattr(window, key)
    table["splitters"] = {name: list(sizes) for name, sizes in window.splitters.items()}
    document["window"] = table
    document["feedback"] = {
        subject: _feedback_table(choice) for subject, choice in choices.feedback.items()
    }
    return tomlkit.dumps(document)


def _feedback_table(choice: FeedbackChoice) -> dict[str, object]:
    return {
        "mode": choice.mode,
        "metric": choice.metric,
        "coding": choice.coding,
        "share": choice.share,
        "sound": choice.sound,
        "zones": {
            metric: {"low_deg": zone.low_deg, "high_deg": zone.high_deg}
            for metric, zone in choice.zones.items()
        },
    }
