# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-packets.sh: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import random
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from packets import (AH, DCCP, ESP, GRE, ICMP, MODES, PORTED, SCTP, TCP, UDP, UDPLITE,  # noqa: E402
                     Namespace, clusterip_hash, fragments, icmp, ip, mac, ports, until)

VIP, CLIENT, ROUTER = "192.0.2.50", "198.51.100.7", "203.0.113.1"
CLUSTER_MAC = mac("01:00:5e:00:00:50")
CLIENT_MAC = mac("02:00:00:00:00:09")
SEED = 5
node, client = Namespace("node"), Namespace("client")
wire = client.packet_socket("eth0")
other_wire = client.packet_socket("eth1")
NAMES = {UDP: "UDP", TCP: "TCP", UDPLITE: "UDP-Lite", SCTP: "SCTP", DCCP: "DCCP"}


def frame(packet, to=CLUSTER_MAC, ethertype=0x0800):
    return to + CLIENT_MAC + struct.pack("!H", ethertype) + packet


def bucket(mode, src, sport=0, dport=0):
    return clusterip_hash(mode, SEED, src, sport, dport) * 2 >> 32


last = {}  # the counters, when they were looked at last


def expect(what, frames, wanted, on=wire):
    """Sends frames and compares how the counters moved, all of them, since the last time."""
    before = dict(last)
    for one in frames:
        on.send(one)
    # A last packet, whose effect is known, has gone through: all before it have.
    wire.send(MARK)
    moved = {}

    def settled():
        now = node.stats("web")
        last.update(now)
        moved.clear()
        moved.update({key: now[key] - before[key] for key in now
                      if key != "name" and now[key] != before[key]})
        return "malformed_dropped" in moved

    until(settled)
    moved["malformed_dropped"] = moved.get("malformed_dropped", 0) - 1
    moved = {key: value for key, value in moved.items() if value}
    if moved == wanted:
        print("ok", what, flush=True)
    else:
        print("not_ok", what, flush=True)
        print(f"counters moved by {moved}, not by {wanted}", flush=True)


# Malformed, so that its effect is known whatever the buckets are.
MARK = frame(ip(CLIENT, VIP, UDP, b"", ihl=4))
MINE, FOREIGN, MALFORMED, UNTOUCHED = (
    {"accepted": 1}, {"foreign_dropped": 1}, {"malformed_dropped": 1}, {})


def wanted_of(number):
    return MINE if number == 0 else FOREIGN


def ports_where(mode, number, src=CLIENT):
    """A pair of ports whose flow falls into bucket `number`."""
    for _ in range(10000):
        sport, dport = random.randrange(1024, 65535), random.randrange(1, 65535)
        if bucket(mode, src, sport, dport) == number:
            return sport, dport
    raise LookupError(f"no ports for bucket {number} in {mode}")


def source_where(mode, number):
    while True:
        src = f"198.51.100.{random.randrange(1, 255)}"
        if bucket(mode, src) == number:
            return src


def transports(mode):
    for number in (0, 1):
        for protocol in PORTED:
            if mode == "sourceip":
                src, (sport, dport) = source_where(mode, number), (1234, 80)
            else:
                src, (sport, dport) = CLIENT, ports_where(mode, number)
            expect(f"{mode}: {NAMES[protocol]}, bucket {number}",
                   [frame(ip(src, VIP, protocol, ports(protocol, sport, dport)))], wanted_of(number))


def spi_and_portless(mode):
    for number in (0, 1):
        first, second = ports_where(mode, number)
        spi = struct.pack("!HH", first, second)
        expect(f"{mode}: ESP goes by its SPI, bucket {number}",
               [frame(ip(CLIENT, VIP, ESP, spi + bytes(12)))], wanted_of(number))
        expect(f"{mode}: AH goes by its SPI, bucket {number}",
               [frame(ip(CLIENT, VIP, AH, b"\x06\x04\0\0" + spi + bytes(12)))], wanted_of(number))
        src = source_where(mode, number)
        expect(f"{mode}: GRE goes by its source, bucket {number}",
               [frame(ip(src, VIP, GRE, bytes(8)))], wanted_of(number))
        expect(f"{mode}: an echo request goes by its source, bucket {number}",
               [frame(ip(src, VIP, ICMP, icmp(8, 0, bytes(16))))], wanted_of(number))


