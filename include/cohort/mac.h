/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/*
 * The cluster's MAC address: what each L2 mode allows, and the one that is
 * taken when none is given. Pure, for the kernel and user space alike.
 */
#ifndef COHORT_MAC_H
#define COHORT_MAC_H

#include <linux/cohort.h>
#include <linux/types.h>

#define COHORT_MAC_LEN 6

static inline int cohort_mac_is_group(const __u8 mac[COHORT_MAC_LEN])
{
	return mac[0] & 1;
}

static inline int cohort_mac_is_local(const __u8 mac[COHORT_MAC_LEN])
{
	return mac[0] & 2;
}

static inline int cohort_mac_is_broadcast(const __u8 mac[COHORT_MAC_LEN])
{
	return (mac[0] & mac[1] & mac[2] & mac[3] & mac[4] & mac[5]) == 0xff;
}

/**
 * cohort_mac_fits() - whether @mac can serve a cluster of this L2 mode
 * @l2_mode: enum cohort_l2_mode
 * @mac: six bytes
 *
 * multicast: a group address, but not broadcast, which every host's stack takes.
 * igmp: 01:00:5e:7f:x:y, the MAC of group 239.255.x.y.
 * unicast: locally administered, so that it is no vendor's.
 */
static inline int cohort_mac_fits(unsigned int l2_mode, const __u8 mac[COHORT_MAC_LEN])
{
	switch (l2_mode) {
	case COHORT_L2_MODE_MULTICAST:
		return cohort_mac_is_group(mac) && !cohort_mac_is_broadcast(mac);
	case COHORT_L2_MODE_IGMP:
		return mac[0] == 0x01 && mac[1] == 0x00 && mac[2] == 0x5e && mac[3] == 0x7f;
	case COHORT_L2_MODE_UNICAST:
		return !cohort_mac_is_group(mac) && cohort_mac_is_local(mac);
	default:
		return 0;
	}
}

/**
 * cohort_mac_derive() - the MAC of a cluster that was given none
 * @mac: out, six bytes
 * @l2_mode: enum cohort_l2_mode
 * @address: the first VIP in network order
 * @len: its bytes, 4 or 16; the last four count
 *
 * multicast 03:c0:a:b:c:d, unicast 02:c0:a:b:c:d, igmp 01:00:5e:7f:c:d.
 * All four bytes of an IPv4 address are in it, so that two clusters on one
 * LAN do not share a MAC by accident. The multicast one is deliberately not in
 * 01:00:5e, where a snooping switch waits for an IGMP join that never comes.
 */
static inline void cohort_mac_derive(__u8 mac[COHORT_MAC_LEN], unsigned int l2_mode,
				     const __u8 *address, unsigned int len)
{
	const __u8 *last = address + len - 4;

	if (l2_mode == COHORT_L2_MODE_IGMP) {
		mac[0] = 0x01;
		mac[1] = 0x00;
		mac[2] = 0x5e;
		mac[3] = 0x7f;
	} else {
		mac[0] = l2_mode == COHORT_L2_MODE_UNICAST ? 0x02 : 0x03;
		mac[1] = 0xc0;
		mac[2] = last[0];
		mac[3] = last[1];
	}
	mac[4] = last[2];
	mac[5] = last[3];
}

#endif /* COHORT_MAC_H */
