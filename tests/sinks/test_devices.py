"""One logger per sensor; and nobody learns an address from a recording."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from live_groups import Spawn

from pelvicsense.datatypes.errors import ConfigurationError, RadioError
from pelvicsense.sinks.privacy import device_hash
from pelvicsense.sinks.sensor_lock import SensorLocks

ADDRESS = "D4:22:CD:00:03:D3"
OTHER = "D4:22:CD:00:03:D4"

HOLDING = f"""
from pelvicsense.sinks.sensor_lock import SensorLocks
with SensorLocks({{"{ADDRESS}": "pelvis"}}):
    print("held", flush=True)
    input()
"""


def test_a_second_process_is_refused_by_the_sensor_s_name(home: Path, spawn: Spawn) -> None:
    process = spawn(HOLDING)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with (
        pytest.raises(RadioError, match="left thigh: another pelvicsense on this computer is"),
        SensorLocks({OTHER: "pelvis", ADDRESS.lower(): "left thigh"}),
    ):
        pytest.fail("held twice")
    with SensorLocks({OTHER: "pelvis"}):  # the refused one let go of what it had
        pass
    process.kill()
    process.wait()
    with SensorLocks({ADDRESS: "pelvis"}):
        pass


def test_a_second_log_in_one_process_is_refused_too(home: Path) -> None:
    with (
        SensorLocks({ADDRESS: "pelvis"}),
        pytest.raises(RadioError),
        SensorLocks({ADDRESS: "pelvis"}),
    ):
        pytest.fail("held twice")


def test_no_address_is_in_any_name(home: Path) -> None:
    with SensorLocks({ADDRESS: "pelvis"}):
        paths = [str(path).lower() for path in home.rglob("*")]
    digits = ADDRESS.replace(":", "").lower()
    assert any(path.endswith(f"{device_hash(ADDRESS)}.lock") for path in paths)
    assert not any(digits in path.replace(":", "") for path in paths)


def test_locks_that_cannot_be_kept_are_told(home: Path) -> None:
    home.mkdir()
    (home / ".local").write_text("")
    with (
        pytest.raises(ConfigurationError, match="cannot be kept"),
        SensorLocks({ADDRESS: "pelvis"}),
    ):
        pytest.fail("held")


def test_a_device_keeps_its_hash_and_shares_it_with_none(home: Path) -> None:
    first = device_hash(ADDRESS)
    assert device_hash(ADDRESS.lower()) == first
    assert len(first) == 12
    assert int(first, 16) >= 0
    assert device_hash(OTHER) != first
    (salt,) = home.rglob("device_salt")
    assert stat.S_IMODE(salt.stat().st_mode) == 0o600
    salt.unlink()
    assert device_hash(ADDRESS) != first  # without the salt nobody can try addresses


def test_processes_that_start_together_agree_on_the_salt(home: Path, spawn: Spawn) -> None:
    text = f"from pelvicsense.sinks.privacy import device_hash; print(device_hash('{ADDRESS}'))"
    processes = [spawn(text) for _ in range(3)]
    hashes = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert hashes == {device_hash(ADDRESS)}


@pytest.mark.parametrize("content", ["", "no digits", "00ff"])
def test_a_spoilt_salt_is_told(home: Path, content: str) -> None:
    device_hash(ADDRESS)
    (salt,) = home.rglob("device_salt")
    salt.write_text(content)
    with pytest.raises(ConfigurationError, match="expected 64 hexadecimal digits"):
        device_hash(ADDRESS)
