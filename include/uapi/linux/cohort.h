/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* Made of spec/cohort.yaml by spec/generate.py: do not edit. */

#ifndef _UAPI_LINUX_COHORT_H
#define _UAPI_LINUX_COHORT_H

#define COHORT_GENL_NAME "cohort"
#define COHORT_GENL_VERSION 1

#define COHORT_NAME_MAX 31 /* longest name of a cluster, without the terminating NUL */
#define COHORT_VIPS_MAX 64 /* most VIPs of one cluster */
#define COHORT_BUCKETS_MAX 65536
#define COHORT_BUCKETS_DEFAULT 4096 /* buckets of a cluster that is given no count */
#define COHORT_CLUSTERS_MAX 1024 /* most clusters of one network namespace */
#define COHORT_KEY_LEN 16 /* bytes of a SipHash key */
#define COHORT_LEASE_MAX_MS 3600000 /* longest lease, and farthest deadline from now */

/**
 * enum cohort_hash_mode - which fields of a packet choose its bucket
 */
enum cohort_hash_mode {
	COHORT_HASH_MODE_SOURCEIP,
	COHORT_HASH_MODE_SOURCEIP_SOURCEPORT,
	COHORT_HASH_MODE_SOURCEIP_SOURCEPORT_DESTPORT,
};

/**
 * enum cohort_hash_function
 * @COHORT_HASH_FUNCTION_SIPHASH: SipHash-1-3 over one canonical byte order,
 *   keyed
 * @COHORT_HASH_FUNCTION_CLUSTERIP: bit for bit the jhash of the old CLUSTERIP
 *   target; IPv4 only
 */
enum cohort_hash_function {
	COHORT_HASH_FUNCTION_SIPHASH,
	COHORT_HASH_FUNCTION_CLUSTERIP,
};

/**
 * enum cohort_l2_mode - how every node comes to receive every packet
 * @COHORT_L2_MODE_MULTICAST: any group MAC address
 * @COHORT_L2_MODE_IGMP: 01:00:5e:7f:x:y, the group joined by IGMP
 * @COHORT_L2_MODE_UNICAST: a locally administered MAC that is never an
 *   Ethernet source
 */
enum cohort_l2_mode {
	COHORT_L2_MODE_MULTICAST,
	COHORT_L2_MODE_IGMP,
	COHORT_L2_MODE_UNICAST,
};

/**
 * enum cohort_bucket_state - the two rights of a node over a bucket, as a bit
 *   set: bit 0 is N (serve new flows), bit 1 is O (serve flows that this node
 *   did not adopt)
 * @COHORT_BUCKET_STATE_ADOPT: N only
 * @COHORT_BUCKET_STATE_DRAIN: O only
 * @COHORT_BUCKET_STATE_OWN: both
 */
enum cohort_bucket_state {
	COHORT_BUCKET_STATE_NONE = 0,
	COHORT_BUCKET_STATE_ADOPT = 1,
	COHORT_BUCKET_STATE_DRAIN = 2,
	COHORT_BUCKET_STATE_OWN = 3,
};

/**
 * enum cohort_lease_state
 * @COHORT_LEASE_STATE_STATIC: no deadline
 * @COHORT_LEASE_STATE_EXPIRED: nothing is served
 */
enum cohort_lease_state {
	COHORT_LEASE_STATE_STATIC,
	COHORT_LEASE_STATE_VALID,
	COHORT_LEASE_STATE_EXPIRED,
};

/**
 * enum cohort_event - why a notification was sent
 * @COHORT_EVENT_LEASE_RESTORED: served again after an expiry
 * @COHORT_EVENT_DEVICE_GONE: buckets are not served meanwhile
 */
enum cohort_event {
	COHORT_EVENT_CLUSTER_ADDED,
	COHORT_EVENT_CLUSTER_CHANGED,
	COHORT_EVENT_CLUSTER_DELETED,
	COHORT_EVENT_BUCKETS_CHANGED,
	COHORT_EVENT_LEASE_EXPIRED,
	COHORT_EVENT_LEASE_RESTORED,
	COHORT_EVENT_DEVICE_GONE,
	COHORT_EVENT_DEVICE_BACK,
	COHORT_EVENT_CONTROL_CLAIMED,
};

/**
 * enum cohort_vip_attrs - attribute set vip
 * @COHORT_A_VIP_ADDRESS: 4 bytes (IPv4) or 16 bytes (IPv6), network order
 * @COHORT_A_VIP_PREFIX_LEN: bits; kept for whoever manages the address, no
 *   part in the verdict
 */
enum cohort_vip_attrs {
	COHORT_A_VIP_ADDRESS = 1,
	COHORT_A_VIP_PREFIX_LEN,

	__COHORT_A_VIP_MAX,
	COHORT_A_VIP_MAX = (__COHORT_A_VIP_MAX - 1)
};

/**
 * enum cohort_stats_attrs - attribute set stats
 * @COHORT_A_STATS_ACCEPTED: packets of OWN buckets that went on
 * @COHORT_A_STATS_FOREIGN_DROPPED: packets of buckets in state NONE
 * @COHORT_A_STATS_EXPIRED_DROPPED: packets of held buckets met after the
 *   lease's end or with the device gone
 */
