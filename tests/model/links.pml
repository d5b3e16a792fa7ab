/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may serve one bucket of two nodes in the mode `links`: R24 to R26, on top
 * of R5 to R14, which quorum.pml looks at by themselves.
 *
 * A quorum is both nodes. In the place of an ack from a peer that is silent on all
 * links, a node grants itself one: to keep what it holds (keep-grade, R25), and
 * later to open what the peer held (take-grade, R26). This rests on one assumption:
 * while both daemons run, in each WINDOW at least one frame passes in at least one
 * direction. All else may be lost, in one direction for ever, too.
 *
 * A frame acks the newest heartbeat that its sender read at its epoch, however old. It
 * is sent and read in one step; with -DFLIGHT it takes any time, and at most one is in
 * flight in each direction: a newer one takes an older one's place. Promises need no
 * state: what is late here is the lease's part, L_o from when the acked heartbeat was
 * sent. Times are in ticks: what is said to be of k of them may be nearly a tick older.
 *
 * Asserted is I1; with -DGAP also, that a node whose fresh peer dies serves on.
 */
#ifndef EPOCHS
#define EPOCHS 2
#endif
#ifndef LEASE
#define LEASE 4
#endif
#ifndef WINDOW
#define WINDOW 2
#endif
#ifndef FRESH
#define FRESH 1
#endif
#ifndef HANGS
#define HANGS 1 /* of a daemon, whose kernel serves on until its deadline */
#endif
#ifndef RESTARTS
#define RESTARTS 0 /* of a daemon that hangs, R14 */
#endif
#ifndef CUTS
#define CUTS 1 /* of a machine's power */
#endif

#define VOTERS 2
#define CONTENDERS 2
#define RESOURCES 1
#include "choices.pml"

#ifdef M_TAKE /* T5 */
#define SILENCE_TAKE (LEASE - 1)
#elif defined(GAP)
#define SILENCE_TAKE (LEASE + 1)
#else
#define SILENCE_TAKE LEASE
#endif
#ifdef M_LONG /* T6 */
#define SILENCE_LONG (LEASE + WINDOW - 1)
#elif defined(GAP)
#define SILENCE_LONG (LEASE + WINDOW + 1)
#else
#define SILENCE_LONG (LEASE + WINDOW)
#endif
#if defined(M_KEEP) /* T7 */
#define SILENCE_KEEP (FRESH + WINDOW - 1)
#elif defined(M_KEEP_LATE) /* T7: it comes with the end of the lease */
#define SILENCE_KEEP LEASE
#else
#define SILENCE_KEEP (FRESH + WINDOW)
#endif
#ifdef M_FRESH_LONG /* T7 */
#define IS_FRESH(age) ((age) < FRESH + 1)
#else
#define IS_FRESH(age) ((age) < FRESH)
#endif
#ifdef M_WINDOW /* T7: and the assumption does not hold for a tick */
#define EACH_WINDOW (WINDOW + 1)
#else
#define EACH_WINDOW WINDOW
#endif

#define NONE 0
#define CARRIED 1
#define OPEN 2

#define RUNS 0
#define HUNG 1
#define OFF 2

byte owner[EPOCHS + 1];

byte state[2];
byte acc[2];
byte lease[2];    /* ticks left, by real acks and those that it granted itself, carried or not */
byte held[2];
bool barrier[2];
bool second[2];   /* the peer acked a heartbeat that was sent after the barrier */
byte released[2]; /* epochs */

byte silence[2];  /* ticks since a frame of the peer was read, or R24's restart */
bool fresh[2];    /* that frame acked a heartbeat of not more than FRESH ago */

/* What of the peer's a frame would ack now. */
#define NEVER LEASE /* nothing of this epoch, or nothing that would be a lease */
byte heard[2];    /* age of the newest heartbeat read at this epoch */
bool after[2];    /* that heartbeat was sent after the peer's barrier */

/* A node's frame on its way, and what it said and acked when it was sent. */
byte age[2];      /* 1 + ticks since then, 0: no frame */
byte says[2];     /* its epoch */
bool stale[2];    /* its session is over */
bool anew[2];     /* the heartbeat was sent after the barrier */
byte acks[2];     /* heard, that goes on */
bool acks_after[2];

