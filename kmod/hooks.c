// SPDX-License-Identifier: GPL-2.0-only

#include "flow.h"
#include "hooks.h"
#include "pernet.h"

int cohort_hooks_get(struct cohort_net *cnet)
{
	struct nf_hook_ops *end = cnet->hooks;
	int err;

	lockdep_assert_held(&cnet->lock);
	if (!cnet->hook_users) {
		cohort_hook_ipv4_init(end++, cnet);
		cohort_hook_arp_init(end++, cnet);
		if (COHORT_IPV6) {
			cohort_hook_ipv6_init(end++, cnet);
			cohort_hook_nd_init(end++, cnet);
		}
		cnet->hook_count = end - cnet->hooks;
		err = nf_register_net_hooks(cnet->net, cnet->hooks, cnet->hook_count);
		if (err)
			return err;
	}
	cnet->hook_users++;
	return 0;
}

void cohort_hooks_put(struct cohort_net *cnet)
{
	lockdep_assert_held(&cnet->lock);
	if (!--cnet->hook_users)
		nf_unregister_net_hooks(cnet->net, cnet->hooks, cnet->hook_count);
}
