# SPDX-License-Identifier: GPL-2.0-or-later
"""For module-lifecycle.sh: `churn N` adds and deletes N times, `fill N` adds N clusters."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from genl import Cohort, vip  # noqa: E402

cohort = Cohort()
what, count = sys.argv[1], int(sys.argv[2])
for i in range(count):
    name = f"m{i}"
    cohort("cluster-new", name=name, ifname="eth0", vip=[vip(f"10.{i // 250}.{i % 250}.1", 24)],
           buckets=65536 if what == "churn" else 16)
    if what == "churn":
        cohort("bucket-set", name=name, epoch=1, states=b"\xff" * 16384)
        cohort("cluster-del", name=name)