enum cohort_stats_attrs {
	COHORT_A_STATS_PAD = 1,
	COHORT_A_STATS_ACCEPTED,
	COHORT_A_STATS_FOREIGN_DROPPED,
	COHORT_A_STATS_EXPIRED_DROPPED,
	COHORT_A_STATS_DRAIN_ACCEPTED,
	COHORT_A_STATS_DRAIN_DROPPED,
	COHORT_A_STATS_ADOPT_ACCEPTED,
	COHORT_A_STATS_ADOPT_DROPPED,
	COHORT_A_STATS_MALFORMED_DROPPED,
	COHORT_A_STATS_ARP_REWRITTEN,
	COHORT_A_STATS_ND_REWRITTEN,

	__COHORT_A_STATS_MAX,
	COHORT_A_STATS_MAX = (__COHORT_A_STATS_MAX - 1)
};

/**
 * enum cohort_cluster_attrs - attribute set cluster
 * @COHORT_A_NAME: 1..31 of a-z 0-9 - _
 * @COHORT_A_IFNAME: the device, by name; it may be absent for a while
 * @COHORT_A_IFINDEX: 0 while the device is gone
 * @COHORT_A_HASH_KEY: siphash's key; told only to callers with CAP_NET_ADMIN
 * @COHORT_A_HASH_SEED: clusterip's initial value
 * @COHORT_A_LEASE_MS: default length of a lease; 0 makes the cluster static. A
 *   mutation of buckets without a deadline renews the lease by this much.
 * @COHORT_A_DEADLINE: nanoseconds of CLOCK_BOOTTIME from which on nothing is
 *   served; 0 if static
 * @COHORT_A_REMAINING_MS: time until the deadline, rounded down; 0 once
 *   expired
 * @COHORT_A_EPOCH: of the bucket states; never decreases
 * @COHORT_A_GENERATION: of control: 0 until control is claimed; afterwards
 *   every mutation of buckets and lease must carry the newest
 * @COHORT_A_STATES: a bucket-state a bucket, two bits each, bucket b in byte b
 *   / 4 at bit 2 * (b % 4); exactly (buckets + 3) / 4 bytes
 * @COHORT_A_STATE: the state that bucket-change gives to the buckets of its
 *   mask
 * @COHORT_A_MASK: a bit a bucket, bucket b in byte b / 8 at bit b % 8; exactly
 *   (buckets + 7) / 8 bytes
 */
enum cohort_cluster_attrs {
	COHORT_A_PAD = 1,
	COHORT_A_NAME,
	COHORT_A_IFNAME,
	COHORT_A_IFINDEX,
	COHORT_A_VIP,
	COHORT_A_HASH_MODE,
	COHORT_A_HASH_FUNCTION,
	COHORT_A_HASH_KEY,
	COHORT_A_HASH_SEED,
	COHORT_A_BUCKETS,
	COHORT_A_L2_MODE,
	COHORT_A_MAC,
	COHORT_A_LEASE_MS,
	COHORT_A_LEASE_STATE,
	COHORT_A_DEADLINE,
	COHORT_A_REMAINING_MS,
	COHORT_A_EPOCH,
	COHORT_A_GENERATION,
	COHORT_A_STATES,
	COHORT_A_STATE,
	COHORT_A_MASK,
	COHORT_A_STATS,
	COHORT_A_EVENT,

	__COHORT_A_MAX,
	COHORT_A_MAX = (__COHORT_A_MAX - 1)
};

/**
 * enum cohort_cmds - operations
 * @COHORT_CMD_CLUSTER_GET: Configuration and lease of one cluster, or of all
 *   (dump).
 * @COHORT_CMD_CLUSTER_NEW: Add a cluster; all of its buckets are in state
 *   NONE, at epoch 0.
 * @COHORT_CMD_CLUSTER_SET: Change what is given, in one step. VIPs are
 *   replaced as a whole. Another count of buckets, hash mode, function, key or
 *   seed is refused while any bucket is held. Once control is claimed, a
 *   change needs the newest generation.
 * @COHORT_CMD_BUCKET_GET: States of all buckets of one cluster, with the lease
 *   that holds them.
 * @COHORT_CMD_BUCKET_SET: Replace states, epoch and deadline in one swap. An
 *   epoch below the cluster's gets ESTALE, a generation other than the newest
 *   EPERM, and nothing changes.
 * @COHORT_CMD_BUCKET_CHANGE: Give one state to the buckets of a mask; the
 *   others and the epoch stay.
 * @COHORT_CMD_LEASE_RENEW: Move the deadline. The epoch, if given, must equal
 *   the cluster's (ESTALE otherwise). Without a deadline, now + lease-ms.
 * @COHORT_CMD_CONTROL_CLAIM: Become the controller: raises the generation and
 *   returns it with what the kernel holds, in one step.
 * @COHORT_CMD_EVENT_NTF: Sent to the group events. Lossy: after ENOBUFS dump
 *   again. Carries the body of a cluster-get reply without the key, and the
 *   reason.
 */
enum cohort_cmds {
	COHORT_CMD_CLUSTER_GET = 1,
	COHORT_CMD_CLUSTER_NEW,
	COHORT_CMD_CLUSTER_SET,
	COHORT_CMD_CLUSTER_DEL,
	COHORT_CMD_BUCKET_GET,
	COHORT_CMD_BUCKET_SET,
	COHORT_CMD_BUCKET_CHANGE,
	COHORT_CMD_LEASE_RENEW,
	COHORT_CMD_CONTROL_CLAIM,
	COHORT_CMD_STATS_GET,
	COHORT_CMD_EVENT_NTF,

	__COHORT_CMD_MAX,
	COHORT_CMD_MAX = (__COHORT_CMD_MAX - 1)
};

#define COHORT_MCGRP_EVENTS "events"

#endif /* _UAPI_LINUX_COHORT_H */
