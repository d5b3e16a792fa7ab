# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-malformed-ipv6.sh: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import random
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from genl import Cohort, vip  # noqa: E402
from packets import (AH, DCCP, DEST, ESP, FRAGMENT, HOP, ICMP6, MODES, ROUTING, SCTP, TCP, UDP,  # noqa: E402
                     Namespace, address, extended, fragment6, fragments6, icmp6, ip6, mac, ports, until)

VIP, CLIENT, ROUTER = "2001:db8::50", "2001:db8:7::9", "2001:db8:f::1"
GROUP = mac("03:c0:00:00:00:50")
ETHERNET = GROUP + mac("02:00:00:00:00:09") + b"\x86\xdd"
CHAIN = (HOP, DEST, ROUTING, FRAGMENT, DEST)
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
MARK = ETHERNET + ip6(CLIENT, "2001:db8::51", UDP, b"", version=5)


def tell(good, what, *why):
    print("ok" if good else "not_ok", what, flush=True)
    if not good:
        print("seen:", *why, flush=True)


def counters(cluster="web"):
    return kernel("stats-get", name=cluster)[0]["stats"]


def settle():
    """All that was sent has been judged: a mark that nothing else moves the counter of has come."""
    before = counters("marks")["malformed-dropped"]
    wire.send(MARK)
    if not until(lambda: counters("marks")["malformed-dropped"] > before, 60):
        raise TimeoutError("the node does not judge any more")


def moved(frames, linear=None):
    """How the node's counters move. With `linear`, only so many bytes of each packet lie in one piece."""
    before = counters()
    for number, frame in enumerate(frames):
        if linear is None:
            wire.send(frame)
        else:
            scattering.send(struct.pack("=BBHHHH", 0, 0, len(ETHERNET) + linear, 0, 0, 0) + frame)
        if number % 64 == 63:  # lest a queue on the way overflow
            settle()
    settle()
    now = counters()
    return {key: now[key] - before[key] for key in JUDGED if now[key] != before[key]}


def transports():
    quoted = ip6(VIP, CLIENT, TCP, ports(TCP, 80, 1234))
    far = ip6(VIP, CLIENT, *extended(CHAIN, UDP, ports(UDP, 80, 9)))
    yield "UDP", UDP, ports(UDP, 1234, 80, bytes(16))
    yield "TCP", TCP, ports(TCP, 1234, 80)
    yield "SCTP", SCTP, ports(SCTP, 1234, 80)
    yield "DCCP", DCCP, ports(DCCP, 1234, 80)
    yield "ESP", ESP, bytes(16)
    yield "AH", AH, b"\x06\x04" + bytes(22)
    yield "an echo request", ICMP6, icmp6(CLIENT, VIP, 128, 0, bytes(16))
    yield "an ICMPv6 error", ICMP6, icmp6(CLIENT, VIP, 2, 0, bytes(4) + quoted)
    yield "an ICMPv6 error about extension headers", ICMP6, icmp6(CLIENT, VIP, 1, 0, bytes(4) + far)


def cut_off(mode):
    """A frame that ends within the IP header is the stack's to refuse; one that ends later lies."""
    for name, protocol, payload in transports():
        for chain in ((), CHAIN):
            packet = ip6(CLIENT, VIP, *extended(chain, protocol, payload))
            seen = moved([ETHERNET + packet[:length] for length in range(len(packet))])
            tell(seen == {"malformed-dropped": len(packet) - 40},
                 f"{mode}: {name} behind {len(chain)} extension headers, cut off at each byte", seen)


def short(mode):
    """Whole packets whose payload is cut: of any length, and each is judged somehow."""
    for name, protocol, payload in transports():
        for chain in ((), CHAIN):
            first, whole = extended(chain, protocol, payload)
            frames = [ETHERNET + ip6(CLIENT, VIP, first, whole[:length]) for length in range(len(whole) + 1)]
            seen = moved(frames)
            tell(sum(seen.values()) == len(frames),
                 f"{mode}: {name} behind {len(chain)} extension headers, shorter by each byte", seen)


