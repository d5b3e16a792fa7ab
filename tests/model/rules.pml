/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Included by quorum.pml: the rules, one inline each. Scratch is 0 between them, but
 * for the node i, the other one j and the epoch e that a step is about.
 */

/* Votes whose part of the lease lasts for more than so many ticks. */
inline count_lease(who, ticks)
{
	votes = (ticks < LEASE -> VOTES(who) : 0); /* its own is always fresh */
	n = 0;
	do
	:: n < VOTERS ->
		if
		:: n != who && sent[AT(n, who)] > ticks -> votes = votes + VOTES(n)
		:: else
		fi;
		n++
	:: else -> break
	od;
	n = 0
}

/* What a lease would last for, were no more acks to come, or is carried already. */
inline carry_lease()
{
	do
	:: count_lease(i, carry[i]);
		if
		:: ENOUGH(votes) -> carry[i]++
		:: else -> break
		fi
	od;
	votes = 0
}

inline count_bits(set, but)
{
	votes = 0;
	n = 0;
	do
	:: n < VOTERS ->
		if
		:: n != but && (set & BIT(n)) != 0 -> votes = votes + VOTES(n)
		:: else
		fi;
		n++
	:: else -> break
	od;
	n = 0
}

inline drop_acks()
{
	n = 0;
	do
	:: n < VOTERS -> sent[AT(n, i)] = 0; n++
	:: else -> break
	od;
	n = 0
}

/* R11: what is carried is open again by a lease of the present epoch. */
inline keep()
{
	count_lease(i, 0);
	if
	:: ENOUGH(votes) ->
		x = 0;
		do
		:: x < RESOURCES ->
			if
			:: HELD(i, x) == CARRIED -> HELD(i, x) = OPEN
			:: else
			fi;
			x++
		:: else -> break
		od;
		x = 0;
		carry[i] = 0
	:: else
	fi;
	votes = 0
}

/* R8, R11: what is left of what the contender holds. */
inline release()
{
	count_lease(i, 0);
	ok = (ENOUGH(votes) || carry[i] > 0);
	votes = 0;
	if
	:: ok -> carry_lease()
	:: else
	fi;
#ifdef M_KEPT /* R11: kept although the lease had lapsed */
	ok = true;
#endif
	x = 0;
	do
	:: x < RESOURCES ->
		if
		:: HELD(i, x) != NONE && ok && MINE(i, x) -> HELD(i, x) = CARRIED
#ifdef M_RELEASED_EARLY /* R8: it is said before the kernel did it */
		:: HELD(i, x) != NONE && ok && !MINE(i, x) -> unclean[i] = true
#endif
		:: else -> HELD(i, x) = NONE
		fi;
		x++
	:: else -> break
	od;
	x = 0;
	ok = false;
	if
	:: !HOLDS(i) -> carry[i] = 0
	:: else
	fi;
#ifndef M_MUTE
	released[i] = released[i] | BIT(e)
#endif
}

/* R5: node i accepts epoch e; `ok` is what a broken id lets the plan say. */
inline accept()
{
#ifdef M_EPOCH_ID /* R2: two plans of one epoch */
	if
	:: i < CONTENDERS -> mine[i] = ok
	:: else
	fi;
	ok = false;
#endif
	acc[i] = e;
#ifdef FLIGHT
	lose_lower();
#endif
	j = 0;
	do
	:: j < CONTENDERS ->
#ifdef M_OLD /* R5: the longer of two promises is forgotten */
		old[AT(i, j)] = cur[AT(i, j)];
#else
		if
		:: cur[AT(i, j)] > old[AT(i, j)] -> old[AT(i, j)] = cur[AT(i, j)]
		:: else
		fi;
#endif
		cur[AT(i, j)] = 0;
		j++
	:: else -> break
	od;
	j = 0;
	if
	:: i < CONTENDERS ->
		release();
#ifndef M_BARRIER_SURVIVES /* R10 */
		barrier[i] = false;
		second[i] = 0;
#endif
#ifdef FLIGHT
		lose_own();
#endif
#ifndef M_ACKS_KEPT /* R7: acks of the last epoch count for the next */
		drop_acks();
#endif
		keep() /* a node whose own votes are enough needs no ack */
	:: else
	fi
}

/* R6, R7: voter j acks a heartbeat of node i, sent and read in this tick. */
inline ack()
{
	cur[AT(j, i)] = PROMISE;
	sent[AT(j, i)] = LEASE;
	if
	:: barrier[i] -> second[i] = second[i] | BIT(j)
	:: else
	fi;
	keep()
}

