"""The virtual machine's kernel and root file system, made of Debian packages.

Debian 12's BlueZ on Debian 13's kernel: Debian 12's own kernel (6.1) loses the adapter for good
when a peripheral disconnects at once, and Debian's cloud kernels have no Bluetooth. The root file
system is an initramfs of the few programs that are needed and the libraries they load.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bluez.cpio import CpioWriter
from bluez.debian import PackageArchive

_RECIPE = ("image.py", "cpio.py", "debian.py", "guest/init")

_ROOT_SUITE = "bookworm"
_KERNEL_SUITE = "trixie"
_ROOT_PACKAGES = ("bluez", "busybox-static", "dbus-bin", "dbus-daemon", "socat")

_PROGRAMS = (
    "bin/busybox",
    "usr/bin/btattach",
    "usr/bin/dbus-daemon",
    "usr/bin/dbus-send",
    "usr/bin/socat",
    "usr/libexec/bluetooth/bluetoothd",
)
_SETTINGS = (
    "etc/bluetooth/main.conf",
    "etc/dbus-1/system.d/bluetooth.conf",
    "usr/share/dbus-1/system.conf",
)
_LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
_LOADER = "ld-linux-x86-64.so.2"

# Network, HCI over a terminal, and the crypto that an adapter asks the kernel for by name.
_MODULES = (
    "virtio_net", "hci_uart", "cmac", "ecdh_generic", "algif_hash", "algif_skcipher"
)  # fmt: skip

_USERS = "root:x:0:0:root:/:/bin/sh\nmessagebus:x:100:100::/:/bin/false\n"
_GROUPS = "root:x:0:\nmessagebus:x:100:\nbluetooth:x:101:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What QEMU boots.

    Attributes
    ----------
    kernel, initramfs
        Files.
    versions
        Debian version of every package in it.
    """

    kernel: Path
    initramfs: Path
    versions: dict[str, str]


def image(cache: Path) -> Image:
    """Return the image of this recipe kept in ``cache``; made of today's packages if there is none.

    Delete the folder for newer packages.
    """
    folder = cache / _recipe()
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            root, built = Path(scratch, "root"), Path(scratch, "image")
            versions = _fetch(Path(scratch), root)
            _build(root, built)
            (built / "versions.json").write_text(json.dumps(versions, indent=1))
            built.rename(folder)
    return Image(
        kernel=folder / "vmlinuz",
        initramfs=folder / "initramfs.cpio",
        versions=json.loads((folder / "versions.json").read_text()),
    )


def _recipe() -> str:
    """Return a name that changes with anything that decides what goes into the image."""
    folder = Path(__file__).parent
    recipe = b"".join((folder / name).read_bytes() for name in _RECIPE)
    return hashlib.sha256(recipe).hexdigest()[:16]


def _fetch(scratch: Path, root: Path) -> dict[str, str]:
    """Unpack the packages of kernel and root file system into one folder; return their versions."""
    roots = PackageArchive(scratch / _ROOT_SUITE, _ROOT_SUITE)
    kernels = PackageArchive(scratch / _KERNEL_SUITE, _KERNEL_SUITE)
    root_versions = roots.versions(_ROOT_PACKAGES)
    kernel = kernels.dependency("linux-image-amd64", r"linux-image-\S+-amd64")
    kernel_versions = {kernel: kernels.versions([kernel])[kernel]}
    roots.unpack(root_versions, root)
    kernels.unpack(kernel_versions, root)
    return root_versions | kernel_versions


def _build(root: Path, built: Path) -> None:
    """Write the kernel and the initramfs from unpacked packages."""
    built.mkdir()
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    shutil.copy(kernel, built / "vmlinuz")
    with (built / "initramfs.cpio").open("wb") as stream:
        archive = CpioWriter(stream)
        archive.link("lib", "usr/lib")
        archive.link("lib64", "usr/lib/x86_64-linux-gnu")
        for path in _PROGRAMS:
            archive.file(path, (root / path).read_bytes(), executable=True)
        for library in _libraries(root):
            path = f"usr/lib/x86_64-linux-gnu/{library.name}"
            archive.file(path, library.read_bytes(), executable=True)
        for path in _SETTINGS:
            archive.file(path, (root / path).read_bytes())
        modules = _modules(root)
        for name, data in modules.items():
            archive.file(f"modules/{name}.ko", data)
        archive.file("modules/order", "".join(f"{name}\n" for name in modules).encode())
        archive.file("etc/passwd", _USERS.encode())
        archive.file("etc/group", _GROUPS.encode())
        archive.file("etc/machine-id", b"0123456789abcdef0123456789abcdef\n")
        init = Path(__file__).parent / "guest/init"
        archive.file("init", init.read_bytes(), executable=True)
        for folder in ("dev", "proc", "sys", "tmp", "run", "var/lib/bluetooth"):
            archive.folder(folder)
        archive.close()


def _libraries(root: Path) -> list[Path]:
    """Return the shared libraries that the programs load, and the loader itself."""
    folders = [root / folder for folder in _LIBRARIES]
    loader = folders[0] / _LOADER
    search = ":".join(map(str, folders))
    names = {_LOADER}
    for program in _PROGRAMS[1:]:  # the first, busybox, is static
        told = subprocess.run(
            [loader, "--inhibit-cache", "--library-path", search, "--list", root / program],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        names.update(re.findall(r"^\s*(\S+) => ", told, re.MULTILINE))
    names = {Path(name).name for name in names}
    return [
        next(folder / name for folder in folders if (folder / name).exists())
        for name in sorted(names)
    ]


def _modules(root: Path) -> dict[str, bytes]:
    """Return the kernel modules, each after those it depends on; some may be built in."""
    (folder,) = (root / "usr/lib/modules").iterdir()
    files = {_module_name(path): path for path in folder.rglob("*.ko.xz")}
    built_in = {
        _module_name(Path(line)) for line in (folder / "modules.builtin").read_text().split()
    }
    modules: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in modules or name in built_in:
            return
        data = lzma.decompress(files[name].read_bytes())
        depends = re.search(rb"\0depends=([^\0]*)\0", data)
        for other in depends[1].decode().split(",") if depends and depends[1] else ():
            add(other.replace("-", "_"))
        modules[name] = data

    for name in _MODULES:
        add(name)
    return modules


def _module_name(path: Path) -> str:
    return path.name.removesuffix(".xz").removesuffix(".ko").replace("-", "_")