def lies(mode):
    payload = ports(UDP, 1234, 80, bytes(64))
    frames = [ETHERNET + ip6(CLIENT, VIP, *extended(chain, UDP, payload), version=version, length=length)
              for chain in ((), (HOP,), CHAIN) for version in (0, 4, 6, 15)
              for length in (0, 1, 3, 4, 7, 8, 9, 39, 40, 41, 71, 72, 73, 1500, 65535)]
    seen = moved(frames)
    tell(sum(seen.values()) == len(frames), f"{mode}: every lie about the length", seen)
    frames = [ETHERNET + ip6(CLIENT, VIP, kind, bytes((after, length)) + bytes(size))
              for kind in (HOP, DEST, ROUTING) for after in (HOP, DEST, ROUTING, UDP, ICMP6, AH, 59, 255)
              for length in (0, 1, 2, 5, 6, 255) for size in (0, 5, 6, 7, 14, 46, 54)]
    seen = moved(frames)
    tell(sum(seen.values()) == len(frames), f"{mode}: extension headers whose lengths lie", seen)
    frames = [ETHERNET + ip6(CLIENT, VIP, *extended((kind,) * count, UDP, payload))
              for kind in (HOP, DEST, ROUTING, FRAGMENT) for count in (1, 7, 8, 9, 10, 100, 1000)]
    seen = moved(frames)
    tell(seen.get("malformed-dropped") == 16 and sum(seen.values()) == len(frames),
         f"{mode}: chains of up to 1000 headers", seen)
    inner = [struct.pack("!IHBB", version << 28, length, first, 64) + address(VIP) + address(CLIENT) + body[:size]
             for version in (4, 6) for length in (0, 8, 65535)
             for first, body in ((UDP, payload), extended(CHAIN, UDP, payload), (DEST, b"\x11\xff" + bytes(40)),
                                 (FRAGMENT, fragment6(UDP, payload, 8, True, 1)), (ESP, payload), (AH, payload))
             for size in (0, 1, 3, 4, 8, 12, 44, 60)]
    frames = [ETHERNET + ip6(ROUTER, VIP, ICMP6, icmp6(ROUTER, VIP, kind, 0, bytes(4) + quoted))
              for kind, quoted in zip((1, 2, 3, 4, 100) * len(inner), inner)]
    seen = moved(frames)
    tell(sum(seen.values()) == len(frames), f"{mode}: ICMPv6 errors whose quotations lie", seen)


def piece(at, size, ident, more=True):
    return ETHERNET + ip6(CLIENT, VIP, FRAGMENT, fragment6(UDP, bytes(size), at, more, ident))


def overlaps(mode):
    """Pieces that contradict each other are no datagram."""
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
        "of an odd length": (0, [(0, 1001), (1001, 8, False)]),
    }
    for ident, (name, (most, pieces)) in enumerate(cases.items(), 1):
        for order in (1, -1):
            seen = moved([piece(at, size, 1000 * (order + 2) + ident, *rest)
                          for at, size, *rest in pieces[::order]])
            tell(seen.get("accepted", 0) + seen.get("foreign-dropped", 0) <= most,
                 f"{mode}: pieces {name}, {'in order' if order == 1 else 'last first'}: "
                 f"{'never a datagram' if most == 0 else 'one datagram at most'}", seen)
    whole = fragments6(CLIENT, VIP, UDP, ports(UDP, 1234, 80, bytes(3000)), 1000, 77, (HOP, DEST))
    seen = moved([ETHERNET + part for part in (whole[0], *whole)])
    tell(sum(seen.values()) == 1, f"{mode}: one piece twice: the datagram is judged, once", seen)
    seen = moved([ETHERNET + part[:random.randrange(40, len(part))] for part in whole * 40])
    tell(seen == {"malformed-dropped": 40 * len(whole)}, f"{mode}: pieces cut off anywhere", seen)
    seen = moved([ETHERNET + ip6(CLIENT, VIP, FRAGMENT, fragment6(kind, bytes(size), 0, True, 9000 + size))
                  for kind in (TCP, UDP, ICMP6, DEST, FRAGMENT) for size in (0, 8, 16)])
    tell("accepted" not in seen, f"{mode}: first pieces that are too short to tell", seen)


