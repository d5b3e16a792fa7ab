# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-packets-ipv6.sh: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import random
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from genl import Cohort, Refused, vip  # noqa: E402
from packets import (AH, DCCP, DEST, ESP, FRAGMENT, GRE, HOP, ICMP6, MODES, NONE, PORTED, ROUTING,  # noqa: E402
                     SCTP, TCP, UDP, UDPLITE, Namespace, checksum6, extended, fragment6, fragments6, icmp6, ip,
                     ip6, mac, ports, siphash, until)

VIP, OTHER_VIP, VIP4 = "2001:db8::50", "2001:db8:5::1", "192.0.2.50"
CLIENT = "2001:db8:7::9"
GROUP, ME = mac("03:c0:00:00:00:50"), mac("02:00:00:00:00:09")
KEY = bytes(range(16))
NAMES = {UDP: "UDP", TCP: "TCP", UDPLITE: "UDP-Lite", SCTP: "SCTP", DCCP: "DCCP"}
CHAINS = {"hop-by-hop options": (HOP,), "destination options": (DEST,), "routing": (ROUTING,),
          "an atomic fragment": (FRAGMENT,), "all of them": (HOP, DEST, ROUTING, FRAGMENT, DEST)}
wire = Namespace("client").packet_socket("eth0")
kernels = []
for name in ("alpha", "beta"):
    with Namespace(name).visit():
        kernels.append(Cohort())


def frame(packet, to=GROUP, ethertype=0x86DD):
    return to + ME + struct.pack("!H", ethertype) + packet


# To a cluster of its own: all that was sent before has been judged once this has.
MARK = frame(ip6(CLIENT, "2001:db8::51", UDP, b"", version=5))
MALFORMED, UNTOUCHED = ({"malformed-dropped": 1},) * 2, ({}, {})


def counters(kernel, cluster="web"):
    return kernel("stats-get", name=cluster)[0]["stats"]


def settle():
    before = [counters(kernel, "marks")["malformed-dropped"] for kernel in kernels]
    wire.send(MARK)
    if not until(lambda: all(counters(kernel, "marks")["malformed-dropped"] > seen
                             for kernel, seen in zip(kernels, before)), 30):
        raise TimeoutError("a node does not judge any more")


def expect(what, frames, wanted):
    """Sends frames, and compares how the counters of each node move, all that are about what comes in."""
    before = [counters(kernel) for kernel in kernels]
    for one in frames:
        wire.send(one)
    settle()
    now = [counters(kernel) for kernel in kernels]
    moved = tuple({key: n[key] - b[key] for key in n if n[key] != b[key] and key != "nd-rewritten"}
                  for n, b in zip(now, before))
    print("ok" if moved == wanted else "not_ok", what, flush=True)
    if moved != wanted:
        print(f"counters moved by {moved}, not by {wanted}", flush=True)


def once(number, count=1):
    """The owner of bucket `number` took it, the other did not."""
    both = ({"accepted": count}, {"foreign-dropped": count})
    return both if number == 0 else both[::-1]


def flow_where(mode, number):
    """A client and its ports whose bucket is `number`; by the source alone in mode sourceip."""
    while True:
        src = f"2001:db8:7::{random.randrange(1, 65535):x}"
        sport, dport = random.randrange(1024, 65535), random.randrange(1, 65535)
        if siphash(mode, KEY, src, sport, dport) * 2 >> 32 == number:
            return src, sport, dport


def source_where(mode, number):
    while True:
        src = f"2001:db8:7::{random.randrange(1, 65535):x}"
        if siphash(mode, KEY, src, 0, 0) * 2 >> 32 == number:
            return src


def transports(mode):
    for number in (0, 1):
        for protocol in PORTED:
            src, sport, dport = flow_where(mode, number)
            payload = ports(protocol, sport, dport)
            expect(f"{mode}: {NAMES[protocol]}, bucket {number}",
                   [frame(ip6(src, to, protocol, payload)) for to in (VIP, OTHER_VIP)], once(number, 2))
            for name, chain in CHAINS.items():
                expect(f"{mode}: {NAMES[protocol]} behind {name}, bucket {number}",
                       [frame(ip6(src, VIP, *extended(chain, protocol, payload)))], once(number))


