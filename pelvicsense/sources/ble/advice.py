"""What went wrong on the radio and what to do about it, in plain words."""

from __future__ import annotations

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bleak_retry_connector import (
    BleakAbortedError,
    BleakNotFoundError,
    BleakOutOfConnectionSlotsError,
)

from pelvicsense.datatypes.errors import PelvicsenseError, RadioError

_NOT_AVAILABLE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: (
        "this computer has no Bluetooth adapter that can be used; plug one in, or start the "
        "Bluetooth service (Linux: sudo systemctl start bluetooth)"
    ),
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "the Bluetooth adapter does not speak Bluetooth Low Energy; use another adapter"
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: (
        "Bluetooth is switched off; switch it on (Linux: bluetoothctl power on)"
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: (
        "this program may not use Bluetooth; allow it in the privacy settings of the system"
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: (
        "the system forbids Bluetooth; ask who administers this computer"
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: (
        "Bluetooth is not permitted; look at the privacy settings of the system"
    ),
    BleakBluetoothNotAvailableReason.UNKNOWN: (
        "Bluetooth is not available; check that an adapter is there and switched on"
    ),
}

_ADVICE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        BleakOutOfConnectionSlotsError,
        "the adapter holds as many connections as it can; disconnect a mouse or headset, or use "
        "another adapter",
    ),
    (
        (BleakNotFoundError, BleakDeviceNotFoundError),
        "is not there any more; wake it, bring it near, and check that no phone or other program "
        "holds it",
    ),
    (
        BleakAbortedError,
        "the connection broke while it was made; bring it nearer, away from Wi-Fi and USB 3 "
        "devices, or charge it",
    ),
    (
        BleakCharacteristicNotFoundError,
        "it lacks a characteristic that its profile names ({error}); update its firmware, or write "
        "a profile for this one",
    ),
    (
        BleakGATTProtocolError,
        "it refused a request ({error}); restart it and check that the profile is for it",
    ),
    (TimeoutError, "it did not answer in time; bring it near, restart it, and try again"),
    (
        (FileNotFoundError, ConnectionRefusedError),
        "the system's Bluetooth service does not answer; start it and try again",
    ),
)
"""What to say, most special first."""

_NO_SERVICE = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.systemd1.NoSuchUnit",
)
"""What D-Bus says where Linux' Bluetooth service does not run."""

RADIO_FAULTS = (BleakError, TimeoutError, EOFError, BrokenPipeError, OSError)
"""What bleak raises where the radio, and not this program, is at fault."""


def radio_error(who: str, error: BaseException) -> RadioError:
    """Return an error of the radio as one sentence about ``who``."""
    return RadioError(f"{who}: {in_words(error)}")


def in_words(error: BaseException) -> str:
    """Return what is wrong and what to do."""
    if isinstance(error, PelvicsenseError):
        return str(error)
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _NOT_AVAILABLE[error.reason]
    if isinstance(error, BleakDBusError) and error.dbus_error in _NO_SERVICE:
        error = ConnectionRefusedError()
    for kind, sentence in _ADVICE:
        if isinstance(error, kind):
            return sentence.format(error=error)
    cause = str(error) or type(error).__name__
    return f"the connection failed ({cause}); restart it and try again"
