/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints, for an operator who asks where a packet went, and why. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cohort

#if !defined(_COHORT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _COHORT_TRACE_H

#include <linux/ip.h>
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

/* A packet to a VIP was judged. */
TRACE_EVENT(cohort_verdict,
	TP_PROTO(const struct cohort_cluster *cluster, const struct sk_buff *skb, u32 bucket,
		 enum cohort_stat why),
	TP_ARGS(cluster, skb, bucket, why),
	TP_STRUCT__entry(
		__array(char, name, COHORT_NAME_MAX + 1)
		__field(const void *, skbaddr)
		__array(u8, src, 4)
		__field(u8, protocol)
		__field(u8, why)
		__field(u32, bucket)
	),
	TP_fast_assign(
		struct iphdr _ip = {};
		const struct iphdr *ip = skb_header_pointer(skb, 0, sizeof(_ip), &_ip) ?: &_ip;

		memcpy(__entry->name, cluster->name, sizeof(__entry->name));
		__entry->skbaddr = skb;
		memcpy(__entry->src, &ip->saddr, sizeof(__entry->src));
		__entry->protocol = ip->protocol;
		__entry->why = why;
		__entry->bucket = bucket;
	),
	TP_printk("%s: skb %p, protocol %u from %pI4, bucket %u: %s", __entry->name,
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
