// SPDX-License-Identifier: GPL-2.0-only

#include <linux/hrtimer.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "cluster.h"
#include "lease.h"
#include "netlink.h"
#include "pernet.h"

/* At the deadline, in an interrupt: the telling takes a lock that sleeps. */
static enum hrtimer_restart lease_fires(struct hrtimer *timer)
{
	const struct cohort_cluster *cluster =
		container_of(timer, struct cohort_cluster, lease_timer);

	schedule_work(&cluster->cnet->lease_work);
	return HRTIMER_NORESTART;
}

void cohort_lease_init(struct cohort_cluster *cluster)
{
	hrtimer_init(&cluster->lease_timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
	cluster->lease_timer.function = lease_fires;
}

/* After this the timer does not run any more, nor will it. */
void cohort_lease_stop(struct cohort_cluster *cluster)
{
	hrtimer_cancel(&cluster->lease_timer);
}

/* The deadline of a lease of @lease_ms that starts now; 0 (none) for 0. */
u64 cohort_lease_default(u32 lease_ms)
{
	return lease_ms ? ktime_get_boottime_ns() + (u64)lease_ms * NSEC_PER_MSEC : 0;
}

/*
 * The deadline that the request gives, if any. One in the past is fine: a
 * controller that was late gets what it asked for, silence. One too far ahead
 * would outlive its controller for longer than anyone waits.
 */
int cohort_lease_given(u64 *deadline, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[COHORT_A_DEADLINE];

	if (!attr)
		return 0;
	if (!nla_get_u64(attr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "0 is no deadline, and would never end; leave it out");
		return -EINVAL;
	}
	if (nla_get_u64(attr) > cohort_lease_default(COHORT_LEASE_MAX_MS)) {
		NL_SET_ERR_MSG_ATTR(
			info->extack, attr,
			"the deadline is more than " __stringify(COHORT_LEASE_MAX_MS) " ms ahead");
		return -ERANGE;
	}
	*deadline = nla_get_u64(attr);
	return 0;
}

/*
 * Tell, once, that the lease is over. Also before every change of the
 * deadline, so that a lapse is told although the timer was late for it.
 */
void cohort_lease_settle(struct cohort_cluster *cluster)
{
	lockdep_assert_held(&cluster->cnet->lock);
	if (cluster->lapsed || !cohort_table_expired(cohort_cluster_table(cluster)))
		return;
	cluster->lapsed = true;
	cohort_event_send(cluster, COHORT_EVENT_LEASE_EXPIRED);
}

/* The deadline was set, maybe to the same: aim the timer at it, tell if it revives the lease. */
void cohort_lease_changed(struct cohort_cluster *cluster)
{
	const struct cohort_table *table = cohort_cluster_table(cluster);
	const u64 deadline = atomic64_read(&table->deadline);

	lockdep_assert_held(&cluster->cnet->lock);
	if (!deadline)
		hrtimer_cancel(&cluster->lease_timer);
	else
		hrtimer_start(&cluster->lease_timer, ns_to_ktime(deadline), HRTIMER_MODE_ABS);
	if (cluster->lapsed && !cohort_table_expired(table)) {
		cluster->lapsed = false;
		cohort_event_send(cluster, COHORT_EVENT_LEASE_RESTORED);
	}
}

/* Some timer fired: see whose lease is over. */
void cohort_lease_work(struct work_struct *work)
{
	struct cohort_net *cnet = container_of(work, struct cohort_net, lease_work);
	struct cohort_cluster *cluster;

	mutex_lock(&cnet->lock);
	list_for_each_entry(cluster, &cnet->clusters, list)
		cohort_lease_settle(cluster);
	mutex_unlock(&cnet->lock);
}