def spi_and_portless(mode):
    for number in (0, 1):
        src, first, second = flow_where(mode, number)
        spi = struct.pack("!HH", first, second)
        for chain in ((), (HOP, DEST)):
            behind = " behind options" if chain else ""
            expect(f"{mode}: ESP goes by its SPI{behind}, bucket {number}",
                   [frame(ip6(src, VIP, *extended(chain, ESP, spi + bytes(12))))], once(number))
            expect(f"{mode}: AH goes by its SPI{behind}, bucket {number}",
                   [frame(ip6(src, VIP, *extended(chain, AH, b"\x06\x04\0\0" + spi + bytes(12))))], once(number))
        src = source_where(mode, number)
        for protocol, name in ((GRE, "GRE"), (NONE, "no next header"), (253, "an unknown protocol")):
            expect(f"{mode}: {name} goes by its source, bucket {number}",
                   [frame(ip6(src, VIP, protocol, bytes(8)))], once(number))
        expect(f"{mode}: an echo request goes by its source, bucket {number}",
               [frame(ip6(src, VIP, ICMP6, icmp6(src, VIP, 128, 0, bytes(20))))], once(number))


def error(router, kind, quoted):
    return [frame(ip6(router, VIP, ICMP6, icmp6(router, VIP, kind, 0, struct.pack("!I", 1280) + quoted)))]


def errors(mode):
    """A router's complaint belongs to the flow that it is about."""
    for number in (0, 1):
        router = source_where(mode, 1 - number)
        client, sport, dport = flow_where(mode, number)
        reply = ports(TCP, dport, sport)
        quoted = ip6(VIP, client, TCP, reply)
        for kind, name in ((1, "destination unreachable"), (2, "packet too big"), (3, "time exceeded"),
                           (4, "parameter problem"), (100, "an error of the future")):
            expect(f"{mode}: {name} reaches the flow's owner, bucket {number}",
                   error(router, kind, quoted), once(number))
        for name, chain in CHAINS.items():
            expect(f"{mode}: so does one that quotes {name}, bucket {number}",
                   error(router, 2, ip6(VIP, client, *extended(chain, TCP, reply))), once(number))
        parts = fragments6(VIP, client, UDP, ports(UDP, dport, sport, bytes(1000)), 512, 9)
        expect(f"{mode}: so does one that quotes a first fragment, bucket {number}",
               error(router, 3, parts[0]), once(number))
        strays = {"about no packet of the VIP": ip6("2001:db8::77", client, TCP, reply),
                  "that quotes too little": quoted[:30]}
        if mode != "sourceip":
            strays |= {"that quotes half the ports": quoted[:42], "that quotes a later fragment": parts[1],
                       "that quotes ESP": ip6(VIP, client, ESP, bytes(16)),
                       "that quotes half an extension": ip6(VIP, client, *extended((HOP,), TCP, reply))[:44],
                       "that quotes headers without end": ip6(VIP, client, *extended((DEST,) * 9, TCP, reply))}
        for name, packet in strays.items():
            expect(f"{mode}: one {name} goes by its source, bucket {1 - number}",
                   error(router, 2, packet), once(1 - number))


def pieces(mode):
    for number in (0, 1):
        for protocol in (*PORTED, ESP):
            src, sport, dport = flow_where(mode, number)
            payload = ports(TCP if protocol == ESP else protocol, sport, dport) + bytes(2000)
            for chain in ((), (HOP, DEST)):
                for name in ("in order", "last first", "shuffled"):
                    parts = fragments6(src, VIP, protocol, payload, 400, random.randrange(1 << 32), chain)
                    order = {"in order": list, "last first": reversed,
                             "shuffled": lambda some: random.sample(some, len(some))}[name]
                    expect(f"{mode}: fragments of {NAMES.get(protocol, 'ESP')}{' behind options' if chain else ''}, "
                           f"{name}, are judged as one, bucket {number}",
                           [frame(part) for part in order(parts)], once(number))
        src = source_where(mode, number)
        expect(f"{mode}: so are those of an echo request, bucket {number}",
               [frame(part) for part in fragments6(src, VIP, ICMP6, icmp6(src, VIP, 128, 0, bytes(2000)), 800, number)],
               once(number))
    parts = fragments6(CLIENT, VIP, UDP, ports(UDP, 1, 2, bytes(1000)), 400, 77)
    expect(f"{mode}: pieces that overlap are none's, and are counted",
           [frame(parts[0]), frame(ip6(CLIENT, VIP, FRAGMENT, fragment6(UDP, bytes(400), 200, True, 77)))], MALFORMED)
    expect(f"{mode}: a first fragment without all of its headers is dropped",
           [frame(ip6(CLIENT, VIP, FRAGMENT, fragment6(TCP, bytes(8), 0, True, 78)))], MALFORMED)
    nested = fragments6(CLIENT, VIP, *extended((), FRAGMENT, fragment6(UDP, bytes(800), 0, True, 1)), 400, 79)
    expect(f"{mode}: fragments of a fragment are dropped", [frame(part) for part in nested], MALFORMED)
    ask = icmp6(CLIENT, VIP, 135, 0, bytes(4) + bytes.fromhex("20010db8000000000000000000000050") + bytes(800))
    expect(f"{mode}: a neighbour that asks in fragments is not heard",
           [frame(part) for part in fragments6(CLIENT, VIP, ICMP6, ask, 400, 80)], MALFORMED)


