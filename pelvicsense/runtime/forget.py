"""Everything that is kept of one person: found first, then deleted for good."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.choices import Choices, choices_path, read_choices, update_choices
from pelvicsense.recording.manifest import MANIFEST_FILE, Manifest, read_manifest
from pelvicsense.recording.results import SUMMARY_FILE
from pelvicsense.recording.rows import SAMPLES_FILE
from pelvicsense.runtime.plan import plan_path
from pelvicsense.sinks.unfinished import is_being_recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One folder of the person: a session, or results that were written elsewhere.

    Attributes
    ----------
    folder
        Real folder, no link.
    witness
        The file in it that says whose it is.
    files, byte_count
        All that is in it, links counted as files.
    """

    folder: Path
    witness: str
    files: int
    byte_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is kept of one person.

    Attributes
    ----------
    subject
        Whose.
    folders
        Are deleted whole.
    plan
        The person's retraining plan; none if there is none.
    choices
        The file that remembers targets of the person; none if it does not.
    doubts
        What is not deleted though it may be the person's, in whole sentences.
    """

    subject: str
    folders: tuple[Kept, ...]
    plan: Path | None
    choices: Path | None
    doubts: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether there is anything to delete."""
        return bool(self.folders) or self.plan is not None or self.choices is not None


@dataclass(slots=True)
class _Search:
    """What was seen so far."""

    subject: str
    folders: list[Kept] = field(default_factory=list)
    others: dict[Path, Manifest] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def look_at(self, folder: Path) -> None:
        """Sort one folder in."""
        try:
            found = self._whose(folder)
        except RecordingError as error:
            self.doubts.append(f"Whose it is cannot be read: {error}.")
            return
        if found is None:
            return
        subject, witness = found
        if subject != self.subject:
            return
        if folder.is_symlink():
            self.doubts.append(f"{folder} is a link, which is not followed: see to its target.")
            return
        if is_being_recorded(folder):
            raise RecordingError(folder, f"is being recorded of {subject} now; stop it first")
        self.folders.append(_kept(folder, witness))

    def look_deeper(self, folder: Path) -> None:
        """Sort in a session that does not lie right inside the folder of sessions."""
        inside = next((kept for kept in self.folders if kept.folder in folder.parents), None)
        try:
            mine = read_manifest(folder).subject == self.subject
        except RecordingError as error:
            if inside is None:
                self.doubts.append(f"Whose it is cannot be read: {error}.")
                return
            raise RecordingError(inside.folder, f"holds what may be another's: {error}") from error
        if inside is not None and not mine:
            problem = f"holds a session of another subject, {folder}; move that elsewhere first"
            raise RecordingError(inside.folder, problem)
        if inside is None and mine:
            self.doubts.append(f"{folder} is of {self.subject} too, but deeper: give its folder.")

    def _whose(self, folder: Path) -> tuple[str, str] | None:
        """Return the subject of a folder and the file that says so; none if none does."""
        if (folder / MANIFEST_FILE).exists():
            manifest = read_manifest(folder)
            if manifest.subject != self.subject:
                self.others[folder] = manifest
            return manifest.subject, MANIFEST_FILE
        if (folder / SUMMARY_FILE).exists():
            return _subject_of_results(folder / SUMMARY_FILE), SUMMARY_FILE
        if (folder / SAMPLES_FILE).exists():
            self.doubts.append(
                f"{folder} has no {MANIFEST_FILE}, so whose samples these are cannot be known."
            )
        return None


def remembered(folder: Path, subject: str) -> Remembered:
    """Find what is kept of a person right inside ``folder``, and in the remembered choices.

    Sessions in deeper folders are doubts.

    Raises
    ------
    RecordingError
        If there is no such folder, a session of the person is being recorded now or holds one of
        another person, or the remembered choices cannot be read.
    """
    if not folder.is_dir():
        raise RecordingError(folder, "expected a folder of sessions, found none; check the path")
    search = _Search(subject)
    for entry in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        search.look_at(entry)
    for path in sorted(folder.rglob(MANIFEST_FILE)):
        if path.parent.parent != folder:
            search.look_deeper(path.parent)
    names = {kept.folder.name for kept in search.folders}
    related = [
        f"{path} comes from a session of {subject}, but says subject {manifest.subject}: see to it."
        for path, manifest in search.others.items()
        if names & {manifest.edited_from, manifest.continues}
    ]
    plan = plan_path(folder, subject)
    return Remembered(
        subject=subject,
        folders=tuple(search.folders),
        plan=plan if plan.exists() else None,
        choices=choices_path() if subject in read_choices().feedback else None,
        doubts=(*search.doubts, *related),
    )


def _subject_of_results(path: Path) -> str:
    try:
        subject = json.loads(path.read_bytes())["session"]["subject"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(path, f"is no summary of a session ({error!r})") from error
    return str(subject)


def _kept(folder: Path, witness: str) -> Kept:
    files = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return Kept(
        folder=folder,
        witness=witness,
        files=len(files),
        byte_count=sum(path.lstat().st_size for path in files),
    )


def forget(kept: Remembered) -> None:
    """Delete it for good; links are deleted, never what they lead to.

    If it is interrupted it can be run again: the file that says whose a folder is goes last.

    Raises
    ------
    OSError
        If something cannot be deleted.
    RecordingError
        If the remembered choices cannot be written.
    """
    for folder in kept.folders:
        _delete(folder)
    if kept.plan is not None:
        kept.plan.unlink()
    if kept.choices is not None:
        update_choices(lambda choices: _without(choices, kept.subject))


def _delete(kept: Kept) -> None:
    for entry in kept.folder.iterdir():
        if entry.name == kept.witness:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)  # follows no links
        else:
            entry.unlink()
    (kept.folder / kept.witness).unlink()
    kept.folder.rmdir()


def _without(choices: Choices, subject: str) -> Choices:
    feedback = {name: choice for name, choice in choices.feedback.items() if name != subject}
    return replace(choices, feedback=feedback)
