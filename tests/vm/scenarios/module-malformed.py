# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-malformed.sh: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import random
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from genl import Cohort, vip  # noqa: E402
from packets import (AH, DCCP, ESP, ICMP, MODES, PORTED, SCTP, TCP, UDP, Namespace, fragments,  # noqa: E402
                     icmp, ip, mac, ports, until)

VIP, CLIENT, ROUTER = "192.0.2.50", "198.51.100.7", "203.0.113.1"
ETHERNET = mac("01:00:5e:00:00:50") + mac("02:00:00:00:00:09") + b"\x08\x00"
SOL_PACKET, PACKET_VNET_HDR = 263, 15
JUDGED = ("accepted", "foreign-dropped", "expired-dropped", "malformed-dropped")
PAGE = 4096
node, client = Namespace("node"), Namespace("client")
wire = client.packet_socket("eth0")
scattering = client.packet_socket("eth0")
scattering.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
with node.visit():
    kernel = Cohort()
# To a cluster of its own, whose counter nothing else moves.
MARK = ETHERNET + ip(CLIENT, "192.0.2.51", UDP, b"", ihl=4)


def tell(good, what, *why):
    print("ok" if good else "not_ok", what, flush=True)
    if not good:
        print("seen:", *why, flush=True)


def counters(cluster="web"):
    return kernel("stats-get", name=cluster)[0]["stats"]


def send(frame, linear=None):
    """With `linear`, only so many bytes of the packet lie in one piece; it has to fill a page."""
    if linear is None:
        wire.send(frame)
    else:
        scattering.send(struct.pack("=BBHHHH", 0, 0, len(ETHERNET) + linear, 0, 0, 0) + frame)


def moved(frames, linear=None):
    """How the node's counters move by these frames."""
    before = counters()
    for number, frame in enumerate(frames):
        send(frame, linear)
        if number % 64 == 63:  # lest a queue on the way overflow
            settle()
    settle()
    now = counters()
    return {key: now[key] - before[key] for key in JUDGED if now[key] != before[key]}


def settle():
    """All that was sent has been judged: a mark that nothing else moves the counter of has come."""
    before = counters("marks")["malformed-dropped"]
    wire.send(MARK)
    if not until(lambda: counters("marks")["malformed-dropped"] > before, 60):
        raise TimeoutError("the node does not judge any more")


def transports():
    quoted = ip(VIP, CLIENT, TCP, ports(TCP, 80, 1234))
    yield "UDP", UDP, ports(UDP, 1234, 80, bytes(16))
    yield "TCP", TCP, ports(TCP, 1234, 80)
    yield "SCTP", SCTP, ports(SCTP, 1234, 80)
    yield "DCCP", DCCP, ports(DCCP, 1234, 80)
    yield "ESP", ESP, bytes(16)
    yield "AH", AH, b"\x06\x04" + bytes(22)
    yield "an echo request", ICMP, icmp(8, 0, bytes(16))
    yield "an ICMP error", ICMP, icmp(3, 4, quoted)
    yield "an ICMP error about options", ICMP, icmp(3, 4, ip(VIP, CLIENT, UDP, ports(UDP, 80, 9), options=b"\1" * 40))


def cut_off(mode):
    """A frame that ends within the IP header is the stack's to refuse; one that ends later lies."""
    for name, protocol, payload in transports():
        for options in (b"", b"\1" * 40):
            packet = ip(CLIENT, VIP, protocol, payload, options=options)
            seen = moved([ETHERNET + packet[:length] for length in range(len(packet))])
            tell(seen == {"malformed-dropped": len(packet) - 20},
                 f"{mode}: {name} behind {len(options)} bytes of options, cut off at each byte", seen)


def short(mode):
    """Whole packets whose transport is cut: of any length, and each is judged somehow."""
    for name, protocol, payload in transports():
        frames = [ETHERNET + ip(CLIENT, VIP, protocol, payload[:length]) for length in range(len(payload) + 1)]
        seen = moved(frames)
        tell(sum(seen.values()) == len(frames), f"{mode}: {name}, shorter by each byte", seen)


def lies(mode):
    payload = ports(UDP, 1234, 80, bytes(64))
    frames = [ETHERNET + ip(CLIENT, VIP, protocol, payload, ihl=ihl, version=version, length=length)
              for protocol in (UDP, ICMP, AH) for ihl in range(16) for version in (0, 4, 6, 15)
              for length in (0, 1, 19, 20, 21, 24, 28, 59, 60, 61, 92, 93, 1500, 65535)]
    seen = moved(frames)
    tell(sum(seen.values()) == len(frames) and seen["malformed-dropped"] > len(frames) / 2,
         f"{mode}: every header length, with every lie about the rest", seen)
    frames = [ETHERNET + ip(CLIENT, VIP, UDP, payload, options=(bytes((kind, length)) + bytes(38)))
              for kind in (0, 1, 7, 68, 130, 131, 137, 148, 255) for length in (0, 1, 2, 3, 39, 40, 41, 255)]
    seen = moved(frames)
    tell(sum(seen.values()) == len(frames), f"{mode}: IP options whose lengths lie", seen)
    inner = [struct.pack("!BBHHHBBH4s4s", 0x40 | ihl, 0, 60, 0, fragment, 64, protocol, 0,
                         bytes((192, 0, 2, 50)), bytes((198, 51, 100, 7))) + bytes(size)
             for ihl in range(16) for fragment in (0, 1, 0x2000) for protocol in (*PORTED, ICMP, ESP, AH)
             for size in (0, 3, 4, 40)]
    frames = [ETHERNET + ip(ROUTER, VIP, ICMP, icmp(kind, 0, quoted))
              for kind, quoted in zip((3, 4, 5, 11, 12) * len(inner), inner)]
    seen = moved(frames)
    tell(sum(seen.values()) == len(frames), f"{mode}: ICMP errors whose quotations lie", seen)


