/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may serve one bucket, by quorums of votes: the rules R1 to R14 of the
 * protocol, without messages' bytes, planners' reasons, or real time.
 *
 * Node 0 to VOTERS-1 vote; the first CONTENDERS of them may own. Three voters of
 * which two may own are the mode `witness`, as the runs are that say nothing else;
 * two voters, the first with two votes (FIRST), are the mode `preferred`. Any may
 * accept any higher epoch at any moment, which covers every planner, duel and
 * skipped plan. Time goes in ticks; a lease lasts LEASE of them. A lost or late
 * ack is an ack that does not happen; with -DFLIGHT it is a frame, see frames.pml.
 * Facts, being stable, are known to all at once, and used whenever a node likes:
 * never, or later, too.
 *
 * The one thing asserted is I1: at no instant do two nodes serve.
 *
 * Each -DM_… weakens one rule; tests/model/run wants each to be found out.
 */
#ifndef VOTERS
#define VOTERS 3
#endif
#ifndef CONTENDERS
#define CONTENDERS 2
#endif
#ifndef FIRST
#define FIRST 1 /* votes of node 0; each of the others has one */
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef LEASE
#define LEASE 2
#endif
#ifndef REBOOTS
#define REBOOTS 1 /* of a machine or of a daemon alone, all nodes together */
#endif

/* R1 */
#define VOTES(voter) ((voter) == 0 -> FIRST : 1)

/* One vote is enough, or more than half of those that are visible. This comes to the
 * same: a node always sees its own, and the others may be lost. */
#if defined(M_QUORUM) || defined(M_VISIBLE)
#define ENOUGH(votes) ((votes) >= 1)
#else
#define ENOUGH(votes) (2 * (votes) > VOTERS - 1 + FIRST)
#endif

#ifdef M_PROMISE /* T1: a promise ends a tick before the lease that it backs */
#define PROMISE (LEASE - 1)
#else
#define PROMISE LEASE
#endif

#ifdef M_HOLD /* R13: clear is reported right after a restart */
#define HOLD 0
#else
#define HOLD PROMISE
#endif

#define NONE 0
#define CARRIED 1
#define OPEN 2

#define AT(voter, contender) ((voter) * CONTENDERS + (contender))
#define FACT(epoch, contender) ((epoch) * CONTENDERS + (contender))
#define BIT(n) (1 << (n))

/* A fact about the owner itself is of no use to it, and would only be more states. */
#if defined(M_RELEASED_HIGHER) || defined(M_EPOCH_ID) || defined(M_CLEAR_UNACCEPTED)
#define NEEDED(epoch, who) true
#else
#define NEEDED(epoch, who) (owner[epoch] < CONTENDERS && owner[epoch] != (who))
#endif

/* The plans: who gets the bucket by each epoch. Epoch 0 is nobody's. */
byte owner[EPOCHS + 1];

/* A voter, R5, R6, R9. Promises are in ticks left. */
byte acc[VOTERS];
byte cur[VOTERS * CONTENDERS];
byte old[VOTERS * CONTENDERS];
byte hold[VOTERS];

/* A contender, R7, R10, R11. sent: ticks left of the lease's part by each voter. */
byte sent[VOTERS * CONTENDERS];
byte carry[CONTENDERS];
byte held[CONTENDERS];
bool mine[CONTENDERS];    /* what its plan of acc says */
bool barrier[CONTENDERS]; /* complete */
byte second[CONTENDERS];  /* voters that acked since */
#ifdef M_RELEASED_EARLY
bool unclean[CONTENDERS];
#endif
#ifdef M_KERNEL
bool undead[CONTENDERS];
#endif

/* Stable facts, R8 and R9. */
byte released[CONTENDERS];                    /* epochs */
byte clear[(EPOCHS + 1) * CONTENDERS];        /* voters */

byte reboots;

/* Scratch, 0 between steps. */
byte i, j, e, n, votes, serving;
bool ok;

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

