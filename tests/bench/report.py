# SPDX-License-Identifier: GPL-2.0-or-later
"""Renders docs/benchmarks.md from what tests/bench/run measured."""

import json

# The order in the table; a row that is not named comes last.
ORDER = ("kfree_skb", "ingress-drop", "prerouting-drop", "iptables-raw-drop", "nft-ingress-jhash",
         "nft-raw-jhash", "xt_cluster", "clusterip", "cohort", "cohort-ipv6", "cohort-functions", "cohort-vips",
         "accept", "accept-conntrack")

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
# Benchmarks

What a received packet costs, in instructions. `make bench` measures all of this anew and writes
this page; nothing here is typed by hand.

How it is measured: Debian's kernel boots in a guest whose clock is its instruction counter
(`qemu -accel tcg -icount shift=0,sleep=off`, one CPU), each row in a boot of its own. A test module
(`tests/bench/kmod`) makes packets in advance and times `netif_receive_skb()` in 256 batches of 64
flows; given are the best and the middle batch. A last hook at LOCAL_IN swallows what is accepted, so
"accepted" ends where a socket would be looked up. *Foreign* packets belong to another node; the
set-up makes every packet of a row foreign, or every one owned, and the count of packets that came
as far as LOCAL_IN is checked. All frames go to the same multicast MAC and have checksums that the
hardware is said to have checked. Conntrack: whether it was on; where it is, the flow of an accepted
packet is one that it knows. The figures count instructions, not time: a cache miss costs nothing here.
In brackets: how many times Cohort's median for a packet of that protocol and fate this is.
"""

OURS = "cohort"  # the row that all are compared with


def _results(directory):
    found = {}
    for path in directory.glob("*.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        found[result["row"]] = result
    return found


def _place(row):
    return (ORDER.index(row) if row in ORDER else len(ORDER), row)


def _kind(one):
    """What makes two measurements comparable."""
    protocol = next(word for word in ("udp", "tcp", "icmp") if word in one["label"])
    return protocol, one["fate"]


def _medians(results):
    """Cohort's medians by kind; of packets of one kind the first is the VIP's."""
    found = {}
    for one in results.get(OURS, {}).get("measurements", []):
        found.setdefault(_kind(one), one["median"])
    return found


def _cell(result, index, ours):
    if result is None or index >= len(result["measurements"]):
        return "-"
    one = result["measurements"][index]
    own = ours.get(_kind(one))
    ratio = f" ({one['median'] / own:.2f})" if own else ""
    return f"{one['minimum']} / {one['median']}{ratio}"


def write(directory, kernels, page):
    """Writes the page from directory/KERNEL/*.json; a kernel without a row gets a dash."""
    results = {kernel: _results(directory / kernel) for kernel in kernels}
    versions = {kernel: next(iter(results[kernel].values()), {}).get("kernel", "not measured")
                for kernel in kernels}
    ours = {kernel: _medians(results[kernel]) for kernel in kernels}
    lines = [HEAD]
    for kernel in kernels:
        mitigation = next(iter(results[kernel].values()), {}).get("spectre_v2", "unknown")
        lines.append(f"- {versions[kernel]}; spectre_v2: {mitigation}")
    lines.append("")
    lines.append("| | packet | fate | conntrack | " +
                 " | ".join(f"{kernel}: min / median (ratio)" for kernel in kernels) + " |")
    lines.append("| --- | --- | --- | --- |" + " ---: |" * len(kernels))
    for row in sorted(set().union(*results.values()), key=_place):
        of = {kernel: results[kernel].get(row) for kernel in kernels}
        some = next(result for result in of.values() if result)
        for index, one in enumerate(some["measurements"]):
            lines.append(f"| {some['title'] if index == 0 else ''} | {one['label']} | {one['fate']} | "
                         f"{'on' if one['conntrack'] else 'off'} | " +
                         " | ".join(_cell(of[kernel], index, ours[kernel]) for kernel in kernels) + " |")
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
