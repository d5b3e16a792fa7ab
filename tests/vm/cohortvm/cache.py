# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that outlive a run: unpacked kernels and initramfs images.

Any number of runs may share the cache. A product appears under its name by one
rename, when it is whole; a lock file keeps two runs from making it twice.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile


def cache_dir():
    """The cache's root: $COHORT_CACHE, or the user's own cache directory."""
    chosen = os.environ.get("COHORT_CACHE")
    if chosen:
        return pathlib.Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base).absolute() / "cohort"


@contextlib.contextmanager
def _locked(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def obtain(product, make):
    """Return the path `product`, made by make(staging path) if it is missing.

    `staging` does not exist yet when make() is called; it creates a file or a
    directory there. On an exception nothing is left behind.
    """
    if product.exists():
        return product
    with _locked(product.parent / f".{product.name}.lock"):
        if product.exists():
            return product
        scratch = pathlib.Path(tempfile.mkdtemp(prefix=f".{product.name}.", dir=product.parent))
        try:
            make(scratch / "staging")
            os.rename(scratch / "staging", product)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return product