def pieces_by_source(mode):
    for number in (0, 1):
        parts = fragments6(source_where(mode, number), VIP, UDP, ports(UDP, 1, 2, bytes(3000)), 1000, 9, (HOP,))
        expect(f"{mode}: each fragment is judged at once, bucket {number}",
               [frame(part) for part in parts], once(number, len(parts)))


def lies(mode):
    udp = ports(UDP, 1, 2, bytes(8))
    long = bytearray(extended((DEST,), UDP, udp)[1])
    long[1] = 4  # 40 bytes
    cases = {
        "IP version 4": ip6(CLIENT, VIP, UDP, udp, version=4),
        "a length beyond the frame": ip6(CLIENT, VIP, UDP, udp, length=1400),
        "ICMPv6 of 4 bytes": ip6(CLIENT, VIP, ICMP6, b"\x80\0\0\0"),
        "options that are longer than the packet": ip6(CLIENT, VIP, DEST, bytes(long)),
        "options of half a header": ip6(CLIENT, VIP, HOP, b"\x11\0\1\0"),
        "half a fragment header": ip6(CLIENT, VIP, FRAGMENT, b"\x11\0\0\0"),
        "nine extension headers": ip6(CLIENT, VIP, *extended((DEST,) * 9, UDP, udp)),
        "a chain of 150 headers": ip6(CLIENT, VIP, *extended((DEST,) * 150, UDP, udp)),
    }
    if mode != "sourceip":
        cases |= {
            "UDP of 2 bytes": ip6(CLIENT, VIP, UDP, b"\0\1"),
            "UDP whose ports lie behind the length": ip6(CLIENT, VIP, UDP, udp, length=2),
            "TCP and a length of 0": ip6(CLIENT, VIP, TCP, ports(TCP, 1, 2), length=0),
            "AH of 6 bytes": ip6(CLIENT, VIP, AH, bytes(6)),
        }
    for name, packet in cases.items():
        expect(f"{mode}: {name}: malformed", [frame(packet)], MALFORMED)
    src, sport, dport = flow_where(mode, 0)
    expect(f"{mode}: eight extension headers are borne", [
        frame(ip6(src, VIP, *extended((DEST,) * 8, UDP, ports(UDP, sport, dport))))], once(0))


def not_ours(mode):
    src, sport, dport = flow_where(mode, 1)
    flow = ports(UDP, sport, dport)
    packet = ip6(src, VIP, UDP, flow)
    tag, priority = struct.pack("!HH", 0x8100, 42), struct.pack("!HH", 0x8100, 0x6000)
    expect("to another address: untouched", [frame(ip6(src, "2001:db8::1", UDP, flow))], UNTOUCHED)
    expect("to ::ffff:192.0.2.50: untouched", [frame(ip6(src, "::ffff:192.0.2.50", UDP, flow))], UNTOUCHED)
    expect("to ff02::1: untouched", [frame(ip6(src, "ff02::1", UDP, flow))], UNTOUCHED)
    expect("of a VLAN: untouched", [GROUP + ME + tag + b"\x86\xdd" + packet], UNTOUCHED)
    expect("with a priority tag: judged", [GROUP + ME + priority + b"\x86\xdd" + packet], once(1))
    expect("cut off in the IP header: untouched", [frame(packet[:39])], UNTOUCHED)
    expect("IPv6 in a frame of IPv4: untouched", [frame(packet, ethertype=0x0800)], UNTOUCHED)
    number = siphash(mode, KEY, "198.51.100.7", 1234, 80) * 2 >> 32
    expect("to the IPv4 VIP of the same cluster: judged",
           [frame(ip("198.51.100.7", VIP4, UDP, ports(UDP, 1234, 80)), ethertype=0x0800)], once(number))
    told = bytes(4) + bytes.fromhex("20010db8000000000000000000000050")
    for kind, rest, name in ((133, bytes(4), "router solicitation"), (134, bytes(12), "router advertisement"),
                             (135, told, "neighbour solicitation"), (136, told, "neighbour advertisement"),
                             (137, told + bytes(16), "redirect"), (130, told, "MLD query"), (131, told, "MLD report"),
                             (132, told, "MLD done"), (143, bytes(4), "MLDv2 report")):
        for chain in ((), (HOP,)):
            expect(f"{name}{' behind options' if chain else ''}: untouched", [
                frame(ip6("fe80::9", VIP, *extended(chain, ICMP6, icmp6("fe80::9", VIP, kind, 0, rest)), hops=255))],
                UNTOUCHED)


