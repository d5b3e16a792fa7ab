/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints, for an operator who asks where a packet went, and why. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cohort

#if !defined(_COHORT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _COHORT_TRACE_H

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>

#include "cluster.h"

#define COHORT_TRACE_VERDICTS						\
	{ COHORT_STAT_ACCEPTED,			"accepted" },		\
	{ COHORT_STAT_FOREIGN_DROPPED,		"foreign_dropped" },	\
	{ COHORT_STAT_EXPIRED_DROPPED,		"expired_dropped" },	\
	{ COHORT_STAT_DRAIN_ACCEPTED,		"drain_accepted" },	\
	{ COHORT_STAT_DRAIN_DROPPED,		"drain_dropped" },	\
	{ COHORT_STAT_ADOPT_ACCEPTED,		"adopt_accepted" },	\
	{ COHORT_STAT_ADOPT_DROPPED,		"adopt_dropped" },	\
	{ COHORT_STAT_MALFORMED_DROPPED,	"malformed_dropped" }

#ifndef COHORT_TRACE_SOURCE
#define COHORT_TRACE_SOURCE
/*
 * Where the packet is from, as %pISc takes it, a struct sockaddr. Return: its
 * protocol; for IPv6 the first of its next headers.
 */
static inline u8 cohort_trace_source(struct sockaddr_in6 *source, const struct sk_buff *skb)
{
	union {
		struct iphdr ipv4;
		struct ipv6hdr ipv6;
	} ip = {};

	memset(source, 0, sizeof(*source));
	if (skb->protocol == htons(ETH_P_IPV6)) {
		source->sin6_family = AF_INET6;
		if (skb_copy_bits(skb, 0, &ip.ipv6, sizeof(ip.ipv6)))
			return 0;
		source->sin6_addr = ip.ipv6.saddr;
		return ip.ipv6.nexthdr;
	}
	source->sin6_family = AF_INET;
	if (skb_copy_bits(skb, 0, &ip.ipv4, sizeof(ip.ipv4)))
		return 0;
	((struct sockaddr_in *)source)->sin_addr.s_addr = ip.ipv4.saddr;
	return ip.ipv4.protocol;
}
#endif

/* A packet to a VIP was judged. */
TRACE_EVENT(cohort_verdict,
	TP_PROTO(const struct cohort_cluster *cluster, const struct sk_buff *skb, u32 bucket,
		 enum cohort_stat why),
	TP_ARGS(cluster, skb, bucket, why),
	TP_STRUCT__entry(
		__array(char, name, COHORT_NAME_MAX + 1)
		__field(const void *, skbaddr)
		__array(u8, src, sizeof(struct sockaddr_in6))
		__field(u8, protocol)
		__field(u8, why)
		__field(u32, bucket)
	),
	TP_fast_assign(
		struct sockaddr_in6 source;

		memcpy(__entry->name, cluster->name, sizeof(__entry->name));
		__entry->skbaddr = skb;
		__entry->protocol = cohort_trace_source(&source, skb);
		memcpy(__entry->src, &source, sizeof(__entry->src));
		__entry->why = why;
		__entry->bucket = bucket;
	),
	TP_printk("%s: skb %p, protocol %u from %pISc, bucket %u: %s", __entry->name,
		  __entry->skbaddr, __entry->protocol, __entry->src, __entry->bucket,
		  __print_symbolic(__entry->why, COHORT_TRACE_VERDICTS))
);

/* The bucket states of a cluster were replaced. */
TRACE_EVENT(cohort_swap,
	TP_PROTO(const struct cohort_cluster *cluster, const struct cohort_table *table),
	TP_ARGS(cluster, table),
	TP_STRUCT__entry(
		__array(char, name, COHORT_NAME_MAX + 1)
		__field(u64, epoch)
		__field(u64, deadline)
		__field(u32, held)
	),
	TP_fast_assign(
		memcpy(__entry->name, cluster->name, sizeof(__entry->name));
		__entry->epoch = table->epoch;
		__entry->deadline = atomic64_read(&table->deadline);
		__entry->held = table->held;
	),
	TP_printk("%s: epoch %llu, %u buckets held until %llu", __entry->name, __entry->epoch,
		  __entry->held, __entry->deadline)
);

#endif /* _COHORT_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
