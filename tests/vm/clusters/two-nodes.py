#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines with different kernels, a real serial line, and a client."""
#
# kernels: alpha 6.1, beta and the client 6.12
# timeout: 1800
#
# Each machine has a clock of its own, and the host may starve them: what is
# asserted here is that nobody answers twice and that everything comes back,
# with a lease that a starved host cannot break. Times are for one machine that
# counts its instructions, see scenarios/.

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from cohortvm import kernels  # noqa: E402
from cohortvm.job import build_dir  # noqa: E402
from cohortvm.tap import main  # noqa: E402
from cohortvm.two_nodes import BUCKETS, NODES, SERIAL, TwoNodes  # noqa: E402
from cohortvm.wait import wait_until  # noqa: E402

EVENTS = ("start", "cable-pulled", "cable-plugged", "serial-only", "healed", "killed", "back")


def story(tap):
    old, new = kernels.get("6.1"), kernels.get("6.12")
    with TwoNodes(build_dir(), {"alpha": old, "beta": new, "client": new}) as pair:
        switch = pair.lab.switch
        pair.lab.boot(*pair.lab.guests.values())
        pair.client_up()
        pair.node_up("alpha")
        pair.node_up("beta")
        pair.wait_halves()
        tap.ok(True, "each node serves half of the buckets")
        port = pair.serial_port("alpha")
        tap.equal(sorted(port["line_errors"] or ()), ["break", "framing", "overrun", "parity"],
                  "the errors of the serial port are counted")
        lines = dict(port["modem_lines"])
        tap.ok(lines.pop("turns") is not None, "so are the turns of its modem lines")
        tap.equal(lines, {"cts": True, "dsr": True, "dcd": True}, "and those are read")
        probe = pair.probe("--udp 256 --period 2ms --tcp 32 --connect-period 100ms --timeout 2s")

        probe.mark("cable-pulled")
        pair["beta"].set_link("service", False)
        wait_until(lambda: pair.serving("alpha") == BUCKETS, 60, "alpha serves all")
        tap.ok(True, "a cable is pulled: the other node serves all")
        tap.equal(pair.serving("beta"), 0, "and the one without a cable nothing")
        probe.mark("cable-plugged")
        pair["beta"].set_link("service", True)
        pair.wait_halves()
        tap.ok(True, "it is plugged: each serves half again")

        probe.mark("serial-only")
        switch.cut("backup.beta")
        switch.order("filter service udp 7788")
        for node in ("alpha", "beta"):
            for link in ("backup", "service"):
                wait_until(lambda n=node, l=link: pair.link_state(n, l) == "silent", 30,
                           f"{link} is silent for {node}")
        epochs = [pair.epoch(name) for name in NODES]
        # Longer than a lease: whoever were to give up would have done so.
        pair["alpha"].run("sleep 4")
        tap.equal([pair.epoch(name) for name in NODES], epochs, "nothing moves for a lease")
        tap.equal(pair.link_state("alpha", SERIAL), "up", "the serial line alone is left")
        pair.wait_halves()
        tap.ok(True, "and by it each serves its half")
        probe.mark("healed")
        switch.heal("backup.beta")
        switch.order("unfilter service udp 7788")
        wait_until(lambda: pair.link_state("alpha", "backup") == "up", 30, "the backup LAN is back")

        probe.mark("killed")
        pair["beta"].kill()
        wait_until(lambda: pair.serving("alpha") == BUCKETS, 60, "alpha serves all")
        tap.ok(True, "a machine is killed: the other serves all")
        probe.mark("back")
        pair.lab.boot(pair["beta"])
        pair.node_up("beta")
        pair.wait_halves()
        tap.ok(True, "it boots again: each serves half again")
        wait_until(lambda: probe.live()["dark"] == 0, 30, "every flow is answered")
        report = probe.end()
        tap.equal(pair.splats(), [], "no kernel complained")

    events = {event["name"]: event for event in report["events"]}
    tap.equal(tuple(events), EVENTS, "the story has all its events")
    tap.equal(report["udp"]["twice"], 0, "no question is answered by two nodes")
    tap.equal(report["tcp"]["misanswered"], 0, "no connection hears another node")
    tap.at_least(report["udp"]["asked"], 5000, "there were questions")
    for name, event in events.items():
        udp = event["udp"]
        tap.equal(udp["still_dark"], 0, f"{name}: all flows are answered in the end")
        tap.note(f"{name}: {udp['asked']} asked, {udp['unanswered']} unanswered; dark: median "
                 f"{udp['blackout_median_ms']:.0f} ms, longest {udp['blackout_max_ms']:.0f} ms; "
                 f"connections lost {event['tcp']['lost']}")


main(story)