byte gap[2];      /* age of what was sent last and read in time, while both daemons run */
byte hangs, restarts, cuts;
#ifdef GAP
bool lone;        /* the node 0 alone is left, and served what it still has to serve */
#endif

byte e;

#define PEER (1 - i)
#define MINE(n) (owner[acc[n]] == (n))
#define SERVES(n) (held[n] != NONE && lease[n] > 0)
#define WORK (state[0] == RUNS && state[1] == RUNS)

#if defined(KEEP_ONLY)
#define TAKES(n) false
#elif defined(M_FRESH) /* R26: silence of L_v is taken to be enough, whatever the peer could hear */
#define TAKES(n) (silence[n] >= SILENCE_TAKE)
#else
#define TAKES(n) (silence[n] >= SILENCE_LONG || (fresh[n] && silence[n] >= SILENCE_TAKE))
#endif
#ifdef M_REVIVE /* R25: keep-grade brings a lapsed lease back */
#define KEEPS(n) (silence[n] >= SILENCE_KEEP)
#else
#define KEEPS(n) (silence[n] >= SILENCE_KEEP && lease[n] > 0)
#endif
#ifdef M_CLEAR /* R25: keep-grade opens what the peer may hold, too */
#define CLEARED(n) (TAKES(n) || KEEPS(n))
#else
#define CLEARED(n) TAKES(n)
#endif
#if defined(M_SECOND) /* R25: or what it released before; what held nothing has no lease to revive */
#define SECONDED(n) (second[n] || CLEARED(n) || silence[n] >= SILENCE_KEEP)
#elif defined(M_SECOND_LEASED) /* R25: the same, with a lease that is valid */
#define SECONDED(n) (second[n] || CLEARED(n) || KEEPS(n))
#else
#define SECONDED(n) (second[n] || CLEARED(n))
#endif

inline drop_barrier(n)
{
	barrier[n] = false;
	second[n] = false;
	anew[n] = false;
	after[1 - (n)] = false;
	acks_after[1 - (n)] = false
}

/* R11: what is carried is open again by a lease of the present epoch. */
inline prolong(n, ticks)
{
	if
	:: ticks > lease[n] -> lease[n] = ticks
	:: else
	fi;
	if
	:: held[n] == CARRIED && ticks > 0 -> held[n] = OPEN
	:: else
	fi
}

/* What follows for node n at this instant, R24 to R26; and what cannot matter any more. */
inline follow(n)
{
	if
	:: state[n] == RUNS && acc[n] > 0 && (TAKES(n) || KEEPS(n)) -> prolong(n, LEASE)
	:: else
	fi;
	if
	:: TAKES(n) -> silence[n] = SILENCE_LONG; fresh[n] = false
	:: else
	fi;
	e = acc[n];
	do
	:: e <= EPOCHS && owner[e] != n -> e++
	:: else -> break
	od;
	if
	:: e > EPOCHS -> lease[n] = 0
	:: else
	fi;
	e = 0;
	if
	:: says[n] < acc[1 - (n)] -> says[n] = 0; anew[n] = false; acks[n] = NEVER; acks_after[n] = false
	:: else
	fi;
	if
	:: age[n] > WINDOW && (says[n] == 0 || (age[n] > LEASE && !anew[n] && acks[n] == NEVER && !acks_after[n])) ->
		lose(n)
	:: else
	fi
}

inline settle()
{
	step = 0;
	i = 0;
	j = 0;
	follow(0);
	follow(1);
	assert(!(SERVES(0) && SERVES(1)));
#ifdef GAP
	assert(!lone || SERVES(0))
#endif
}

/* R5, R8, R11 */
inline accept()
{
	acc[i] = e;
	if
	:: held[i] != NONE && lease[i] > 0 && owner[e] == i -> held[i] = CARRIED
	:: else -> held[i] = NONE
	fi;
	drop_barrier(i);
	heard[i] = NEVER;
	after[i] = false;
	if
	:: owner[e] == PEER -> released[i] = released[i] | (1 << e)
	:: else
	fi;
	/* What is said of epochs that are over is of no use any more. */
	released[PEER] = (released[PEER] >> e) << e;
	e = 0
}

