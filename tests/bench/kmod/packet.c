// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet.h"

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#define BENCH_PAYLOAD 18 /* an Ethernet frame of 60 bytes, if UDP */

static const u8 bench_group[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x7f, 0x00, 0x32 };
static const u8 bench_router[ETH_ALEN] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 };

static void bench_put_udp(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct udphdr *udp = skb_put_zero(skb, sizeof(*udp) + BENCH_PAYLOAD);
	u16 len = sizeof(*udp) + BENCH_PAYLOAD;

	udp->source = htons(packet->sport);
	udp->dest = htons(packet->dport);
	udp->len = htons(len);
	udp->check = csum_tcpudp_magic(htonl(packet->saddr), htonl(packet->daddr), len, IPPROTO_UDP,
				       csum_partial(udp, len, 0));
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
	tcp->check = csum_tcpudp_magic(htonl(packet->saddr), htonl(packet->daddr), sizeof(*tcp),
				       IPPROTO_TCP, csum_partial(tcp, sizeof(*tcp), 0));
}

static void bench_put_icmp(struct sk_buff *skb, const struct bench_packet *packet)
{
	struct icmphdr *icmp = skb_put_zero(skb, sizeof(*icmp) + BENCH_PAYLOAD);

	icmp->type = ICMP_ECHO;
	icmp->un.echo.id = htons(packet->sport);
	icmp->un.echo.sequence = htons(1);
	icmp->checksum = csum_fold(csum_partial(icmp, sizeof(*icmp) + BENCH_PAYLOAD, 0));
}

struct sk_buff *bench_packet_alloc(const struct bench_packet *packet, struct net_device *dev)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct ethhdr *eth;
	struct iphdr *ip;

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	eth = skb_put_zero(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, bench_group);
	ether_addr_copy(eth->h_source, bench_router);
	eth->h_proto = htons(ETH_P_IP);

	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->ttl = 64;
	ip->protocol = packet->protocol;
	ip->saddr = htonl(packet->saddr);
	ip->daddr = htonl(packet->daddr);
	switch (packet->protocol) {
	case IPPROTO_TCP:
		bench_put_tcp(skb, packet);
		break;
	case IPPROTO_ICMP:
		bench_put_icmp(skb, packet);
		break;
	default:
		bench_put_udp(skb, packet);
		break;
	}
	ip->tot_len = htons(skb->len - sizeof(*eth));
	ip_send_check(ip);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}
