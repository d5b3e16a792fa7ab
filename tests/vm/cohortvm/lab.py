# SPDX-License-Identifier: GPL-2.0-or-later
"""Several machines, and what joins them."""

import pathlib
import shutil
import tempfile

from .guest import Guest
from .switch import Switch


class Lab:
    """Use as a context manager: at its end no process and no file is left."""

    def __init__(self, build, lans, serials, seed=1):
        self._build = build
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix="cohort-lab-"))
        self.guests = {}
        try:
            self.switch = Switch(build, self._directory, lans, serials, seed)
        except BaseException:
            shutil.rmtree(self._directory)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for guest in self.guests.values():
            guest.close()
        self.switch.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def disk(self, name, megabytes):
        """An empty disk, which outlives its machine's boots."""
        path = self._directory / f"{name}.disk"
        with open(path, "wb") as disk:
            disk.truncate(megabytes << 20)
        return path

    def add(self, name, kernel, **options):
        """A machine that is plugged into all nets that name it. Not booted yet."""
        guest = self.guests[name] = Guest(name, kernel, self._build, self.switch, **options)
        return guest

    def boot(self, *guests):
        """Boot machines side by side, and wait for all."""
        for guest in guests:
            guest.boot()
        for guest in guests:
            guest.wait_booted()
