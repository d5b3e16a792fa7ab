# SPDX-License-Identifier: GPL-2.0-or-later
"""One QEMU process: its command line, and its certain end."""

import ctypes
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess

from . import image
from .errors import VmError

PROGRAM = "qemu-system-x86_64"
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)

# Console: warnings and worse, so that printing never costs a timed run much.
# A host that starves the guest must not pass for a stall in the guest.
CMDLINE = ("console=ttyS0,115200 loglevel=5 panic=-1 reboot=t rdinit=/init net.ifnames=0 "
           "random.trust_cpu=1 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=300")


@dataclasses.dataclass
class Hardware:
    """The machine. `devices` are further arguments of QEMU; `fds` stay open in it."""

    memory: int = 512
    cpus: int = 2
    icount: bool = False
    devices: list = dataclasses.field(default_factory=list)
    fds: list = dataclasses.field(default_factory=list)

    def arguments(self):
        if self.icount:
            # A guest nanosecond is an instruction: one CPU, and the host's speed is no matter.
            clock = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-smp", "1"]
        else:
            # CPUs that take turns in one thread: with a thread for each, QEMU 7.2 lets one CPU
            # execute what another has just patched away, and the kernel dies of "Oops: int3".
            accelerator = os.environ.get("COHORT_ACCEL", "tcg")
            extra = ",thread=single" if accelerator == "tcg" else ""
            clock = ["-accel", accelerator + extra, "-smp", str(self.cpus)]
        return ["-M", "q35", "-cpu", "max", *clock, "-m", str(self.memory)]


def die_with_parent():
    """For a child that has not run its program yet."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def command(kernel, initrd, hardware, console, result, output_fd, qmp_fd):
    """The arguments of QEMU. Paths must hold no comma, which QEMU would split at."""
    export = "local,security_model=none,readonly=on,multidevs=remap"
    return [
        PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        *hardware.arguments(),
        "-kernel", str(image.get(kernel)), "-initrd", str(initrd), "-append", CMDLINE,
        "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console",
        "-chardev", f"socket,id=qmp,fd={qmp_fd}", "-mon", "chardev=qmp,mode=control",
        "-fsdev", f"{export},id=host,path=/",
        "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
        "-fsdev", f"{export},id=kernel,path={kernel.root}",
        "-device", "virtio-9p-pci,fsdev=kernel,mount_tag=kernel",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=output,fd={output_fd}",
        "-device", "virtserialport,chardev=output,name=cohort.output",
        "-chardev", f"file,id=result,path={result}",
        "-device", "virtserialport,chardev=result,name=cohort.result",
        *hardware.devices,
    ]


def start(arguments, fds, log: pathlib.Path):
    """Run QEMU; it dies with the calling thread, whatever happens to that."""
    if not shutil.which(PROGRAM):
        raise VmError(f"{PROGRAM} is missing: install qemu-system-x86")
    parent = os.getpid()

    def before_exec():
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)

    with open(log, "wb") as errors:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                                pass_fds=fds, preexec_fn=before_exec, start_new_session=True)
