/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Included by quorum.pml with -DLIVE: from any state the faults end. All have the
 * last plan, and hear each other, but for one node that is dead or none. Then its
 * owner serves at once; or, if one is dead, by the time that a promise lasts. If it
 * served before, it serves on all the while.
 */
byte dead, k, waited;
bool served, over;

/* The owner has acks of all that live. */
inline hear_all()
{
	k = 0;
	do
	:: k < VOTERS ->
		i = OWNER(EPOCHS, 0);
		j = k;
		if
		:: k != dead && k != i -> ack()
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0;
	j = 0;
	keep()
}

inline take_last_plan()
{
	k = 0;
	do
	:: k < VOTERS ->
		i = k;
		e = EPOCHS;
		if
		:: k != dead && acc[k] < EPOCHS -> accept()
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0;
	e = 0
}

inline recover()
{
	dead = i;
	i = OWNER(EPOCHS, 0);
	count_lease(i, 0);
	served = (HELD(i, 0) != NONE && (ENOUGH(votes) || carry[i] > 0));
	votes = 0;
	take_last_plan();
	do
	:: hear_all();
		report();
		i = OWNER(EPOCHS, 0);
		if
		:: LACKS(i) && !barrier[i] -> judge_barrier()
		:: else
		fi;
		hear_all();
		if
		:: LACKS(i) && barrier[i] -> open()
		:: else
		fi;
		assert(!served || HELD(i, 0) != NONE);
		if
		:: HELD(i, 0) == NONE && waited < (dead < VOTERS -> PROMISE : 0) -> tick(); waited++
		:: else -> break
		fi
	od;
	assert(HELD(i, 0) == OPEN);
	served = false;
	waited = 0;
	dead = 0;
	over = true
}

/* The dead one is not the owner, and those that live are a quorum. */
#define LIVES(v) (OWNER(EPOCHS, 0) != (v) && ENOUGH(VOTERS - 1 + FIRST - VOTES(v)))
#define MAY_RECOVER(v, B) CHOOSE(LIVES(v), RECOVER, v, 0)
