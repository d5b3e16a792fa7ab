# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds what a kernel says when something in it is broken."""

import re

# Each begins a report; rate-limited chatter and taint notices do not match.
_SPLAT = re.compile(
    r"WARNING: |BUG: |kernel BUG at|Oops: |general protection fault|KASAN: |UBSAN: |KCSAN: "
    r"|INFO: (possible|inconsistent|suspicious|trying to register|task .* blocked|rcu_.*stall)"
    r"|self-detected stall|detected stalls|refcount_t: |list_(add|del) corruption"
    r"|unreferenced object|ODEBUG: |scheduling while atomic|Kernel panic"
    r"|unregister_netdevice: waiting for")
_CONTEXT = 30


def splats(log):
    """Excerpts of a console log, one a report; empty if the kernel is content."""
    lines = log.splitlines()
    found = []
    covered = 0
    for number, line in enumerate(lines):
        if number >= covered and _SPLAT.search(line):
            covered = number + _CONTEXT
            found.append("\n".join(lines[number:covered]))
    return found
