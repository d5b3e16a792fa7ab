# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages that a scenario wants in its guest and the host does not have.

They are unpacked in the cache, with all that they need. None of their scripts runs.
"""

import subprocess

from . import packages
from .cache import cache_dir, obtain
from .progress import say


def tree(wanted):
    """A directory to be laid over the guest's /; None if the host has all packages `wanted`."""
    missing = sorted(name for name in wanted if not _installed(name))
    if not missing:
        return None
    return obtain(cache_dir() / "packages" / "+".join(missing),
                  lambda staging: _unpack(missing, staging))


def _installed(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", name], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout == "installed"


def _unpack(names, staging):
    for deb in packages.download_missing(names, staging.parent):
        say(f"unpacking {deb.name}")
        subprocess.run(["dpkg-deb", "-x", deb, staging], check=True)
