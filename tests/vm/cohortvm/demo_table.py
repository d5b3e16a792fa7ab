# SPDX-License-Identifier: GPL-2.0-or-later
"""What the events did to the client, and whether the promises held."""

_HEAD = ("event", "flows dark", "median", "longest", "twice", "lost", "refused")
_ROW = "  {:<15} {:>10} {:>10} {:>10} {:>6} {:>6} {:>8}"


def _time(milliseconds):
    return "-" if not milliseconds else f"{milliseconds:.0f} ms"


def table(report):
    """A line an event; blackouts are those of the flows that went dark."""
    lines = [" " * 30 + "blackout of a flow  answered  connections", _ROW.format(*_HEAD)]
    for event in report["events"]:
        udp = event["udp"]
        if event["name"] == "start":  # until all is learnt and open
            continue
        lines.append(_ROW.format(event["name"], udp["dark_flows"], _time(udp["blackout_median_ms"]),
                                 _time(udp["blackout_max_ms"]), udp["twice"],
                                 sum(event["tcp"]["lost"].values()),
                                 sum(event["connects"]["failed"].values())))
    return lines


def broken_promises(report, lease):
    """One line for each promise that was not kept; `lease` in seconds."""
    events = {event["name"]: event for event in report["events"]}
    broken = []

    def promise(kept, words):
        if not kept:
            broken.append(words)

    promise(report["udp"]["twice"] == 0,
            f"{report['udp']['twice']} questions were answered by two nodes")
    promise(report["tcp"]["misanswered"] == 0, "a connection heard from another node")
    for name, event in events.items():
        promise(event["udp"]["still_dark"] == 0,
                f"{name}: {event['udp']['still_dark']} flows stayed dark to the end")
    promise(events["serial only"]["udp"]["moved"] == 0, "flows moved while the serial line lived")
    killed = events["node killed"]
    # Several machines on one host, each with a clock of its own: bounds are
    # generous here. The exact ones are asserted where instructions are time.
    limit = (2 * lease + 1) * 1000
    promise(killed["udp"]["blackout_max_ms"] <= limit,
            f"node killed: a flow was dark for more than {limit} ms at lease {lease} s")
    promise(killed["tcp"]["lost"].get("1", 0) == 0, "the survivor lost connections of its own")
    promise(events["cable pulled"]["udp"]["blackout_max_ms"] <= limit,
            f"cable pulled: a flow was dark for more than {limit} ms")
    return broken
