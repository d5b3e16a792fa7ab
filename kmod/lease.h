/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Until when a cluster's buckets are held. The verdict reads the deadline
 * itself, packet by packet; what is here sets it, and tells user space when it
 * has passed. All under the namespace's lock, except for the work.
 */
#ifndef _COHORT_LEASE_H
#define _COHORT_LEASE_H

#include <linux/types.h>

struct cohort_cluster;
struct genl_info;
struct work_struct;

void cohort_lease_init(struct cohort_cluster *cluster);
void cohort_lease_stop(struct cohort_cluster *cluster);
u64 cohort_lease_default(u32 lease_ms);
int cohort_lease_given(u64 *deadline, struct genl_info *info);
void cohort_lease_settle(struct cohort_cluster *cluster);
void cohort_lease_changed(struct cohort_cluster *cluster);
void cohort_lease_work(struct work_struct *work);

#endif /* _COHORT_LEASE_H */
