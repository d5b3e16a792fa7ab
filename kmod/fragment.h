/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams that come in pieces, where a piece does not tell whose it is. */
#ifndef _COHORT_FRAGMENT_H
#define _COHORT_FRAGMENT_H

struct cohort_cluster;
struct cohort_table;
struct nf_hook_state;
struct sk_buff;

unsigned int cohort_fragment_gather(struct sk_buff *skb, const struct cohort_cluster *cluster,
				    const struct cohort_table *table,
				    const struct nf_hook_state *state);

#endif /* _COHORT_FRAGMENT_H */
