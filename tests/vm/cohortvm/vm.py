# SPDX-License-Identifier: GPL-2.0-or-later
"""A virtual machine from its start to its end."""

import pathlib
import shutil
import socket
import subprocess
import tempfile

from . import initramfs, qemu
from .errors import VmError
from .job import Result
from .kernel_log import splats


class Vm:
    """Runs one Job. Use as a context manager: at its end no process is left.

    `output` is a socket that carries what the job prints, and ends when the
    machine does. `qmp` speaks QEMU's monitor protocol.
    """

    def __init__(self, kernel, job, hardware):
        self._dir = pathlib.Path(tempfile.mkdtemp(prefix="cohort-vm-"))
        self._process = None
        self.kernel = kernel
        self.output, theirs = socket.socketpair()
        self.qmp, monitor = socket.socketpair()
        try:
            initrd = self._dir / "initrd"
            initrd.write_bytes(initramfs.get(kernel).read_bytes() + job.archive())
            arguments = qemu.command(kernel, initrd, hardware, self._dir / "console",
                                     self._dir / "result", theirs.fileno(), monitor.fileno())
            fds = [theirs.fileno(), monitor.fileno(), *hardware.fds]
            self._process = qemu.start(arguments, fds, self._dir / "qemu")
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()
            monitor.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def running(self):
        return self._process.poll() is None

    def wait(self, timeout=None):
        """Wait for the machine's end; False if the time is over first."""
        try:
            self._process.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            return False

    def kill(self):
        """Power off, at once and without a word to the guest."""
        self._process.kill()
        self._process.wait()

    def close(self):
        if self._process:
            self.kill()
        self.output.close()
        self.qmp.close()
        shutil.rmtree(self._dir, ignore_errors=True)

    def _text(self, name):
        path = self._dir / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @property
    def console(self):
        return self._text("console")

    def splats(self):
        return splats(self.console)

    def result(self):
        """The job's Result, after the machine's end."""
        data = (self._dir / "result").read_bytes() if (self._dir / "result").exists() else b""
        result = Result.parse(data)
        if result is None:
            last = (self._text("qemu") + self.console).strip().splitlines()[-15:]
            raise VmError("\n  ".join(["the guest ended without a result; its last words:", *last]))
        return result
