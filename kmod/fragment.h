/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams that come in pieces, where a piece does not tell whose it is. */
#ifndef _COHORT_FRAGMENT_H
#define _COHORT_FRAGMENT_H

struct net;
struct sk_buff;

unsigned int cohort_fragment_ipv4(struct sk_buff *skb, struct net *net);

#endif /* _COHORT_FRAGMENT_H */
