// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module with one of each fault that the debug kernel is there to find, so
 * that a test can see that each is found, and told, and fails a run.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static noinline void use_after_free(void)
{
	char *freed = kmalloc(32, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(freed);
	kfree(freed);
	if (freed)
		WRITE_ONCE(freed[3], 1);
}

static noinline void lock_in_both_orders(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static noinline void sleep_in_rcu(void)
{
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
}

static noinline void leak(void)
{
	void *lost = kmalloc(200, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

/* The use after free last: once memory is known to be bad, locks are not watched any more. */
static int __init faulty_init(void)
{
	lock_in_both_orders();
	sleep_in_rcu();
	leak();
	use_after_free();
	return 0;
}

static void __exit faulty_exit(void)
{
}

module_init(faulty_init);
module_exit(faulty_exit);

MODULE_DESCRIPTION("Faults, for the test-bed to find");
MODULE_LICENSE("GPL");