def scattered(mode):
    """Where a packet's bytes lie is nobody's business."""
    for name, protocol, payload in transports():
        for chain in ((), CHAIN):
            packet = ip6(CLIENT, VIP, *extended(chain, protocol, payload + bytes(PAGE)))
            wanted = moved([ETHERNET + packet])
            seen = [moved([ETHERNET + packet] * 2, linear) for linear in (0, 1, 39, 40, 42, 44, 48, 79, 80, 84, 120)]
            tell(len(wanted) == 1 and seen == [{key: 2 for key in wanted}] * len(seen),
                 f"{mode}: {name} behind {len(chain)} extension headers, in one piece up to any byte", wanted, seen)
    if mode != "sourceip":
        whole = fragments6(CLIENT, VIP, UDP, ports(UDP, 1234, 80, bytes(3 * PAGE)), PAGE, 78, (HOP, DEST))
        for linear in (0, 40, 56, 60, 64, 70):
            seen = moved([ETHERNET + part for part in whole[::-1]], linear)
            tell(sum(seen.values()) == 1, f"{mode}: so are pieces, in one piece up to byte {linear}", seen)


def noise(mode):
    """Bytes changed at random, in headers mostly."""
    count = 0
    for name, protocol, payload in transports():
        frames = []
        for _ in range(200):
            packet = bytearray(ip6(CLIENT, VIP, *extended(random.choice(((), CHAIN)), protocol, payload)))
            for _ in range(random.randrange(1, 6)):
                at = random.randrange(len(packet))
                if not 24 <= at < 40:  # still to the VIP
                    packet[at] = random.randrange(256)
            frames.append(ETHERNET + bytes(packet[:random.choice((len(packet), random.randrange(40, len(packet))))]))
        seen = moved(frames)
        count += sum(seen.values())
        if sum(seen.values()) > len(frames):
            return tell(False, f"{mode}: {name} with noise", seen)
    tell(count > 1000, f"{mode}: noise is judged ({count} packets)")


def said_wrong():
    """Neighbour discovery that leaves a node, cut off at each byte, and with options that lie."""
    with node.visit():
        raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, ICMP6)
        index = socket.if_nametoindex("eth0")
    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)  # lest the node answer itself
    raw.bind((VIP, 0))
    whole = {kind: struct.pack("!BBHI", kind, 0, 0, 0) + (b"" if kind == 133 else address(VIP)) for kind in
             (133, 135, 136)}
    options = [bytes((kind, length)) + bytes(size) for kind in (1, 2) for length in (0, 1, 2, 255)
               for size in (0, 5, 6, 7, 14)]
    sent = 0
    for message in whole.values():
        for text in [message[:length] for length in range(4, len(message))] + [message + some for some in options]:
            raw.sendto(text, ("ff02::1", 0, 0, index))
            sent += 1
    settle()
    rewritten = counters()["nd-rewritten"]
    # Of each kind, one type of option; of length 1 with 6 bytes and more, of 2 with 14.
    tell(rewritten == 3 * 4, f"of {sent} that a node says, those with a whole option are rewritten", rewritten)


def main():
    random.seed(14)
    kernel("cluster-new", name="marks", ifname="eth0", vip=[vip("2001:db8::51")], mac=GROUP)
    for number, mode in enumerate(MODES):
        kernel("cluster-new", name="web", ifname="eth0", vip=[vip(VIP)], mac=GROUP, buckets=2,
               hash_mode=number)
        kernel("bucket-set", name="web", epoch=1, states=b"\x0f")
        for case in (cut_off, short, lies, overlaps, scattered, noise):
            case(mode)
        if number == 0:
            kernel("cluster-del", name="web")
            kernel("cluster-new", name="web", ifname="eth0", vip=[vip(VIP)], mac=GROUP, buckets=2)
            said_wrong()
        kernel("cluster-del", name="web")


main()