def options(mode):
    for number in (0, 1):
        sport, dport = ports_where(mode, number)
        expect(f"{mode}: behind IP options, bucket {number}",
               [frame(ip(CLIENT, VIP, UDP, ports(UDP, sport, dport), options=b"\1" * 8))],
               wanted_of(number))


def errors(mode):
    """A router's complaint belongs to the flow that it is about."""
    for number in (0, 1):
        router = source_where(mode, 1 - number)
        if mode == "sourceip":
            quoted_client, (sport, dport) = source_where(mode, number), (1234, 80)
        else:
            quoted_client, (sport, dport) = CLIENT, ports_where(mode, number)
        quoted = ip(VIP, quoted_client, TCP, ports(TCP, dport, sport))
        for kind, code, name in ((3, 4, "fragmentation needed"), (3, 3, "port unreachable"),
                                 (11, 0, "time exceeded"), (12, 0, "parameter problem")):
            expect(f"{mode}: {name} reaches the flow's owner, bucket {number}",
                   [frame(ip(router, VIP, ICMP, icmp(kind, code, quoted[:28])))], wanted_of(number))
        with_options = ip(VIP, quoted_client, TCP, ports(TCP, dport, sport), options=b"\1" * 4)
        expect(f"{mode}: so does one that quotes IP options, bucket {number}",
               [frame(ip(router, VIP, ICMP, icmp(3, 4, with_options)))], wanted_of(number))
        alien = ip("192.0.2.77", quoted_client, TCP, ports(TCP, dport, sport))
        expect(f"{mode}: an error about no packet of the VIP goes by its source, bucket {1 - number}",
               [frame(ip(router, VIP, ICMP, icmp(3, 4, alien)))], wanted_of(1 - number))
        expect(f"{mode}: one that quotes too little goes by its source, bucket {1 - number}",
               [frame(ip(router, VIP, ICMP, icmp(3, 4, quoted[:12])))], wanted_of(1 - number))
        if mode != "sourceip":
            expect(f"{mode}: one that quotes half the ports goes by its source, bucket {1 - number}",
                   [frame(ip(router, VIP, ICMP, icmp(3, 4, quoted[:22])))], wanted_of(1 - number))
            later = ip(VIP, quoted_client, UDP, bytes(8), fragment=1480)
            expect(f"{mode}: one that quotes a later fragment goes by its source, bucket {1 - number}",
                   [frame(ip(router, VIP, ICMP, icmp(3, 4, later)))], wanted_of(1 - number))


def pieces(mode):
    for number in (0, 1):
        sport, dport = ports_where(mode, number)
        payload = ports(UDP, sport, dport, bytes(3000))
        for order, name in ((1, "in order"), (-1, "last first")):
            parts = fragments(CLIENT, VIP, UDP, payload, 1000, ident=random.randrange(1, 65535))
            expect(f"{mode}: fragments, {name}, are judged as one, bucket {number}",
                   [frame(part) for part in parts[::order]], wanted_of(number))
    tiny = fragments(CLIENT, VIP, UDP, payload, 8, ident=7)
    expect(f"{mode}: so are fragments of eight bytes", [frame(part) for part in tiny], FOREIGN)
    broken = ip(CLIENT, VIP, UDP, bytes(64), fragment=64, more=True, sum=0x1234)
    expect(f"{mode}: a fragment with a wrong checksum is dropped", [frame(broken)], MALFORMED)


def pieces_by_source(mode):
    for number in (0, 1):
        parts = fragments(source_where(mode, number), VIP, UDP, ports(UDP, 1, 2, bytes(3000)), 1000, 9)
        key = "accepted" if number == 0 else "foreign_dropped"
        expect(f"{mode}: each fragment is judged at once, bucket {number}",
               [frame(part) for part in parts], {key: len(parts)})