inline lose(n)
{
	age[n] = 0;
	says[n] = 0;
	stale[n] = false;
	anew[n] = false;
	acks[n] = NEVER;
	acks_after[n] = false
}

inline send()
{
	age[i] = 1;
	says[i] = acc[i];
	stale[i] = false;
	anew[i] = barrier[i];
	acks[i] = heard[i];
	acks_after[i] = after[i]
}

/* A frame of node i is read by its peer: a heartbeat, and what it acks. */
inline read()
{
	if
	:: age[i] <= gap[i] -> gap[i] = age[i] - 1
	:: else
	fi;
#ifndef BOTH /* in each window a frame passes in each direction */
	if
	:: gap[i] < gap[PEER] -> gap[PEER] = gap[i]
	:: else
	fi;
#endif
#ifdef M_SILENCE /* R24: a frame does not end the silence, once that is long */
	if
	:: silence[PEER] < SILENCE_KEEP -> silence[PEER] = 0
	:: else
	fi;
#else
	silence[PEER] = 0;
#endif
	fresh[PEER] = (says[i] == acc[PEER] && IS_FRESH(acks[i]));
	if
	:: says[i] == acc[PEER] && says[i] > 0 ->
		prolong(PEER, LEASE - acks[i]);
		second[PEER] = second[PEER] || acks_after[i];
		if
		:: !stale[i] && age[i] <= heard[PEER] -> heard[PEER] = age[i] - 1
		:: else
		fi;
		after[PEER] = after[PEER] || (anew[i] && !stale[i])
	:: else
	fi;
	lose(i)
}

inline light()
{
	if
	:: SECONDED(i) ->
#ifdef M_SECOND
		prolong(i, LEASE); /* it came with an ack, which counts for R7, too */
#endif
		held[i] = OPEN;
		drop_barrier(i)
	:: else
	fi
}

inline sink(ticks)
{
	if
	:: ticks > 0 -> ticks--
	:: else
	fi
}

inline rise(ticks, limit)
{
	if
	:: ticks < (limit) -> ticks++
	:: else
	fi
}

inline pass(n)
{
	sink(lease[n]);
	if
	:: held[n] == CARRIED && lease[n] == 0 -> held[n] = NONE
	:: else
	fi;
	if
#ifdef M_STALL /* R24: its own stall is counted as the peer's silence */
	:: true -> rise(silence[n], SILENCE_LONG)
#else
	:: state[n] == RUNS -> rise(silence[n], SILENCE_LONG)
#endif
	:: else
	fi;
	rise(heard[n], LEASE);
	if
	:: age[n] > 0 -> rise(age[n], LEASE + 1)
	:: else
	fi;
	rise(acks[n], LEASE)
}

/* R24: what the peer did meanwhile is not known. */
inline listen_anew()
{
	silence[i] = 0;
	fresh[i] = false
}

inline stop(how)
{
	state[i] = how;
	gap[0] = 0;
	gap[1] = 0;
#ifndef M_STALL
	listen_anew()
#endif
}

/* Frames and acks of the session that is over count for nothing. */
inline end_session()
{
	listen_anew();
	drop_barrier(i);
	heard[i] = NEVER;
	after[i] = false;
	heard[PEER] = NEVER;
	after[PEER] = false;
	acks[PEER] = NEVER;
	acks_after[PEER] = false;
	if
	:: age[i] > 0 -> stale[i] = true
	:: else
	fi
}

inline cut()
{
	stop(OFF);
	end_session();
	lease[i] = 0;
#ifndef M_REBOOT /* R13: what was held is held again after a reboot */
	held[i] = NONE
#endif
}

/* R14: the next daemon takes over what the kernel still has. */
inline restart()
{
	state[i] = RUNS;
	end_session();
	if
#ifndef M_STAYS /* R14: what is open stays so, although the deadline has passed */
	:: held[i] == OPEN -> held[i] = (lease[i] > 0 -> CARRIED : NONE)
#endif
	:: else
	fi
}

#define SEND 3
#define READ 4
#define FRAME 5
#define JUDGE 6
#define LIGHT 7
#define HANG 8
#define WAKE 9
#define CUT 10
#define BOOT 11
#define RESTART 12
#define DIE 13

#ifdef GAP
#define KEPT(to) (!lone || owner[to] == 0)
#define SPARED lone
#else
#define KEPT(to) true
#define SPARED false
#endif