/* R10, first round: is every other contender out of the way of node i at acc? */
inline judge_barrier()
{
	ok = true;
	j = 0;
	do
	:: j < CONTENDERS ->
		count_bits(clear[FACT(acc[i], j)], VOTERS);
		if
		:: j == i
#ifdef M_BARRIER_PREVIOUS /* R10: only the last epoch's owner is looked at */
		:: j != i && OWNER(acc[i] - 1, 0) != j
#endif
#ifdef M_RELEASED_HIGHER /* R8: a release at a higher epoch counts */
		:: j != i && (released[j] >> acc[i]) != 0
#else
		:: j != i && (released[j] & BIT(acc[i])) != 0
#endif
#ifdef M_CLEAR_ONE /* R10: one voter's word is enough */
		:: j != i && votes >= 1
#else
		:: j != i && ENOUGH(votes)
#endif
		:: else -> ok = false
		fi;
		j++
	:: else -> break
	od;
#ifdef M_NO_BARRIER
	ok = true;
#endif
	j = 0;
	votes = 0;
	if
	:: ok -> barrier[i] = true; second[i] = 0
	:: else
	fi;
	ok = false
}

/* R10, second round. What is open has no need of the barrier any more. */
inline open()
{
#ifdef M_NO_SECOND_ROUND
	count_lease(i, 0);
#else
	count_bits(second[i], i);
	votes = votes + VOTES(i);
#endif
	if
	:: ENOUGH(votes) ->
		x = 0;
		do
		:: x < RESOURCES ->
			if
			:: MISSES(i, x) -> HELD(i, x) = OPEN
			:: else
			fi;
			x++
		:: else -> break
		od;
		x = 0;
#ifndef M_BARRIER_SURVIVES
		barrier[i] = false;
		second[i] = 0;
#ifdef FLIGHT
		count_no_more();
#endif
#endif
	:: else
	fi;
	votes = 0
}

inline sink(ticks)
{
	if
	:: ticks > 0 -> ticks--
	:: else
	fi
}

/* A tick of the clock of node i. */
inline pass()
{
	sink(hold[i]);
	j = 0;
	do
	:: j < CONTENDERS ->
		sink(cur[AT(i, j)]);
		sink(old[AT(i, j)]);
#ifdef FLIGHT
		grow_old(BEAT(i, j));
		grow_old(ECHO(i, j));
#endif
		j++
	:: else -> break
	od;
	j = 0;
	if
	:: i < CONTENDERS ->
		n = 0;
		do
		:: n < VOTERS -> sink(sent[AT(n, i)]); n++
		:: else -> break
		od;
		n = 0;
		sink(carry[i]);
#ifndef M_KEPT
		x = 0;
		do
		:: carry[i] == 0 && x < RESOURCES ->
			if
			:: HELD(i, x) == CARRIED -> HELD(i, x) = NONE
			:: else
			fi;
			x++
		:: else -> break
		od;
		x = 0
#endif
	:: else
	fi
}

#ifdef DRIFT
/* Once all clocks had it, a tick has passed. */
inline tick()
{
	pass();
	ahead[i] = true;
	ok = true;
	i = 0;
	do
	:: i < VOTERS -> ok = ok && ahead[i]; i++
	:: else -> break
	od;
	i = 0;
	do
	:: ok && i < VOTERS -> ahead[i] = false; i++
	:: else -> break
	od;
	ok = false
}
#else
inline tick()
{
	i = 0;
	do
	:: i < VOTERS -> pass(); i++
	:: else -> break
	od
}
#endif

/* R13: the machine of node i; R14: its daemon alone, while the kernel serves on. */
inline restart(machine)
{
	hold[i] = HOLD;
	j = 0;
	do
	:: j < CONTENDERS -> cur[AT(i, j)] = 0; old[AT(i, j)] = 0; j++
	:: else -> break
	od;
	j = 0;
	if
	:: i < CONTENDERS ->
		carry_lease();
#ifdef M_KERNEL /* A2: the kernel serves on without a daemon */
		undead[i] = (!(machine) && HOLDS(i) && carry[i] > 0);
#endif
		x = 0;
		do
		:: x < RESOURCES ->
			if
			:: machine -> HELD(i, x) = NONE
#ifndef M_STAYS /* R14: what is open stays so, although the deadline has passed */
			:: !(machine) && carry[i] == 0 -> HELD(i, x) = NONE
			:: !(machine) && carry[i] > 0 && HELD(i, x) == OPEN -> HELD(i, x) = CARRIED
#endif
			:: else
			fi;
			x++
		:: else -> break
		od;
		x = 0;
		if
		:: !HOLDS(i) -> carry[i] = 0
		:: else
		fi;
		barrier[i] = false;
		second[i] = 0;
#ifdef FLIGHT
		lose_own();
#endif
		drop_acks();
		keep()
	:: else
	fi;
#if defined(M_ACC_FORGOTTEN) || defined(M_ACC_HELD) /* R5: what was accepted is not on the disk */
	acc[i] = 0;
	x = 0;
	do
	:: i < CONTENDERS && x < RESOURCES -> HELD(i, x) = NONE; carry[i] = 0; x++
	:: else -> break
	od;
	x = 0
#endif
}

/* R23: node i, which has a quorum at its epoch, has node j ended, and knows of it. */
inline fence()
{
	count_lease(i, 0);
#ifdef M_FENCED_EARLY
	votes = VOTERS - 1 + FIRST;
#endif
	if
	:: ENOUGH(votes) ->
		fences++;
		released[j] = released[j] | BIT(acc[i]);
		i = j;
		votes = 0;
		restart(true)
	:: else
	fi;
	votes = 0;
	j = 0
}
