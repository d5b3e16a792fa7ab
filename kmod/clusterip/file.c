// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bits.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "../kept.h"
#include "config.h"

/* "+65535" with a newline, and some to spare; more was never taken. */
#define WRITE_MAX 10

static int file_show(struct seq_file *seq, void *v)
{
	struct clusterip_config *config = seq->private;
	const char *before = "";
	unsigned int bit;
	u64 local;

	mutex_lock(&config->lock);
	local = config->local;
	mutex_unlock(&config->lock);
	for (bit = 0; bit < CLUSTERIP_NODES_MAX; bit++) {
		if (!(local & BIT_ULL(bit)))
			continue;
		seq_printf(seq, "%s%u", before, bit + 1);
		before = ",";
	}
	if (local)
		seq_putc(seq, '\n');
	return 0;
}

static int file_open(struct inode *inode, struct file *file)
{
	return single_open(file, file_show, pde_data(inode));
}

/* Become @node, or cease to be it. -EINVAL where there is nothing to do. */
static int be(struct clusterip_config *config, unsigned long node, bool on)
{
	u64 local = config->local;
	int err;

	if (node < 1 || node > min_t(unsigned long, config->total, CLUSTERIP_NODES_MAX) ||
	    !!(local & BIT_ULL(node - 1)) == on)
		return -EINVAL;
	local ^= BIT_ULL(node - 1);
	err = cohort_kept_hold(config->cluster, local);
	if (!err)
		config->local = local;
	return err;
}

/* "+N" and "-N", with the errors of old, whose sense is lost. */
static ssize_t file_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	struct clusterip_config *config = pde_data(file_inode(file));
	char text[WRITE_MAX + 1];
	unsigned long node;
	int err;

	if (size > WRITE_MAX)
		return -EIO;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	if (text[0] != '+' && text[0] != '-')
		return -EIO;
	err = kstrtoul(text + 1, 10, &node);
	if (err)
		return err;
	mutex_lock(&config->lock);
	err = be(config, node, text[0] == '+');
	mutex_unlock(&config->lock);
	if (err == -EINVAL)
		return text[0] == '+' ? -ENOMEM : -ENOENT;
	return err ?: size;
}

const struct proc_ops clusterip_file_ops = {
	.proc_open = file_open,
	.proc_read = seq_read,
	.proc_write = file_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};