#define MAY_ACCEPT(n, to) CHOOSE(state[n] == RUNS && acc[n] < to && KEPT(to), ACCEPT, n, to)
#define MAY_FRAME(n, B) CHOOSE(WORK, FRAME, n, 0)
#define MAY_SEND(n, B) CHOOSE(state[n] == RUNS, SEND, n, 0)
#define MAY_READ(n, B) CHOOSE(age[n] > 0 && state[1 - n] == RUNS, READ, n, 0)
#define LACKS(n) (state[n] == RUNS && MINE(n) && held[n] == NONE)
#define RELEASED(n) ((released[1 - n] & (1 << acc[n])) != 0)
#define MAY_JUDGE(n, B) CHOOSE(LACKS(n) && !barrier[n] && (RELEASED(n) || CLEARED(n)), JUDGE, n, 0)
#define MAY_LIGHT(n, B) CHOOSE(LACKS(n) && barrier[n], LIGHT, n, 0)
#define MAY_HANG(n, B) CHOOSE(state[n] == RUNS && hangs < HANGS && !SPARED, HANG, n, 0)
#define MAY_WAKE(n, B) CHOOSE(state[n] == HUNG && !SPARED, WAKE, n, 0)
#define MAY_CUT(n, B) CHOOSE(state[n] != OFF && cuts < CUTS && !SPARED, CUT, n, 0)
#define MAY_BOOT(n, B) CHOOSE(state[n] == OFF && !SPARED, BOOT, n, 0)
#define MAY_RESTART(n, B) CHOOSE(state[n] != OFF && restarts < RESTARTS && !SPARED, RESTART, n, 0)

#ifdef M_ASSUMPTION
#define MAY_PASS true
#else
#define MAY_PASS (!WORK || (gap[0] < EACH_WINDOW && gap[1] < EACH_WINDOW))
#endif

active proctype pair()
{
	owner[0] = 2;
	heard[0] = NEVER;
	heard[1] = NEVER;
	acks[0] = NEVER;
	acks[1] = NEVER;
	/* The plans, up to the nodes' names. */
	owner[1] = 0;
	e = 2;
	do
	:: e <= EPOCHS ->
		if
		:: owner[e] = 0
		:: owner[e] = 1
		fi;
		e++
	:: else -> break
	od;
	e = 0;
	do
	:: atomic {
		if
		EACH_VOTER(EACH_EPOCH, MAY_ACCEPT)
#ifdef FLIGHT
		EACH_VOTER(MAY_SEND, 0)
		EACH_VOTER(MAY_READ, 0)
#else
		EACH_VOTER(MAY_FRAME, 0)
#endif
		EACH_VOTER(MAY_JUDGE, 0)
		EACH_VOTER(MAY_LIGHT, 0)
		CHOOSE(MAY_PASS, TICK, 0, 0)
		EACH_VOTER(MAY_HANG, 0)
		EACH_VOTER(MAY_WAKE, 0)
		EACH_VOTER(MAY_CUT, 0)
		EACH_VOTER(MAY_BOOT, 0)
		EACH_VOTER(MAY_RESTART, 0)
#ifdef GAP
		CHOOSE(WORK && !lone && fresh[0] && MINE(0) && SERVES(0), DIE, 1, 0)
#endif
		fi;
		d_step {
			take_choice();
			if
			:: step == ACCEPT -> e = j; accept()
			:: step == SEND -> send()
			:: step == READ -> read()
			:: step == FRAME -> send(); read()
			:: step == JUDGE -> barrier[i] = true
			:: step == LIGHT -> light()
			:: step == TICK ->
				if
				:: WORK -> rise(gap[0], EACH_WINDOW); rise(gap[1], EACH_WINDOW)
				:: else
				fi;
				pass(0);
				pass(1)
			:: step == HANG -> hangs++; stop(HUNG)
			:: step == WAKE -> state[i] = RUNS
			:: step == CUT -> cuts++; cut()
			:: step == BOOT -> state[i] = RUNS
			:: step == RESTART -> restarts++; restart()
#ifdef GAP
			:: step == DIE -> cut(); lone = true
#endif
			fi;
			settle()
		}
	}
	od
}