/* After each step: voters report what is clear, and I1 is looked at. */
inline settle()
{
	i = 0;
	do
	:: i < VOTERS ->
		j = 0;
		do
		:: j < CONTENDERS ->
			if
			:: i != j && hold[i] == 0 && old[AT(i, j)] == 0 && NEEDED(acc[i], j) ->
#ifdef M_CLEAR_UNACCEPTED /* R9: a voter speaks of epochs that it has not accepted */
				e = 1;
				do
				:: e <= EPOCHS ->
					if
					:: cur[AT(i, j)] == 0 || acc[i] >= e -> clear[FACT(e, j)] = clear[FACT(e, j)] | BIT(i)
					:: else
					fi;
					e++
				:: else -> break
				od;
				e = 0
#else
				clear[FACT(acc[i], j)] = clear[FACT(acc[i], j)] | BIT(i)
#endif
			:: else
			fi;
			j++
		:: else -> break
		od;
		i++
	:: else -> break
	od;
	serving = 0;
	i = 0;
	do
	:: i < CONTENDERS ->
		count_lease(i, 0);
		if
		:: held[i] != NONE && (ENOUGH(votes) || carry[i] > 0) -> serving++
#ifdef M_KERNEL
		:: !(held[i] != NONE && (ENOUGH(votes) || carry[i] > 0)) && undead[i] -> serving++
#endif
		:: else
		fi;
		i++
	:: else -> break
	od;
	assert(serving <= 1);
	i = 0;
	j = 0;
	votes = 0;
	serving = 0
}

/* R11: what is carried is open again by a lease of the present epoch. */
inline keep()
{
	count_lease(i, 0);
	if
	:: held[i] == CARRIED && ENOUGH(votes) -> held[i] = OPEN; carry[i] = 0
	:: else
	fi;
	votes = 0
}

/* R5, R8, R11: node i accepts epoch e; `ok` is what a broken id lets the plan say. */
inline accept()
{
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
		count_lease(i, 0);
		if
		:: ENOUGH(votes) || carry[i] > 0 -> carry_lease(); ok = true
		:: else -> ok = false
		fi;
		votes = 0;
#ifdef M_KEPT /* R11: kept although the lease had lapsed */
		ok = true;
#endif
#ifdef M_EPOCH_ID /* R2: two plans of one epoch */
		if
		:: mine[i] = true
		:: mine[i] = false
		fi;
#else
		mine[i] = (owner[e] == i);
#endif
		if
		:: held[i] != NONE && ok && mine[i] -> held[i] = CARRIED
		:: else ->
#ifdef M_RELEASED_EARLY /* R8: it is said before the kernel did it */
			unclean[i] = (held[i] != NONE && ok);
			if
			:: unclean[i]
			:: else -> held[i] = NONE
			fi
#else
			held[i] = NONE
#endif
		fi;
		if
		:: held[i] == NONE -> carry[i] = 0
		:: else
		fi;
		ok = false;
		if
		:: NEEDED(e, i) -> released[i] = released[i] | BIT(e)
		:: else
		fi;
#ifndef M_BARRIER_SURVIVES /* R10 */
		barrier[i] = false;
		second[i] = 0;
#endif
#ifdef FLIGHT
		lose_own();
#endif
#ifdef M_ACKS_KEPT /* R7: acks of the last epoch count for the next */
		keep();
#else
		n = 0;
		do
		:: n < VOTERS -> sent[AT(n, i)] = 0; n++
		:: else -> break
		od;
		n = 0
#endif
	:: else
	fi
}

#ifdef FLIGHT
#include "frames.pml"
#endif

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
		:: j != i && owner[acc[i] - 1] != j
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

/* R10, second round. */
inline open()
{
#ifdef M_NO_SECOND_ROUND
	count_lease(i, 0);
#else
	count_bits(second[i], i);
	votes = votes + VOTES(i);
#endif
	if
	:: ENOUGH(votes) -> held[i] = OPEN; carry[i] = 0
	:: else
	fi;
	votes = 0
}

inline tick()
{
	i = 0;
	do
	:: i < VOTERS ->
		if
		:: hold[i] > 0 -> hold[i]--
		:: else
		fi;
		j = 0;
		do
		:: j < CONTENDERS ->
			if
			:: cur[AT(i, j)] > 0 -> cur[AT(i, j)]--
			:: else
			fi;
			if
			:: old[AT(i, j)] > 0 -> old[AT(i, j)]--
			:: else
			fi;
			if
			:: sent[AT(i, j)] > 0 -> sent[AT(i, j)]--
			:: else
			fi;
#ifdef FLIGHT
			grow_old(BEAT(i, j));
			grow_old(ECHO(i, j));
#endif
			j++
		:: else -> break
		od;
		i++
	:: else -> break
	od;
	i = 0;
	do
	:: i < CONTENDERS ->
		if
		:: carry[i] > 0 -> carry[i]--
		:: else
		fi;
#ifndef M_KEPT
		if
		:: carry[i] == 0 && held[i] == CARRIED -> held[i] = NONE
		:: else
		fi;
#endif
		i++
	:: else -> break
	od;
	i = 0;
	j = 0
}

