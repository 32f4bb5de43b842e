"""Telling devices apart in recordings without naming them.

A Bluetooth address identifies a device, and so its owner, wherever it goes. Recordings hold a hash
of it instead, salted with a number that never leaves this user's settings: the same sensor has the
same hash in all recordings made here, and nobody else can find out its address by trial.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from filelock import FileLock
from platformdirs import user_config_path

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.recording.files import OWNER_ONLY, place_private

_SALT_FILE = "device_salt"
_SALT_BYTES = 32
_HASH_BYTES = 6


def device_hash(identity: str) -> str:
    """Return 12 hexadecimal digits that stand for a device.

    Parameters
    ----------
    identity
        Its Bluetooth address, or what the operating system gives in its place; upper or lower case.

    Raises
    ------
    ConfigurationError
        If the salt can be neither read nor made.
    """
    key = _salt(user_config_path("pelvicsense") / _SALT_FILE)
    return hashlib.blake2b(identity.lower().encode(), digest_size=_HASH_BYTES, key=key).hexdigest()


def _salt(path: Path) -> bytes:
    """Return the salt, made at the first use."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock", mode=OWNER_ONLY):
                if not path.exists():  # another process may have been first
                    place_private(path, secrets.token_hex(_SALT_BYTES).encode())
        salt = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        msg = f"{path}: the salt of device hashes cannot be kept there ({error.strerror})"
        raise ConfigurationError(msg) from error
    except ValueError as error:
        raise _spoilt(path) from error
    if len(salt) != _SALT_BYTES:
        raise _spoilt(path)
    return salt


def _spoilt(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: expected {2 * _SALT_BYTES} hexadecimal digits, got something else; delete the "
        "file, and device hashes in new recordings will differ from those in old ones"
    )
