"""A virtual machine with Linux, the D-Bus system bus and bluetoothd; its adapter is a socket.

The machine is emulated (TCG): it needs no KVM, and its timing says nothing about real computers. It
has no way to the network; its two ports are the host's own, on 127.0.0.1, while it runs.
"""

from __future__ import annotations

import asyncio
import shlex
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bluez.image import Image

_BUS_PORT, _SHELL_PORT = 7001, 7002
_BOOT_S, _COMMAND_S = 180.0, 60.0


class Machine:
    """A running machine.

    Attributes
    ----------
    bus_environment
        Environment variables that lead D-Bus clients, and bleak, to its system bus.
    """

    def __init__(self, bus_port: int, shell_port: int) -> None:
        self.bus_environment = {
            "DBUS_SYSTEM_BUS_ADDRESS": f"tcp:host=127.0.0.1,port={bus_port}",
            "BLEAK_DBUS_AUTH_UID": "0",  # what relays to the bus in there runs as root
        }
        self._shell_port = shell_port

    async def shell(self, commands: str) -> str:
        """Run shell commands as root; return what they print.

        Processes left running in the background must not keep the output open.
        """
        async with asyncio.timeout(_COMMAND_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._shell_port)
            writer.write(commands.encode() + b"\nexit\n")
            output = await reader.read()
            writer.close()
        return output.decode(errors="replace")


@asynccontextmanager
async def running(image: Image, adapter: socket.socket, log: Path) -> AsyncIterator[Machine]:
    """Boot a machine; it is gone when the block is left.

    Parameters
    ----------
    image
        Kernel and root file system.
    adapter
        Speaks HCI (H4) to the machine's one Bluetooth adapter; QEMU takes it over.
    log
        Takes what the kernel and the first process say.
    """
    bus_port, shell_port = _free_port(), _free_port()
    with log.with_suffix(".qemu").open("wb") as output:
        qemu = await asyncio.create_subprocess_exec(
            *_command(image, adapter.fileno(), bus_port, shell_port, log),
            pass_fds=[adapter.fileno()],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
    adapter.close()
    try:
        await _until_up(qemu, log)
        yield Machine(bus_port, shell_port)
    finally:
        if qemu.returncode is None:
            qemu.kill()
        await qemu.wait()


# One processor: with two, emulated kernels now and then die while they patch their own code. The
# timer check fails where the host is busy.
def _command(image: Image, adapter: int, bus_port: int, shell_port: int, log: Path) -> list[str]:
    forwards = ",".join(
        f"hostfwd=tcp:127.0.0.1:{outside}-:{inside}"
        for outside, inside in ((bus_port, _BUS_PORT), (shell_port, _SHELL_PORT))
    )
    return shlex.split(f"""
        qemu-system-x86_64 -accel tcg -cpu max -smp 1 -m 256
        -nodefaults -no-user-config -display none -no-reboot
        -serial file:{shlex.quote(str(log))}
        -netdev user,id=net,restrict=on,{forwards}
        -device virtio-net-pci,netdev=net,romfile=
        -device virtio-serial-pci
        -chardev socket,id=hci,fd={adapter}
        -device virtconsole,chardev=hci
        -kernel {shlex.quote(str(image.kernel))}
        -initrd {shlex.quote(str(image.initramfs))}
        -append 'console=ttyS0 quiet panic=-1 mitigations=off no_timer_check'
    """)


async def _until_up(qemu: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the first process says so."""
    try:
        async with asyncio.timeout(_BOOT_S):
            while not (log.exists() and b"@@ up" in log.read_bytes()):
                if qemu.returncode is not None:
                    said = [log.with_suffix(".qemu").read_text(), *_end_of(log)]
                    raise AssertionError("\n".join(["QEMU ended:", *said]))
                await asyncio.sleep(0.1)
    except TimeoutError:
        said = "\n".join(_end_of(log))
        raise AssertionError(f"not up after {_BOOT_S:.0f} s:\n{said}") from None


def _end_of(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-40:] if log.exists() else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