def lies(mode):
    udp = ports(UDP, 1, 2, bytes(8))
    cases = {
        "a header of 16 bytes": ip(CLIENT, VIP, UDP, udp, ihl=4),
        "a header longer than the packet": ip(CLIENT, VIP, UDP, udp, ihl=15),
        "IP version 5": ip(CLIENT, VIP, UDP, udp, version=5),
        "a total length below the header's": ip(CLIENT, VIP, UDP, udp, length=19),
        "a total length of 0": ip(CLIENT, VIP, UDP, udp, length=0),
        "a total length beyond the frame": ip(CLIENT, VIP, UDP, udp, length=1400),
        "ICMP of 4 bytes": ip(CLIENT, VIP, ICMP, b"\x08\0\0\0"),
    }
    if mode != "sourceip":
        cases |= {
            "UDP of 2 bytes": ip(CLIENT, VIP, UDP, b"\0\1"),
            "TCP of 3 bytes": ip(CLIENT, VIP, TCP, b"\0\1\2"),
            "UDP whose ports lie behind the total length": ip(CLIENT, VIP, UDP, udp, length=22),
            "AH of 6 bytes": ip(CLIENT, VIP, AH, bytes(6)),
        }
    for name, packet in cases.items():
        expect(f"{mode}: {name}: malformed", [frame(packet)], MALFORMED)


def not_ours(mode):
    own_mac = mac(node.run("cat", "/sys/class/net/eth0/address").strip())
    flow = ports(UDP, *ports_where(mode, 1))
    packet = ip(CLIENT, VIP, UDP, flow)
    tag = struct.pack("!HH", 0x8100, 42)
    priority = struct.pack("!HH", 0x8100, 0x6000)
    bare = CLUSTER_MAC + CLIENT_MAC
    expect("to another address: untouched", [frame(ip(CLIENT, "192.0.2.1", UDP, flow))], UNTOUCHED)
    expect("to this host's own MAC: judged", [frame(packet, to=own_mac)], FOREIGN)
    expect("to the broadcast MAC: judged", [frame(packet, to=b"\xff" * 6)], FOREIGN)
    expect("on another device: untouched", [frame(packet)], UNTOUCHED, on=other_wire)
    expect("of a VLAN: untouched", [bare + tag + struct.pack("!H", 0x0800) + packet], UNTOUCHED)
    expect("with a priority tag: judged", [bare + priority + struct.pack("!H", 0x0800) + packet], FOREIGN)
    expect("cut off in the IP header: untouched", [frame(packet[:12])], UNTOUCHED)
    expect("another EtherType: untouched", [frame(packet, ethertype=0x88B5)], UNTOUCHED)
    node.run("ip", "link", "set", "eth0", "promisc", "on")
    expect("overheard, to another host's MAC: untouched",
           [frame(packet, to=mac("02:00:00:00:00:77"))], UNTOUCHED)
    node.run("ip", "link", "set", "eth0", "promisc", "off")
    node.run("cohortctl", "bucket", "release", "web", "0-1")
    node.run("ping", "-c", "1", "-W", "2", VIP)
    expect("local traffic to the VIP, though no bucket is owned: untouched", [], UNTOUCHED)


def silent_about_lost_pieces():
    """No node may complain of a datagram that all of them miss a piece of."""
    node.run("sysctl", "-qw", "net.ipv4.ipfrag_time=1")
    first = fragments(CLIENT, VIP, UDP, ports(UDP, 1, 2, bytes(2000)), 1000, ident=99)[0]

    def count(name):
        return int(node.run("nstat", "-asz", name).split()[-2])

    node.run("cohortctl", "bucket", "own", "web", "0")
    node.run("ip", "route", "add", f"{CLIENT}/32", "via", "192.0.2.9")
    before = count("IpReasmTimeout")
    wire.send(frame(first))
    gone = until(lambda: count("IpReasmTimeout") > before, 30)
    quiet = count("IcmpOutTimeExcds") == 0
    print("ok" if gone and quiet else "not_ok", "a missing fragment is waited for, and not complained of",
          flush=True)


def main():
    random.seed(11)
    for mode in MODES:
        node.run("cohortctl", "cluster", "add", "web", "--dev", "eth0", "--vip", f"{VIP}/24", "--no-address",
                 "--hash", mode, "--function", "clusterip", "--seed", str(SEED), "--buckets", "2",
                 "--mac", "01:00:5e:00:00:50")
        node.run("cohortctl", "bucket", "own", "web", "0")
        last.update(node.stats("web"))
        transports(mode)
        errors(mode)
        lies(mode)
        if mode == "sourceip":
            pieces_by_source(mode)
        elif mode == "sourceip-sourceport":
            pieces(mode)
        else:
            spi_and_portless(mode)
            options(mode)
            pieces(mode)
            silent_about_lost_pieces()
            not_ours(mode)
        node.run("cohortctl", "cluster", "del", "web")


main()
