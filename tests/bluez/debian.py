"""Debian packages, resolved and fetched in a folder of their own, apart from the host's apt state.

Needs no root: apt is told that nothing is installed, and packages are unpacked, not installed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

_MIRROR = "http://deb.debian.org/debian"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

_CONFIG = """\
Dir "{folder}";
Dir::State "{folder}";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "{folder}";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Default-Release "{suite}";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Debug::NoLocking "true";
"""


class PackageArchive:
    """The packages of one Debian release, as of now.

    Parameters
    ----------
    folder
        Where lists and packages are kept.
    suite
        Name of the release, e.g. ``bookworm``.
    """

    def __init__(self, folder: Path, suite: str) -> None:
        self._archives = folder / "archives"
        self._environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C"}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {_MIRROR} {suite} main\n")
        (folder / "apt.conf").write_text(_CONFIG.format(folder=folder, suite=suite))
        self._apt("update", "--error-on=any")

    def versions(self, names: Sequence[str]) -> dict[str, str]:
        """Return the version of each package that installing ``names`` would bring."""
        told = self._apt("install", "--simulate", *names)
        return dict(re.findall(r"^Inst (\S+) \((\S+)", told, re.MULTILINE))

    def dependency(self, name: str, pattern: str) -> str:
        """Return the package fitting ``pattern`` on which a meta-package depends."""
        told = subprocess.run(
            ["apt-cache", "depends", "--important", name],
            env=self._environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        found = re.search(rf"Depends: ({pattern})$", told, re.MULTILINE)
        assert found, f"{name} depends on no {pattern}:\n{told}"
        return found[1]

    def unpack(self, versions: dict[str, str], root: Path) -> None:
        """Fetch packages of these versions and unpack them into ``root``."""
        self._archives.mkdir(exist_ok=True)
        wanted = [f"{name}={version}" for name, version in versions.items()]
        self._apt("download", *wanted, cwd=self._archives)
        for package in sorted(self._archives.glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
            package.unlink()

    def _apt(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["apt-get", "--quiet", "--yes", *arguments],
            env=self._environment, cwd=cwd, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"apt-get {arguments[0]}: {done.stderr or done.stdout}"
        return done.stdout
