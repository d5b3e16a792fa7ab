# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel as QEMU starts it: unpacked, since to do that in the guest takes seconds of each run."""

import struct
import subprocess

from .cache import cache_dir, obtain
from .errors import VmError

# How the image inside a bzImage begins, and what unpacks it.
UNPACKERS = {b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def get(kernel):
    """What QEMU's -kernel takes: an ELF file in the cache, or the bzImage of a kernel that cannot
    be entered without its own loader."""
    config = kernel.image.with_name(f"config-{kernel.version}")
    if not config.exists() or "CONFIG_PVH=y\n" not in config.read_text():
        return kernel.image
    product = cache_dir() / "images" / f"vmlinux-{kernel.version}"
    return obtain(product, lambda staging: staging.write_bytes(_unpack(kernel.image)))


def _unpack(path):
    """See Documentation/arch/x86/boot.rst of the kernel: the payload ends with its size, unpacked."""
    image = path.read_bytes()
    start, length = struct.unpack_from("<II", image, 0x248)
    start += 512 * (image[0x1F1] + 1)
    payload = image[start:start + length - 4]
    size, = struct.unpack_from("<I", image, start + length - 4)
    for magic, program in UNPACKERS.items():
        if payload.startswith(magic):
            break
    else:
        raise VmError(f"{path}: neither {' nor '.join(UNPACKERS.values())} has packed it")
    done = subprocess.run([program, "-dc"], input=payload, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0 or len(done.stdout) != size:
        raise VmError(f"{path}: {program} cannot unpack it")
    return done.stdout
