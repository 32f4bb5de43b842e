from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from small_profiles import TEXT

from pelvicsense.datatypes.errors import ConfigurationError, ProfileError
from pelvicsense.sources import profile_library
from pelvicsense.sources.profile_library import Origin, load_profiles, read_profile

ROOT = Path(__file__).parents[2]
MINE = TEXT.replace('id = "small"', 'id = "movesense"')


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user's own profiles, empty."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setattr(profile_library, "user_folder", lambda: folder)
    return folder


def test_the_shipped_profiles_are_found(own: Path) -> None:
    library = load_profiles()
    assert {path.stem for path in (ROOT / "firmware_profiles").glob("*.toml")} == set(
        library.entries
    )
    assert library.notices == ()
    assert {entry.origin for entry in library.entries.values()} == {Origin.SHIPPED}


def test_shipped_files_are_named_by_their_id(own: Path) -> None:
    assert all(entry.path.stem == name for name, entry in load_profiles().entries.items())


def test_a_users_own_profile_takes_the_place_of_a_shipped_one_and_this_is_said(own: Path) -> None:
    (own / "mine.toml").write_text(MINE)
    library = load_profiles()
    assert library.entry("movesense").profile.device == "A small device"
    assert library.notices == (f"{own / 'mine.toml'} takes the place of the shipped 'movesense'",)


def test_a_given_file_or_folder_comes_last(own: Path, tmp_path: Path) -> None:
    (own / "mine.toml").write_text(MINE)
    given = tmp_path / "given.toml"
    given.write_text(MINE.replace("A small device", "A given device"))
    other = tmp_path / "more"
    other.mkdir()
    (other / "small.toml").write_text(TEXT)
    library = load_profiles([given, other])
    assert library.entry("movesense").profile.device == "A given device"
    assert library.entry("small").origin is Origin.GIVEN
    assert len(library.notices) == 2


def test_two_of_a_users_own_with_one_id_are_refused(own: Path) -> None:
    (own / "a.toml").write_text(TEXT)
    (own / "b.toml").write_text(TEXT)
    with pytest.raises(ProfileError, match="expected an id of its own, got 'small'"):
        load_profiles()


def test_what_is_not_there_is_said(own: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: expected a profile"):
        load_profiles([tmp_path / "nowhere.toml"])
    with pytest.raises(ConfigurationError, match="did you mean 'movesense'"):
        load_profiles().entry("movesence")


def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b'id = "x"\ndevice = "\xff"\n')
    with pytest.raises(ProfileError, match=r"bad\.toml:2: expected UTF-8, got byte 0xff"):
        read_profile(path)


def test_the_example_in_the_readme_is_right(tmp_path: Path) -> None:
    from pelvicsense.decoding.vectors import vector_problems

    readme = (ROOT / "firmware_profiles" / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "acme.toml"
    path.write_text(readme.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    profile = read_profile(path)
    assert profile.id == "acme-motion"
    assert [vector_problems(profile, vector) for vector in profile.vectors] == [[]]


def test_a_wheel_ships_the_profiles(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    code = (
        "from hatchling.builders.wheel import WheelBuilder; "
        f"print(next(WheelBuilder({str(ROOT)!r}).build(directory={str(tmp_path)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(done.stdout.strip().splitlines()[-1]) as wheel:
        names = set(wheel.namelist())
    shipped = {path.name for path in (ROOT / "firmware_profiles").iterdir()}
    assert {f"pelvicsense/firmware_profiles/{name}" for name in shipped} <= names
