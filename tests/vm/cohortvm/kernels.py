# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels for guests, made ready in the cache, never installed on the host."""

import dataclasses
import pathlib
import shutil
import subprocess

from . import debug_kernel, packages
from .cache import cache_dir, obtain
from .errors import VmError
from .progress import say


DEBUG = "debug"


@dataclasses.dataclass(frozen=True)
class Kernel:
    """An unpacked kernel. `root` is laid over the guest's /."""

    version: str
    root: pathlib.Path

    @property
    def image(self):
        return self.root / "boot" / f"vmlinuz-{self.version}"

    @property
    def modules(self):
        return self.root / "usr" / "lib" / "modules" / self.version

    @property
    def tree(self):
        """What modules are built against: the host's headers, or what the kernel brings itself."""
        own = self.modules / "build"
        return own if own.is_dir() else pathlib.Path("/lib/modules") / self.version / "build"

    @property
    def debug(self):
        """Whether it is the debug kernel, which needs several times the memory and the time."""
        return debug_kernel.is_version(self.version)


def _store():
    return cache_dir() / "kernels"


def resolve(wanted):
    """A kernel version for `6.1`, `6.12`, `debug` or a full version.

    Of a series: the newest whose headers are installed, since cohort.ko was
    built with them; if none are, the newest that the registry offers with
    headers.
    """
    if packages.series_of(wanted):
        return wanted
    if wanted == DEBUG or debug_kernel.is_version(wanted):
        return debug_kernel.version()
    if wanted not in packages.SERIES:
        raise VmError(f"kernel '{wanted}': expected one of {', '.join(packages.SERIES)}, {DEBUG}, or "
                      "a version such as 6.1.0-30-amd64 or 6.12.30+deb12-amd64")
    version = packages.newest(packages.with_headers(), wanted)
    version = version or packages.newest(packages.offered(), wanted)
    if not version:
        raise VmError(f"kernel '{wanted}': no linux-image-{wanted}* with headers in the package "
                      "lists; enable Debian 12's main and security archives")
    return version


def get(wanted):
    """The Kernel for what resolve() takes; fetched and unpacked if need be."""
    version = resolve(wanted)
    make = debug_kernel.build if debug_kernel.is_version(version) else _unpack
    return Kernel(version, obtain(_store() / version, lambda staging: make(version, staging)))


def _unpack(version, staging):
    deb = packages.given().get(version) or packages.download(version, staging.parent)
    say(f"unpacking {deb.name}")
    subprocess.run(["dpkg-deb", "-x", deb, staging], check=True)
    shutil.rmtree(staging / "usr", ignore_errors=True)
    subprocess.run(["/usr/sbin/depmod", "-b", staging, version], check=True)
    # As on a host with a merged /usr, so that the layers match.
    (staging / "usr").mkdir()
    (staging / "lib").rename(staging / "usr" / "lib")
    staging.chmod(0o755)
