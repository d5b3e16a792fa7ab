// SPDX-License-Identifier: GPL-2.0-only
/*
 * One address, many hosts, no load balancer: every node receives every packet
 * for a virtual address, and serves those whose bucket it holds.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cohort.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <net/genetlink.h>

#include "netdev.h"
#include "netlink.h"
#include "pernet.h"

static int __init cohort_init(void)
{
	int err;

	err = cohort_pernet_init();
	if (err)
		return err;
	err = cohort_netdev_init();
	if (err)
		goto err_pernet;
	err = cohort_netlink_init();
	if (err)
		goto err_netdev;
	return 0;

err_netdev:
	cohort_netdev_exit();
err_pernet:
	cohort_pernet_exit();
	return err;
}

/* First nobody can add clusters, then all are removed, then the last callback has run. */
static void __exit cohort_exit(void)
{
	cohort_netlink_exit();
	cohort_netdev_exit();
	cohort_pernet_exit();
	rcu_barrier();
}

module_init(cohort_init);
module_exit(cohort_exit);

MODULE_DESCRIPTION("Clusters of hosts that share addresses, and who of them serves which packet");
MODULE_AUTHOR("The Cohort authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(COHORT_GENL_NAME);
