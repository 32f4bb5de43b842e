"""The machine of this folder's tests: made once, booted once."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from bluez.image import image
from bluez.world import World, world
from platformdirs import user_cache_path

Scenario: TypeAlias = Callable[[World], Awaitable[None]]
Play: TypeAlias = Callable[[Scenario], None]

_PACKAGES = {"qemu-system-x86_64": "qemu-system-x86", "apt-get": "apt", "dpkg-deb": "dpkg"}
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@pytest.fixture(scope="session")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Play scenarios on one machine; they share an event loop, in which its adapter lives."""
    missing = [package for tool, package in _PACKAGES.items() if shutil.which(tool) is None]
    if not _KEYRING.exists():
        missing.append("debian-archive-keyring")
    if missing:
        pytest.skip("BlueZ in a virtual machine needs the Debian packages " + ", ".join(missing))
    # Bumble warns of every packet that is in flight when a link ends, which is normal here.
    logging.getLogger("bumble").setLevel(logging.ERROR)
    booted = image(user_cache_path("pelvicsense-bluez"))
    log = tmp_path_factory.mktemp("bluez") / "console.log"
    with asyncio.Runner() as runner:
        machine = world(booted, log)
        there = runner.run(machine.__aenter__())

        def play_one(scenario: Scenario) -> None:
            runner.run(there.restore())  # what another scenario, perhaps a failed one, broke
            runner.run(scenario(there))

        yield play_one
        runner.run(machine.__aexit__(None, None, None))
