"""One logger per sensor: a second one would only take the connection from the first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout
from platformdirs import user_state_path

from pelvicsense.datatypes.errors import ConfigurationError, RadioError
from pelvicsense.recording.files import OWNER_ONLY
from pelvicsense.sinks.privacy import device_hash


class SensorLocks:
    """Holds sensors for this process; a context manager.

    The operating system lets go of them when the process ends, however it ends. The lock files lie
    in the user's state folder, not in the runtime folder: that one depends on how the user logged
    in, and loggers started by hand and by the system must see each other.

    Parameters
    ----------
    sensors
        What to call a sensor in messages, by its identity: the Bluetooth address, or what the
        operating system gives in its place.

    Raises
    ------
    RadioError
        On entering, if another process holds one of them; then none is held.
    ConfigurationError
        On entering, if the lock files cannot be made.
    """

    def __init__(self, sensors: Mapping[str, str]) -> None:
        self._sensors = sensors
        self._held = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as held:
            for identity, name in self._sensors.items():
                self._hold(held, identity, name)
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._held.close()

    def _hold(self, held: ExitStack, identity: str, name: str) -> None:
        folder = user_state_path("pelvicsense") / "sensors"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{device_hash(identity)}.lock"
            held.enter_context(FileLock(path, timeout=0, mode=OWNER_ONLY, thread_local=False))
        except Timeout as error:
            msg = (
                f"{name}: another pelvicsense on this computer is using this sensor; "
                "end that one first, or choose another sensor"
            )
            raise RadioError(msg) from error
        except OSError as error:
            msg = f"{folder}: lock files cannot be kept there ({error.strerror})"
            raise ConfigurationError(msg) from error
