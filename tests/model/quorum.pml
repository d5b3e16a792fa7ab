/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may serve, by quorums of votes: the rules R1 to R14 of the protocol, without
 * messages' bytes, planners' reasons, or real time.
 *
 * Node 0 to VOTERS-1 vote; the first CONTENDERS of them may own. Three voters of
 * which two may own are the mode `witness`, as the runs are that say nothing else;
 * two voters, the first with two votes (FIRST), are the mode `preferred`. Any may
 * accept any higher epoch at any moment, which covers every planner, duel and
 * skipped plan. Time goes in ticks; a lease lasts LEASE of them. A lost or late
 * ack is an ack that does not happen; with -DFLIGHT it is a frame, see frames.pml.
 *
 * Facts, being stable, are known to all at once, and used whenever a node likes:
 * never, or later, too.
 *
 * What cannot matter any more is not part of the state: an ack to a node that its
 * plan gives nothing would be a promise that only holds others up; a promise, or a
 * fact, of which no owner to come has need is forgotten. With -DALL nothing is.
 *
 * Asserted is I1: at no instant do two nodes serve; with -DLIVE also that the owner
 * does as soon as it can, see recover.pml.
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
#ifndef RESOURCES
#define RESOURCES 1
#endif
#ifndef LEASE
#define LEASE 2
#endif
#ifndef REBOOTS
#define REBOOTS 0 /* of a machine or of a daemon alone, all nodes together */
#endif
#ifndef FENCES
#define FENCES 0 /* ends of one contender that the other brought about and knows of */
#endif

#include "choices.pml"

/* R1 */
#define VOTES(voter) ((voter) == 0 -> FIRST : 1)

/* One vote is enough, or more than half of those that are visible. This comes to the
 * same: a node always sees its own, and the others may be lost. */
#if defined(M_QUORUM) || defined(M_VISIBLE)
#define ENOUGH(votes) ((votes) >= 1)
#else
#define ENOUGH(votes) (2 * (votes) > VOTERS - 1 + FIRST)
#endif

/* T1. With -DDRIFT a clock may be a tick ahead of the others, or behind: of two
 * clocks one may so see two ticks more than the other. */
#ifdef DRIFT
#define GUARD 2
#else
#define GUARD 0
#endif
#ifdef M_PROMISE
#define PROMISE (LEASE + GUARD - 1)
#else
#define PROMISE (LEASE + GUARD)
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
#define HELD(contender, what) held[(contender) * RESOURCES + (what)]
#define OWNER(epoch, what) owner[(epoch) * RESOURCES + (what)]
#define BIT(n) (1 << (n))

#ifdef M_EPOCH_ID
#define MINE(contender, what) mine[contender]
#else
#define MINE(contender, what) (OWNER(acc[contender], what) == (contender))
#endif

/* The plans: who gets what by each epoch. Epoch 0 is nobody's. */
byte owner[(EPOCHS + 1) * RESOURCES];
byte last[CONTENDERS]; /* the last epoch that gives something to another */

/* A voter, R5, R6, R9. Promises are in ticks left. */
byte acc[VOTERS];
byte cur[VOTERS * CONTENDERS];
byte old[VOTERS * CONTENDERS];
byte hold[VOTERS];
#ifdef DRIFT
bool ahead[VOTERS]; /* its clock had a tick that another's had not */
#endif

/* A contender, R7, R10, R11. sent: ticks left of the lease's part by each voter. */
byte sent[VOTERS * CONTENDERS];
byte carry[CONTENDERS];
byte held[CONTENDERS * RESOURCES];
bool barrier[CONTENDERS]; /* complete */
byte second[CONTENDERS];  /* voters that acked since */
#ifdef M_EPOCH_ID
bool mine[CONTENDERS];
#endif
#ifdef M_RELEASED_EARLY
bool unclean[CONTENDERS];
#endif
#ifdef M_KERNEL
bool undead[CONTENDERS];
#endif

/* Stable facts, R8 and R9. */
byte released[CONTENDERS];                    /* epochs */
byte clear[(EPOCHS + 1) * CONTENDERS];        /* voters */

byte reboots, fences;

/* Scratch, 0 between steps. */
byte e, n, x, votes, serving;
bool ok;

#define MISSES(c, what) (MINE(c, what) && HELD(c, what) == NONE)
#define KEEPS(c, what) (HELD(c, what) != NONE)
#define CARRIES(c, what) (HELD(c, what) == CARRIED)
#define WANTS(c) SOME(MINE, c)
#define LACKS(c) SOME(MISSES, c)
#define HOLDS(c) SOME(KEEPS, c)

#ifdef FLIGHT
#include "frames.pml"
#endif
#include "rules.pml"
#include "tidy.pml"
#ifdef LIVE
#include "recover.pml"
#endif

#define ACK 3
#define SEND 4
#define READ_BEAT 5
#define READ_ECHO 6
#define JUDGE 7
#define LIGHT 8
#define REBOOT 9
#define RESTART 10
#define FENCE 11
#define CLEAN 12
#define ACCEPT_MINE 13
#define RECOVER 14

