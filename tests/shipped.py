"""The profiles that the project ships, and which simulated device each belongs to."""

from __future__ import annotations

from pathlib import Path

from pelvicsense.profiles.parse import parse_profile
from pelvicsense.profiles.schema import Profile

FOLDER = Path(__file__).parents[1] / "firmware_profiles"
PROFILES: dict[str, Profile] = {
    path.stem: parse_profile(path.read_text(encoding="utf-8"), path.name)
    for path in sorted(FOLDER.glob("*.toml"))
}


def profile_of(model: str) -> Profile:
    """Return the profile of a simulated device; both MetaMotion boards share one."""
    return PROFILES["metamotion" if model.startswith("metamotion") else model]
