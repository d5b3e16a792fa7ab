# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that does what it is told while it runs."""

import itertools
import json
import queue
import re
import socket
import threading
import time

from . import job as jobs
from .errors import VmError
from .initramfs import GUEST
from .qemu import Hardware
from .qmp import Qmp
from .vm import Vm

BOOT_TIMEOUT = 600


class Task:
    """A command that runs in a guest; its lines come as it prints them."""

    def __init__(self, guest, number, command):
        self._guest = guest
        self._number = number
        self._lines = queue.Queue()
        self.command = command
        self.said = []  # the lines that were taken
        self.status = None

    def deliver(self, message):
        """From the guest's reader."""
        self._lines.put(message)

    def line(self, timeout):
        """The next line, or None at the command's end."""
        if self.status is not None:
            return None
        try:
            message = self._lines.get(timeout=max(timeout, 0.001))
        except queue.Empty:
            raise VmError(f"{self._guest.name}: silent for {timeout:g} s: {self.command}\n"
                          f"{self._guest.last_words()}") from None
        if "status" in message:
            self.status = message["status"]
            return None
        self.said.append(message["line"])
        return message["line"]

    def peek(self):
        """All lines so far, without waiting."""
        while self.status is None and not self._lines.empty():
            self.line(0)
        return self.said

    def wait_line(self, pattern, timeout):
        """The first further line in which the pattern is found."""
        deadline = time.monotonic() + timeout
        while (line := self.line(deadline - time.monotonic())) is not None:
            if re.search(pattern, line):
                return line
        raise VmError(f"{self._guest.name}: '{self.command}' ended ({self.status}) without "
                      f"'{pattern}': {' | '.join(self.said[-5:])}")

    def wait(self, timeout):
        """All lines, and the end. Returns the exit status."""
        deadline = time.monotonic() + timeout
        while self.line(deadline - time.monotonic()) is not None:
            pass
        return self.status

    def write(self, text):
        self._guest.tell({"id": self._number, "write": text})

    def kill(self, signal="KILL"):
        """Send a signal to the command and all that it started."""
        self._guest.tell({"id": self._number, "signal": signal})


class Guest:
    """A virtual machine of a Lab, which may be booted again after its end.

    What it writes is gone then, but for what is on its `disk` (/dev/vda).
    """

    def __init__(self, name, kernel, build, switch, memory=256, env=None, disk=None):
        self.name = name
        self.kernel = kernel
        self._build = build
        self._switch = switch
        self._memory = memory
        self._disk = disk
        self._vm = None
        self._qmp = None
        self._agent = None
        self._tasks = {}
        self._numbers = itertools.count(1)
        self._booted = threading.Event()
        self._boot_deadline = 0.0

    def boot(self):
        """Begin to boot; wait_booted() waits for the end of it."""
        self._agent, theirs = socket.socketpair()
        disk = ["-drive", f"file={self._disk},format=raw,if=virtio"] if self._disk else []
        devices = [*self._switch.devices(self.name), *disk,
                   "-chardev", f"socket,id=agent,fd={theirs.fileno()}",
                   "-device", "virtserialport,chardev=agent,name=cohort.agent"]
        hardware = Hardware(self._memory, 1, False, devices, [theirs.fileno()])
        env = jobs.environment(self.kernel, self._build) | {"COHORT_HOSTNAME": self.name}
        try:
            self._vm = Vm(self.kernel, jobs.Job([GUEST / "agent"], env), hardware)
        finally:
            theirs.close()
        self._qmp = Qmp(self._vm.qmp)
        self._tasks = {}
        self._booted.clear()
        self._boot_deadline = time.monotonic() + BOOT_TIMEOUT
        threading.Thread(target=self._read, args=(self._agent,), daemon=True).start()

    def wait_booted(self):
        while not self.booted:
            self._booted.wait(0.2)

    @property
    def booted(self):
        """Whether it takes orders. Fails once it is clear that it never will."""
        if not self._booted.is_set() and (not self._vm.running or
                                          time.monotonic() > self._boot_deadline):
            raise VmError(f"{self.name} did not boot; its last words:\n{self._vm.console}")
        return self._booted.is_set()

    def _read(self, agent):
        with agent.makefile("r", encoding="utf-8", errors="replace") as lines:
            try:
                for line in lines:
                    message = json.loads(line)
                    if message.get("ready"):
                        self._booted.set()
                    elif message["id"] in self._tasks:
                        self._tasks[message["id"]].deliver(message)
            except (OSError, ValueError):
                pass  # cut off in the midst: the machine is gone

    def tell(self, message):
        try:
            self._agent.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise VmError(f"{self.name} is not running: {error}") from error

    def start(self, command):
        """Run a shell command in the background."""
        number = next(self._numbers)
        task = self._tasks[number] = Task(self, number, command)
        self.tell({"id": number, "run": command})
        return task

    def run(self, command, timeout=60, check=True):
        """Run a shell command to its end and return what it printed."""
        task = self.start(command)
        status = task.wait(timeout)
        if check and status != 0:
            raise VmError(f"{self.name}: status {status} of: {command}\n" + "\n".join(task.said))
        return "\n".join(task.said)

    def succeeds(self, command, timeout=60):
        return self.start(command).wait(timeout) == 0

    def set_link(self, lan, up):
        """Plug or pull the cable of a network device, as the guest sees it."""
        self._qmp.execute("set_link", name=lan, up=up)

    @property
    def running(self):
        return self._vm is not None and self._vm.running

    def kill(self):
        """Power off, at once and without a word to the guest."""
        self._vm.kill()

    def last_words(self):
        """The end of the kernel's log."""
        return "\n".join(self._vm.console.splitlines()[-20:]) if self._vm else ""

    def splats(self):
        return self._vm.splats() if self._vm else []

    def close(self):
        if self._vm:
            self._vm.close()
            self._agent.close()
