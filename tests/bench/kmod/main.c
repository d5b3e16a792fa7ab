// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the instructions that the stack spends on a received packet.
 *
 * It is for a guest whose TSC ticks once an instruction (qemu -icount
 * shift=0,sleep=off with one CPU). Writing to the parameter "run" sends batches
 * of ready-made packets through netif_receive_skb() as the other parameters
 * say, and sets "minimum", "median" (instructions a packet) and "arrived" (how
 * many packets came as far as LOCAL_IN, where a last hook swallows them).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/inet.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timex.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "packet.h"

#define BENCH_BATCH 64
#define BENCH_WARMUP 8

static char *dev = "bench0";
module_param(dev, charp, 0644);
MODULE_PARM_DESC(dev, "device that the packets come in on");

static char *path = "receive";
module_param(path, charp, 0644);
MODULE_PARM_DESC(path, "receive: netif_receive_skb(); free: only kfree_skb()");

static char *hook = "none";
module_param(hook, charp, 0644);
MODULE_PARM_DESC(hook, "hook that drops everything: none, ingress or prerouting");

static char *protocol = "udp";
module_param(protocol, charp, 0644);
MODULE_PARM_DESC(protocol, "udp, tcp or icmp");

static char *src = "192.0.2.1";
module_param(src, charp, 0644);
MODULE_PARM_DESC(src, "source, IPv4 or IPv6");

static char *dst = "192.0.2.50";
module_param(dst, charp, 0644);
MODULE_PARM_DESC(dst, "destination, of the same family");

static ushort sport = 40000;
module_param(sport, ushort, 0644);
MODULE_PARM_DESC(sport, "the batch's first source port; each packet has the next");

static uint batches = 256;
module_param(batches, uint, 0644);
MODULE_PARM_DESC(batches, "how many batches of 64 are timed");

static ulong minimum, median, arrived;
module_param(minimum, ulong, 0444);
module_param(median, ulong, 0444);
module_param(arrived, ulong, 0444);

static unsigned int bench_swallow(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (!strcmp(state->in->name, dev))
		arrived++;
	return NF_DROP;
}

static unsigned int bench_drop(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_DROP;
}

/*
 * Of hooks of one priority the newest is called first: loaded before conntrack,
 * this one comes after conntrack has confirmed the packet's flow.
 */
static const struct nf_hook_ops bench_swallow_ops = {
	.hook = bench_swallow,
	.pf = NFPROTO_INET,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = NF_IP_PRI_LAST,
};

static struct nf_hook_ops bench_drop_ops = {
	.hook = bench_drop,
};

static int bench_hook_register(struct net *net, struct net_device *in)
{
	if (!strcmp(hook, "none"))
		return 0;
	if (!strcmp(hook, "ingress")) {
		bench_drop_ops.pf = NFPROTO_NETDEV;
		bench_drop_ops.hooknum = NF_NETDEV_INGRESS;
		bench_drop_ops.priority = 0;
		bench_drop_ops.dev = in;
	} else if (!strcmp(hook, "prerouting")) {
		bench_drop_ops.pf = NFPROTO_IPV4;
		bench_drop_ops.hooknum = NF_INET_PRE_ROUTING;
		bench_drop_ops.priority = NF_IP_PRI_RAW;
		bench_drop_ops.dev = NULL;
	} else {
		return -EINVAL;
	}
	return nf_register_net_hook(net, &bench_drop_ops);
}

static void bench_hook_unregister(struct net *net)
{
	if (strcmp(hook, "none"))
		nf_unregister_net_hook(net, &bench_drop_ops);
}

static int bench_address_parse(struct in6_addr *addr, const char *text)
{
	__be32 ipv4;

	if (in4_pton(text, -1, (u8 *)&ipv4, -1, NULL)) {
		ipv6_addr_set_v4mapped(ipv4, addr);
		return 0;
	}
	return in6_pton(text, -1, addr->s6_addr, -1, NULL) ? 0 : -EINVAL;
}

static int bench_packet_parse(struct bench_packet *packet)
{
	int err;

	if (!strcmp(protocol, "udp"))
		packet->protocol = IPPROTO_UDP;
	else if (!strcmp(protocol, "tcp"))
		packet->protocol = IPPROTO_TCP;
	else if (!strcmp(protocol, "icmp"))
		packet->protocol = IPPROTO_ICMP;
	else
		return -EINVAL;
	packet->dport = 53;
	err = bench_address_parse(&packet->saddr, src) ?: bench_address_parse(&packet->daddr, dst);
	if (err)
		return err;
	return ipv6_addr_v4mapped(&packet->saddr) == ipv6_addr_v4mapped(&packet->daddr) ? 0
											: -EINVAL;
}

/* Sends one batch; the time in @ticks is that of its 64 packets together. */
static int bench_batch(struct bench_packet packet, struct net_device *in, bool receive, u64 *ticks)
{
	struct sk_buff *skbs[BENCH_BATCH];
	u64 begin;
	int i;

	for (i = 0; i < BENCH_BATCH; i++) {
		packet.sport = sport + i;
		skbs[i] = bench_packet_alloc(&packet, in);
		if (!skbs[i]) {
			while (i--)
				kfree_skb(skbs[i]);
			return -ENOMEM;
		}
	}
	local_bh_disable();
	begin = get_cycles();
	if (receive) {
		for (i = 0; i < BENCH_BATCH; i++)
			netif_receive_skb(skbs[i]);
	} else {
		for (i = 0; i < BENCH_BATCH; i++)
			kfree_skb(skbs[i]);
	}
	*ticks = get_cycles() - begin;
	local_bh_enable();
	cond_resched();
	return 0;
}

static int bench_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int bench_measure(struct net_device *in, u64 *ticks)
{
	bool receive = strcmp(path, "free");
	struct bench_packet packet;
	unsigned int i;
	int err;

	err = bench_packet_parse(&packet);
	if (err)
		return err;
	for (i = 0; i < BENCH_WARMUP; i++) {
		err = bench_batch(packet, in, receive, &ticks[0]);
		if (err)
			return err;
	}
	arrived = 0;
	for (i = 0; i < batches; i++) {
		err = bench_batch(packet, in, receive, &ticks[i]);
		if (err)
			return err;
	}
	sort(ticks, batches, sizeof(*ticks), bench_compare, NULL);
	minimum = div_u64(ticks[0], BENCH_BATCH);
	median = div_u64(ticks[batches / 2], BENCH_BATCH);
	return 0;
}

/* Called with the module's parameters locked, so that none changes meanwhile. */
static int bench_run(const char *value, const struct kernel_param *kp)
{
	struct net_device *in;
	u64 *ticks;
	int err;

	if (!batches || batches > 65536)
		return -EINVAL;
	ticks = kvmalloc_array(batches, sizeof(*ticks), GFP_KERNEL);
	if (!ticks)
		return -ENOMEM;
	in = dev_get_by_name(&init_net, dev);
	if (!in) {
		err = -ENODEV;
		goto out_free;
	}
	err = bench_hook_register(&init_net, in);
	if (err)
		goto out_put;
	err = bench_measure(in, ticks);
	bench_hook_unregister(&init_net);
out_put:
	dev_put(in);
out_free:
	kvfree(ticks);
	return err;
}

static const struct kernel_param_ops bench_run_ops = {
	.set = bench_run,
};

module_param_cb(run, &bench_run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "anything written here starts a measurement");

static int __init bench_init(void)
{
	return nf_register_net_hook(&init_net, &bench_swallow_ops);
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	nf_unregister_net_hook(&init_net, &bench_swallow_ops);
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Instruction counts of the receive path");
MODULE_LICENSE("GPL");
