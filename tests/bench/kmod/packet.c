// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet.h"

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#define BENCH_PAYLOAD 18 /* an Ethernet frame of 60 bytes, if UDP */

static const u8 bench_group[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x7f, 0x00, 0x32 };
static const u8 bench_router[ETH_ALEN] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 };

static bool bench_is_ipv4(const struct bench_packet *packet)
{
	return ipv6_addr_v4mapped(&packet->daddr);
}

/* The checksum of @len bytes, whose own field is 0, with the pseudo-header. */
static __sum16 bench_sum(const struct bench_packet *packet, u8 protocol, const void *data, u16 len)
{
	const __wsum sum = csum_partial(data, len, 0);

	if (bench_is_ipv4(packet))
		return csum_tcpudp_magic(packet->saddr.s6_addr32[3], packet->daddr.s6_addr32[3],
					 len, protocol, sum);
	return csum_ipv6_magic(&packet->saddr, &packet->daddr, len, protocol, sum);
}

static void bench_put_udp(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct udphdr *udp = skb_put_zero(skb, sizeof(*udp) + BENCH_PAYLOAD);
	u16 len = sizeof(*udp) + BENCH_PAYLOAD;

	udp->source = htons(packet->sport);
	udp->dest = htons(packet->dport);
	udp->len = htons(len);
	udp->check = bench_sum(packet, IPPROTO_UDP, udp, len);
}

static void bench_put_tcp(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct tcphdr *tcp = skb_put_zero(skb, sizeof(*tcp));

	tcp->source = htons(packet->sport);
	tcp->dest = htons(packet->dport);
	tcp->seq = htonl(1);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->syn = 1;
	tcp->window = htons(64240);
	tcp->check = bench_sum(packet, IPPROTO_TCP, tcp, sizeof(*tcp));
}

static void bench_put_icmp(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct icmphdr *icmp = skb_put_zero(skb, sizeof(*icmp) + BENCH_PAYLOAD);

	icmp->type = ICMP_ECHO;
	icmp->un.echo.id = htons(packet->sport);
	icmp->un.echo.sequence = htons(1);
	icmp->checksum = csum_fold(csum_partial(icmp, sizeof(*icmp) + BENCH_PAYLOAD, 0));
}

static void bench_put_icmpv6(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct icmp6hdr *icmp = skb_put_zero(skb, sizeof(*icmp) + BENCH_PAYLOAD);

	icmp->icmp6_type = ICMPV6_ECHO_REQUEST;
	icmp->icmp6_identifier = htons(packet->sport);
	icmp->icmp6_sequence = htons(1);
	icmp->icmp6_cksum = bench_sum(packet, IPPROTO_ICMPV6, icmp, sizeof(*icmp) + BENCH_PAYLOAD);
}

static void bench_put_payload(struct sk_buff *skb, const struct bench_packet *packet)
{
	switch (packet->protocol) {
	case IPPROTO_TCP:
		bench_put_tcp(skb, packet);
		break;
	case IPPROTO_ICMP:
		if (bench_is_ipv4(packet))
			bench_put_icmp(skb, packet);
		else
			bench_put_icmpv6(skb, packet);
		break;
	default:
		bench_put_udp(skb, packet);
		break;
	}
}

static void bench_put_ipv4(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->ttl = 64;
	ip->protocol = packet->protocol;
	ip->saddr = packet->saddr.s6_addr32[3];
	ip->daddr = packet->daddr.s6_addr32[3];
	bench_put_payload(skb, packet);
	ip->tot_len = htons(skb_tail_pointer(skb) - (u8 *)ip);
	ip_send_check(ip);
}

static void bench_put_ipv6(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 6;
	ip->hop_limit = 64;
	ip->nexthdr = packet->protocol == IPPROTO_ICMP ? IPPROTO_ICMPV6 : packet->protocol;
	ip->saddr = packet->saddr;
	ip->daddr = packet->daddr;
	bench_put_payload(skb, packet);
	ip->payload_len = htons(skb_tail_pointer(skb) - (u8 *)(ip + 1));
}

struct sk_buff *bench_packet_alloc(const struct bench_packet *packet, struct net_device *dev)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct ethhdr *eth;

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	eth = skb_put_zero(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, bench_group);
	ether_addr_copy(eth->h_source, bench_router);
	eth->h_proto = htons(bench_is_ipv4(packet) ? ETH_P_IP : ETH_P_IPV6);
	if (bench_is_ipv4(packet))
		bench_put_ipv4(skb, packet);
	else
		bench_put_ipv6(skb, packet);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}