#define MAY_ACCEPT(v, to) CHOOSE(acc[v] < to, ACCEPT, v, to)
#define MAY_ACCEPT_MINE(v, to) CHOOSE(acc[v] < to, ACCEPT_MINE, v, to)
#ifdef M_ACK_BELOW /* R5: heartbeats of lower epochs are acked */
#define AGREE(v, c) (acc[v] >= acc[c])
#else
#define AGREE(v, c) (acc[v] == acc[c])
#endif
#ifdef M_ACC_HELD /* R5, R15: an accepted epoch that is forgotten is waited for, with no ack in a promise's time */
#define ACKS(v) (hold[v] == 0)
#else
#define ACKS(v) true
#endif
#if defined(M_ACKS_KEPT) || defined(ALL)
#define ASKS(c) (acc[c] > 0)
#else
#define ASKS(c) WANTS(c)
#endif
#define MAY_ACK(v, c) CHOOSE(v != c && ASKS(c) && AGREE(v, c) && ACKS(v), ACK, c, v)
#define MAY_SEND(v, c) CHOOSE(v != c && WANTS(c) && acc[v] <= acc[c], SEND, c, v)
#define MAY_READ_BEAT(v, c) CHOOSE(age[BEAT(v, c)] > 0 && acc[v] == acc[c], READ_BEAT, c, v)
#define MAY_READ_ECHO(v, c) CHOOSE(age[ECHO(v, c)] > 0, READ_ECHO, c, v)
#define MAY_JUDGE(v, c) CHOOSE(LACKS(c) && !barrier[c], JUDGE, c, 0)
#define MAY_LIGHT(v, c) CHOOSE(LACKS(c) && barrier[c], LIGHT, c, 0)
#define MAY_TICK(v, B) CHOOSE(!ahead[v], TICK, v, 0)
#define MAY_REBOOT(v, B) CHOOSE(reboots < REBOOTS, REBOOT, v, 0)
#define MAY_RESTART(v, c) CHOOSE(reboots < REBOOTS, RESTART, c, 0)
#define MAY_FENCE(v, c) CHOOSE(v < CONTENDERS && v != c && fences < FENCES && LACKS(c), FENCE, c, v)
#define MAY_CLEAN(v, c) CHOOSE(unclean[c], CLEAN, c, 0)

/* The plans, up to the contenders' names if their votes are equal. */
inline plan()
{
	e = 1;
	do
	:: e <= EPOCHS && x < RESOURCES ->
#ifdef ALTERNATE
		i = (e - 1) % 2;
#else
		i = 0;
		do
		:: i < (FIRST == 1 -> j : CONTENDERS - 1) -> i++
		:: break
		od;
#endif
		if
		:: i == j && j < CONTENDERS - 1 -> j++
		:: else
		fi;
		OWNER(e, x) = i;
		x++
	:: e <= EPOCHS && x == RESOURCES -> e++; x = 0
	:: else -> break
	od;
	e = 0;
	d_step {
		x = 0;
		do
		:: x < RESOURCES -> OWNER(0, x) = VOTERS; x++
		:: else -> break
		od;
		j = 0;
		do
		:: j < CONTENDERS ->
			e = 1;
			do
			:: e <= EPOCHS ->
				x = 0;
				do
				:: x < RESOURCES ->
					if
					:: OWNER(e, x) != j -> last[j] = e
					:: else
					fi;
					x++
				:: else -> break
				od;
				e++
			:: else -> break
			od;
			j++
		:: else -> break
		od;
		i = 0;
		j = 0;
		e = 0;
		x = 0
	}
}

active proctype cluster()
{
	plan();
	do
#ifdef LIVE
	:: !over -> atomic {
#else
	:: atomic {
#endif
		if
		EACH_VOTER(EACH_EPOCH, MAY_ACCEPT)
#ifdef M_EPOCH_ID
		EACH_VOTER(EACH_EPOCH, MAY_ACCEPT_MINE)
#endif
#ifdef FLIGHT
		EACH_VOTER(EACH_CONTENDER, MAY_SEND)
		EACH_VOTER(EACH_CONTENDER, MAY_READ_BEAT)
		EACH_VOTER(EACH_CONTENDER, MAY_READ_ECHO)
#else
		EACH_VOTER(EACH_CONTENDER, MAY_ACK)
#endif
		EACH_CONTENDER(0, MAY_JUDGE)
		EACH_CONTENDER(0, MAY_LIGHT)
#ifdef DRIFT
		EACH_VOTER(MAY_TICK, 0)
#else
		CHOOSE(true, TICK, 0, 0)
#endif
#if REBOOTS > 0
		EACH_VOTER(MAY_REBOOT, 0)
		EACH_CONTENDER(0, MAY_RESTART)
#endif
#if FENCES > 0
		EACH_VOTER(EACH_CONTENDER, MAY_FENCE)
#endif
#ifdef M_RELEASED_EARLY
		EACH_CONTENDER(0, MAY_CLEAN)
#endif
#ifdef LIVE
		EACH_VOTER(MAY_RECOVER, 0)
		CHOOSE(true, RECOVER, VOTERS, 0)
#endif
		fi;
		d_step {
			take_choice();
			if
			:: step == ACCEPT -> e = j; accept()
#ifdef M_EPOCH_ID
			:: step == ACCEPT_MINE -> e = j; ok = true; accept()
#endif
#ifdef FLIGHT
			:: step == SEND -> send_beat()
			:: step == READ_BEAT -> read_beat()
			:: step == READ_ECHO -> read_echo()
#else
			:: step == ACK -> ack()
#endif
			:: step == JUDGE -> judge_barrier()
			:: step == LIGHT -> open()
			:: step == TICK -> tick()
#if REBOOTS > 0
			:: step == REBOOT -> reboots++; restart(true)
			:: step == RESTART -> reboots++; restart(false)
#endif
#if FENCES > 0
			:: step == FENCE -> fence()
#endif
#ifdef M_RELEASED_EARLY
			:: step == CLEAN -> unclean[i] = false; held[i] = NONE; carry[i] = 0
#endif
#ifdef LIVE
			:: step == RECOVER -> recover()
#endif
			fi;
			settle()
		}
	}
	od
}