def silent_about_lost_pieces():
    """No node may complain of a datagram that all of them miss a piece of."""
    for name in ("alpha", "beta"):
        Namespace(name).run("sysctl", "-qw", "net.netfilter.nf_conntrack_frag6_timeout=1")
    node = Namespace("alpha")
    node.run("ip", "-6", "neigh", "add", "2001:db8::9", "lladdr", ME.hex(":"), "dev", "eth0")
    node.run("ip", "-6", "route", "add", "2001:db8:7::/64", "via", "2001:db8::9", "dev", "eth0", "onlink")
    heard = Namespace("client").packet_socket("eth0", 0x86DD)
    heard.setblocking(False)

    def complaints():
        """How many errors the node sent to the client since the last time."""
        count = 0
        try:
            while True:
                got = heard.recv(2000)
                count += got[:6] == ME and got[20] == ICMP6 and got[54] < 128
        except BlockingIOError:
            return count

    # That it does complain of something comes first: it can, and it would be heard.
    src, sport, dport = flow_where(MODES[2], 0)
    udp = ports(UDP, sport, dport, bytes(2000))
    udp = udp[:6] + struct.pack("!H", checksum6(src, VIP, UDP, udp)) + udp[8:]
    parts = [frame(part) for part in fragments6(src, VIP, UDP, udp, 1000, 98)]
    expect("fragments to a closed port are judged", parts, once(0))
    print("ok" if until(complaints) else "not_ok", "and complained of", flush=True)
    parts = [frame(part) for part in fragments6(src, VIP, UDP, udp, 1000, 99)]
    expect("the first of two fragments waits", parts[:1], UNTOUCHED)
    time.sleep(3)
    expect("not for long: the rest comes too late", parts[1:], UNTOUCHED)
    print("not_ok" if complaints() else "ok", "and nobody complains", flush=True)


def refusals():
    def refused(what, words, **values):
        settings = dict(name="bad", ifname="eth0", vip=[vip("2001:db8::60", 64)], mac=GROUP) | values
        try:
            kernels[0]("cluster-new", **settings)
        except Refused as why:
            good = words in why.words
            print("ok" if good else "not_ok", f"{what} is refused: {why.words}", flush=True)
        else:
            print("not_ok", f"{what} is refused", flush=True)

    for text in ("::", "::1", "ff02::1", "ff0e::7", "fe80::50", "::ffff:192.0.2.50"):
        refused(f"VIP {text}", "unicast", vip=[vip(text)])
    refused("a prefix of no bits", "1 to 128 bits", vip=[vip("2001:db8::60", 0)])
    refused("clusterip", "IPv4 alone", hash_function=1)
    refused("a VIP of another cluster", "2001:db8::50 is a VIP of cluster web", vip=[vip(VIP)])
    refused("a VIP twice", "twice", vip=[vip("2001:db8::60"), vip("2001:db8::60", 64)])
    node = Namespace("alpha")
    node.run("ip", "link", "add", "bare", "type", "veth", "peer", "name", "bare2")
    node.run("sysctl", "-qw", "net.ipv6.conf.bare.disable_ipv6=1")
    refused("a device with IPv6 switched off", "IPv6 is disabled on bare", ifname="bare")
    node.run("ip", "link", "set", "bare2", "mtu", "1200")
    refused("a device too narrow for IPv6", "IPv6 is disabled on bare2", ifname="bare2")


def main():
    random.seed(13)
    for kernel in kernels:
        kernel("cluster-new", name="marks", ifname="eth0", vip=[vip("2001:db8::51")], mac=GROUP)
    for number, mode in enumerate(MODES):
        for states, kernel in zip((b"\x03", b"\x0c"), kernels):
            kernel("cluster-new", name="web", ifname="eth0", vip=[vip(VIP, 64), vip(OTHER_VIP, 64), vip(VIP4, 24)],
                   mac=GROUP, buckets=2, hash_mode=number, hash_key=KEY)
            kernel("bucket-set", name="web", epoch=1, states=states)
        transports(mode)
        errors(mode)
        lies(mode)
        if mode == "sourceip":
            pieces_by_source(mode)
        else:
            spi_and_portless(mode)
            pieces(mode)
        if number == 2:
            not_ours(mode)
            refusals()
            silent_about_lost_pieces()
        for kernel in kernels:
            kernel("cluster-del", name="web")


main()