/* R13: the machine of node i; R14: its daemon alone, while the kernel serves on. */
inline restart(machine)
{
	reboots++;
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
		undead[i] = (!machine && held[i] != NONE && carry[i] > 0);
#endif
		if
		:: machine || carry[i] == 0 || held[i] == NONE -> held[i] = NONE; carry[i] = 0
		:: else -> held[i] = CARRIED
		fi;
		barrier[i] = false;
		second[i] = 0;
#ifdef FLIGHT
		lose_own();
#endif
		n = 0;
		do
		:: n < VOTERS -> sent[AT(n, i)] = 0; n++
		:: else -> break
		od;
		n = 0
	:: else
	fi;
#ifdef M_ACC_FORGOTTEN /* R5: what was accepted is not on the disk */
	acc[i] = 0;
	if
	:: i < CONTENDERS -> mine[i] = false; held[i] = NONE; carry[i] = 0
	:: else
	fi
#endif
}

inline some_voter(v)
{
	v = 0;
	do
	:: v < VOTERS - 1 -> v++
	:: break
	od
}

inline some_contender(c)
{
	c = 0;
	do
	:: c < CONTENDERS - 1 -> c++
	:: break
	od
}

active proctype cluster()
{
	/* The plans, up to the contenders' names if their votes are equal. */
	owner[0] = VOTERS;
	e = 1;
	do
	:: e <= EPOCHS ->
		some_contender(i);
		if
		:: e == 1 && FIRST == 1 -> i = 0
		:: else
		fi;
		owner[e] = i;
		e++
	:: else -> break
	od;
	i = 0;
	e = 0;
	do
	:: atomic {
		some_voter(i);
		e = 1;
		do
		:: e < EPOCHS -> e++
		:: break
		od;
		if
		:: e > acc[i] -> accept()
		:: else
		fi;
		i = 0; e = 0;
		d_step { settle() }
	}
#ifdef FLIGHT
	:: atomic {
		some_contender(i);
		some_voter(j);
		if
		:: i != j && acc[i] > 0 && acc[j] <= acc[i] -> d_step { send_beat() }
		:: age[BEAT(j, i)] > 0 && acc[j] == acc[i] -> d_step { read_beat() }
		:: age[ECHO(j, i)] > 0 -> d_step { read_echo() }
		:: else
		fi;
		i = 0; j = 0;
		d_step { settle() }
	}
#else
	:: atomic {
		some_contender(i);
		some_voter(j);
		if
#ifdef M_ACK_BELOW /* R5: heartbeats of lower epochs are acked */
		:: i != j && acc[i] > 0 && acc[j] >= acc[i] -> d_step { ack() }
#else
		:: i != j && acc[i] > 0 && acc[j] == acc[i] -> d_step { ack() }
#endif
		:: else
		fi;
		i = 0; j = 0;
		d_step { settle() }
	}
#endif
	:: atomic {
		some_contender(i);
		if
		:: mine[i] && held[i] == NONE && !barrier[i] -> judge_barrier()
		:: else
		fi;
		i = 0
	}
	:: atomic {
		some_contender(i);
		if
		:: mine[i] && held[i] == NONE && barrier[i] -> d_step { open() }
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	:: d_step { tick(); settle() }
	:: reboots < REBOOTS ->
		atomic {
			some_voter(i);
			if
			:: d_step { restart(true) }
			:: i < CONTENDERS -> d_step { restart(false) }
			fi;
			i = 0;
			d_step { settle() }
		}
#ifdef M_RELEASED_EARLY
	:: atomic {
		some_contender(i);
		if
		:: unclean[i] -> unclean[i] = false; held[i] = NONE; carry[i] = 0
		:: else
		fi;
		i = 0
	}
#endif
	od
}
