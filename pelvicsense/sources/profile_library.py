"""Which firmware profiles there are: shipped with the package, the user's own, and given files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import platformdirs

from pelvicsense.datatypes.errors import ConfigurationError, ProfileError, TomlFault
from pelvicsense.profiles.parse import parse_profile
from pelvicsense.profiles.schema import Profile

_FOLDER = "firmware_profiles"


class Origin(StrEnum):
    """Where a profile is from."""

    SHIPPED = "shipped"
    USER = "yours"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A profile and the file it is from."""

    profile: Profile
    path: Path
    origin: Origin


@dataclass(frozen=True, slots=True)
class ProfileLibrary:
    """All profiles by id.

    Attributes
    ----------
    entries
        Sorted by id.
    notices
        Sentences on profiles that take the place of others.
    """

    entries: Mapping[str, LibraryEntry]
    notices: tuple[str, ...]

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The profiles, sorted by id."""
        return tuple(entry.profile for entry in self.entries.values())

    def entry(self, profile_id: str) -> LibraryEntry:
        """Return the profile of an id and its file.

        Raises
        ------
        ConfigurationError
            If there is none.
        """
        if profile_id in self.entries:
            return self.entries[profile_id]
        near = difflib.get_close_matches(profile_id, self.entries, 1)
        hint = f"did you mean {near[0]!r}?" if near else "`pelvicsense profiles list` shows all"
        msg = f"no firmware profile {profile_id!r}; {hint}"
        raise ConfigurationError(msg)


def load_profiles(extra: Sequence[Path] = ()) -> ProfileLibrary:
    """Read all profiles; a user's own takes the place of a shipped one, a given one of both.

    Parameters
    ----------
    extra
        Files, or folders of files.

    Raises
    ------
    ProfileError
        If a file is wrong, or two of the same origin have one id.
    ConfigurationError
        If a given file does not exist.
    """
    entries: dict[str, LibraryEntry] = {}
    notices = []
    given = [path for place in extra for path in _files(place, required=True)]
    origins = {
        Origin.SHIPPED: _files(shipped_folder(), required=True),
        Origin.USER: _files(user_folder(), required=False),
        Origin.GIVEN: given,
    }
    for origin, paths in origins.items():
        for path in paths:
            profile = read_profile(path)
            before = entries.get(profile.id)
            if before is not None and before.origin is origin:
                problem = f"expected an id of its own, got {profile.id!r} as in {before.path}"
                raise ProfileError(str(path), [TomlFault(1, "id", problem)])
            if before is not None:
                notices.append(f"{path} takes the place of the {before.origin} {profile.id!r}")
            entries[profile.id] = LibraryEntry(profile, path, origin)
    return ProfileLibrary(dict(sorted(entries.items())), tuple(notices))


def read_profile(path: Path) -> Profile:
    """Read one file.

    Raises
    ------
    ProfileError
        With everything that is wrong with it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = f"expected UTF-8, got byte {error.object[error.start]:#04x}; save it as UTF-8"
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProfileError(str(path), [TomlFault(line, "", problem)]) from error
    return parse_profile(text, str(path))


def shipped_folder() -> Path:
    """Return where the shipped profiles are: inside a wheel, beside the package when editable."""
    package = Path(__file__).parent.parent
    inside = package / _FOLDER
    return inside if inside.is_dir() else package.parent / _FOLDER


def user_folder() -> Path:
    """Return where a user's own profiles are looked for."""
    return Path(platformdirs.user_config_dir("pelvicsense")) / "profiles"


def _files(place: Path, *, required: bool) -> list[Path]:
    if place.is_dir():
        return sorted(place.glob("*.toml"))
    if place.is_file():
        return [place]
    if required:
        msg = f"{place}: expected a profile (.toml) or a folder of profiles, got nothing"
        raise ConfigurationError(msg)
    return []
