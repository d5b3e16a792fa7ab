# SPDX-License-Identifier: GPL-2.0-or-later
"""The initramfs: busybox, and the modules that reach the host's files."""

import hashlib
import lzma
import pathlib

from .cache import cache_dir, obtain
from .cpio import Archive
from .errors import VmError

GUEST = pathlib.Path(__file__).resolve().parent.parent / "guest"
BUSYBOX = pathlib.Path("/bin/busybox")
MODULES = ("virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay")


def get(kernel):
    """The cached initramfs of a kernel."""
    init = (GUEST / "initramfs-init.sh").read_bytes()
    digest = hashlib.sha256(init + _busybox() + repr(MODULES).encode()).hexdigest()[:16]
    product = cache_dir() / "initramfs" / f"{kernel.version}-{digest}.cpio"
    return obtain(product, lambda staging: staging.write_bytes(_build(kernel, init)))


def _busybox():
    try:
        program = BUSYBOX.read_bytes()
    except FileNotFoundError:
        raise VmError(f"{BUSYBOX} is missing: install busybox-static") from None
    if b"/ld-linux-x86-64.so" in program[:4096]:
        raise VmError(f"{BUSYBOX} is dynamically linked: install busybox-static instead of busybox")
    return program


def _build(kernel, init):
    archive = Archive()
    for name in ("dev", "proc", "sys", "bin", "modules", "host", "kernel", "rw", "root", "job"):
        archive.directory(name)
    archive.character_device("dev/console", 5, 1)
    archive.file("bin/busybox", _busybox(), 0o755)
    archive.symlink("bin/sh", "busybox")
    archive.file("init", init, 0o755)
    order = load_order(kernel, MODULES)
    for path in order:
        archive.file(f"modules/{_module_name(path)}.ko", _read_module(kernel.modules / path))
    archive.file("modules/order", "".join(f"{_module_name(p)}.ko\n" for p in order).encode())
    return archive.bytes()


def _read_module(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def _module_name(path):
    return pathlib.PurePath(path).name.split(".ko")[0].replace("-", "_")


def load_order(kernel, wanted):
    """Module files of `wanted` and all they need, each after what it needs."""
    needs = {}
    for line in (kernel.modules / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[_module_name(path)] = (path, rest.split())
    builtin = {_module_name(line) for line in
               (kernel.modules / "modules.builtin").read_text().splitlines()}
    order = []
    for name in wanted:
        if name in builtin:
            continue
        if name not in needs:
            raise VmError(f"kernel {kernel.version} has no module {name}")
        path, rest = needs[name]
        order += [p for p in (*reversed(rest), path) if p not in order]
    return order