def piece(at, size, ident, more=True):
    return ETHERNET + ip(CLIENT, VIP, UDP, bytes(size), fragment=at, ident=ident, more=more)


def overlaps(mode):
    """Pieces that contradict each other are no datagram; what comes too late to contradict is none's."""
    if mode == "sourceip":  # which judges each of them for itself
        seen = moved([piece(0, 1000, 1), piece(504, 1000, 1), piece(65528, 1000, 1, False)])
        tell(sum(seen.values()) == 3, f"{mode}: overlapping pieces are judged one by one", seen)
        return
    cases = {
        "overlapping": (0, [(0, 1000), (504, 1000), (1504, 8, False)]),
        "beyond 64 KiB": (0, [(at, 1400) for at in range(0, 65528, 1400)] + [(65520, 1000, False)]),
        "of no length": (0, [(0, 0), (8, 0), (16, 0, False)]),
        "within one another": (1, [(0, 1000), (8, 16), (1000, 8, False)]),
        "with two ends": (1, [(0, 1000), (1000, 16, False), (2000, 16, False)]),
        "behind their end": (1, [(0, 1000), (1000, 16, False), (1016, 1000)]),
        "of an odd length": (1, [(0, 1001), (1001, 8, False)]),
    }
    for ident, (name, (most, pieces)) in enumerate(cases.items(), 1):
        for order in (1, -1):
            seen = moved([piece(at, size, 1000 * (order + 2) + ident, *rest)
                          for at, size, *rest in pieces[::order]])
            tell(seen.get("accepted", 0) + seen.get("foreign-dropped", 0) <= most,
                 f"{mode}: pieces {name}, {'in order' if order == 1 else 'last first'}: "
                 f"{'never a datagram' if most == 0 else 'one datagram at most'}", seen)
    whole = fragments(CLIENT, VIP, UDP, ports(UDP, 1234, 80, bytes(3000)), 1000, 77)
    seen = moved([ETHERNET + part for part in (whole[0], *whole)])
    tell(sum(seen.values()) == 1, f"{mode}: one piece twice: the datagram is judged, once", seen)
    for number in range(40):
        for part in whole:
            send(ETHERNET + part[:random.randrange(20, len(part))])
    tell(moved([ETHERNET + whole[0][:-500]]) in ({}, {"malformed-dropped": 1}), f"{mode}: pieces cut off anywhere")


def scattered(mode):
    """Where a packet's bytes lie is nobody's business."""
    for name, protocol, payload in transports():
        for options in (b"", b"\1" * 40):
            packet = ip(CLIENT, VIP, protocol, payload + bytes(PAGE), options=options)
            wanted = moved([ETHERNET + packet])
            seen = [moved([ETHERNET + packet] * 2, linear) for linear in (0, 1, 19, 20, 22, 24, 32, 59, 60, 63, 100)]
            tell(len(wanted) == 1 and seen == [{key: 2 for key in wanted}] * len(seen),
                 f"{mode}: {name} behind {len(options)} bytes of options, in one piece up to any byte", wanted, seen)


def noise(mode):
    """Bytes changed at random, in headers mostly."""
    count = 0
    for name, protocol, payload in transports():
        frames = []
        for _ in range(200):
            packet = bytearray(ip(CLIENT, VIP, protocol, payload, options=random.choice((b"", b"\1" * 8))))
            for _ in range(random.randrange(1, 6)):
                at = random.randrange(len(packet))
                if not 16 <= at < 20:  # still to the VIP
                    packet[at] = random.randrange(256)
            frames.append(ETHERNET + bytes(packet[:random.choice((len(packet), random.randrange(20, len(packet))))]))
        seen = moved(frames)
        count += sum(seen.values())
        if sum(seen.values()) > len(frames):
            return tell(False, f"{mode}: {name} with noise", seen)
    tell(count > 1000, f"{mode}: noise is judged ({count} packets)")


def not_ip(mode):
    """What is not for the hook at all, in every length."""
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac("02:00:00:00:00:09") + bytes((192, 0, 2, 9)) + bytes(6) \
        + bytes((192, 0, 2, 50))
    frames = [ETHERNET[:12] + struct.pack("!H", kind) + arp[:length]
              for kind in (0x0806, 0x8100, 0x88A8, 0x86DD, 0x0004) for length in range(len(arp) + 1)]
    tell(moved(frames) == {}, f"{mode}: ARP, VLAN tags, IPv6 and LLC, cut off at each byte: untouched")


def main():
    random.seed(12)
    group = bytes.fromhex("01005e000050")
    kernel("cluster-new", name="marks", ifname="eth0", vip=[vip("192.0.2.51")], mac=group)
    for number, mode in enumerate(MODES):
        kernel("cluster-new", name="web", ifname="eth0", vip=[vip(VIP)], mac=group, buckets=2,
               hash_mode=number)
        kernel("bucket-set", name="web", epoch=1, states=b"\x0f")
        for case in (cut_off, short, lies, overlaps, scattered, noise, not_ip):
            case(mode)
        kernel("cluster-del", name="web")


main()
