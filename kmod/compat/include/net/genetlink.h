/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What <net/genetlink.h> of newer kernels has, for those from 6.1 on.
 *
 * A handler puts its request into info->user_ptr[0] before it calls
 * GENL_SET_ERR_MSG_FMT(): kernels before 6.3 need it there.
 */
#ifndef _COHORT_COMPAT_NET_GENETLINK_H
#define _COHORT_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)

/* The request of a dump; only its attributes are looked at. */
static inline struct nlattr **cohort_dump_attrs(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->attrs;
}

#else

static inline struct nlattr **cohort_dump_attrs(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}

#endif

#ifndef GENL_SET_ERR_MSG_FMT

#include <linux/mm.h>
#include <linux/skbuff.h>

/*
 * Before 6.3 an extack holds but a pointer to its text, which netlink_ack()
 * reads after the handler returned and dropped its locks. So the text has to
 * live as long as the request: it rides on it, as an skb of no length in the
 * request's list of fragments, and is freed with it. A request too large for
 * kmalloc() has no such list, nor has what another module asks for: their
 * refusal is told by errno and attribute only.
 */
static inline __printf(2, 3) void cohort_extack_fmt(struct genl_info *info, const char *fmt, ...)
{
	struct sk_buff *request = info->user_ptr[0];
	const unsigned int size = 128;
	struct sk_buff *note;
	va_list args;

	if (!info->extack || !request || is_vmalloc_addr(request->head))
		return;
	note = alloc_skb(size, GFP_KERNEL);
	if (!note)
		return;
	va_start(args, fmt);
	vscnprintf(note->data, size, fmt, args);
	va_end(args);
	note->next = skb_shinfo(request)->frag_list;
	skb_shinfo(request)->frag_list = note;
	info->extack->_msg = note->data;
}

#define GENL_SET_ERR_MSG_FMT(info, fmt, args...) cohort_extack_fmt(info, fmt, ##args)

#endif /* !GENL_SET_ERR_MSG_FMT */

#endif /* _COHORT_COMPAT_NET_GENETLINK_H */
