/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may serve one bucket of two nodes in the mode `fence`: R23 and R27, on top
 * of R5 to R14, which quorum.pml looks at by themselves.
 *
 * A quorum is both nodes. While its daemon runs, a node grants itself the peer's
 * ack, but only to keep what it holds, after a lapse, too (R27). To open what the
 * peer held it needs the peer's release and a real ack; or the peer's end, which
 * the fencing agent confirms (R23). This rests on one assumption: the agent never
 * confirms what did not happen.
 *
 * Either node may ask for the other's end whenever its accepted epoch gives it what
 * it lacks, silent peer or not. The agent acts at any later time, also when the
 * node that asked has died or is at another epoch, and confirms later still. The
 * victim may boot at once, before the confirmation, too. Any loss of frames is a
 * frame that does not happen; with -DFLIGHT a frame takes any time, and at most one is
 * in flight in each direction: a newer one takes an older one's place.
 *
 * The kernel's deadline (A2) is kept, but nothing rests on it: -DOVERTIME, and what a
 * hung daemon left is served for as long as it hangs, and I1 holds.
 *
 * A real ack prolongs a lease by no more than a grant of the time when the acked
 * heartbeat was sent, and grants happen at any time; so of real acks only R10's
 * second round is left. A confirmation is here bound to its epoch alone. That the
 * victim's next session voids it, too, is a second lock (-DSESSION): with it, the
 * first is not needed. Asserted is I1; with -DGAP also, that a node whose peer dies
 * serves on.
 */
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef LEASE
#define LEASE 2
#endif
#ifndef FENCES
#define FENCES 2 /* that are asked for, by both together */
#endif
#ifndef HANGS
#define HANGS 1 /* of a daemon, which goes on or is followed by another */
#endif
#ifndef CUTS
#define CUTS 1 /* of a machine's power, by nobody's wish */
#endif

#define VOTERS 2
#define CONTENDERS 2
#define RESOURCES 1
#include "choices.pml"

#define NONE 0
#define CARRIED 1
#define OPEN 2

#define RUNS 0
#define HUNG 1 /* or dead: the kernel serves on until its deadline */
#define OFF 2

byte owner[EPOCHS + 1];

byte state[2];
byte acc[2];
byte lease[2];      /* ticks left, carried or not */
#if defined(M_CLEAR) || defined(M_SECOND)
bool leased[2];     /* by the epoch that is accepted */
#endif
byte held[2];
bool barrier[2];
bool after[2];      /* a heartbeat was read that the peer sent after its barrier */
bool second[2];     /* the peer acked such a heartbeat of this node */
byte released[2];   /* epochs */

/* A node's frame on its way. */
bool flies[2];
byte says[2];       /* its epoch */
bool stale[2];      /* its session is over */
bool anew[2];       /* the heartbeat was sent after the barrier */
bool acks[2];       /* after, when it was sent */

/* R23. */
byte asked[2];      /* the epoch for which the daemon awaits the peer's end, or 0 */
bool done[2];       /* and it came */
byte ended[2];      /* the epoch for which it was confirmed, or 0 */
bool stray[2];      /* the node may be ended, any time, with nobody that awaits it */
#ifdef SESSION
bool unheard[2];    /* the peer has read no frame of the node's present session */
bool back[2];       /* the peer came back since its end was asked for */
#endif

byte fences, hangs, cuts;
#ifdef GAP
bool lone[2];       /* the peer has died for good, and the node served what it still has to serve */
#endif

byte e;

#define PEER (1 - i)
#define MINE(n) (acc[n] > 0 && owner[acc[n]] == (n))
#define LACKS(n) (MINE(n) && held[n] == NONE)
#ifdef OVERTIME /* not A2: the kernel of a hung daemon serves on past its deadline */
#define LIT(n) (lease[n] > 0 || state[n] == HUNG)
#else
#define LIT(n) (lease[n] > 0)
#endif
#define SERVES(n) (state[n] != OFF && held[n] != NONE && LIT(n))

#ifdef M_EARLIER /* R23: what was confirmed for an earlier epoch counts */
#define FENCED(n) (ended[n] > 0)
#else
#define FENCED(n) (ended[n] > 0 && ended[n] == acc[n])
#endif
#ifdef M_CLEAR /* R27: keep-grade opens what the peer may hold */
#define CLEARED(n) (FENCED(n) || leased[n])
#else
#define CLEARED(n) FENCED(n)
#endif
#ifdef M_SECOND /* R27: or what it has released before */
#define SECONDED(n) (second[n] || FENCED(n) || leased[n])
#else
#define SECONDED(n) (second[n] || CLEARED(n))
#endif

inline lose(n)
{
	flies[n] = false;
	says[n] = 0;
	stale[n] = false;
	anew[n] = false;
	acks[n] = false
}

/* I1; and what cannot matter any more. */
inline settle()
{
#ifdef GAP
	if
	:: lone[0] -> i = 0; grant()
	:: lone[1] -> i = 1; grant()
	:: else
	fi;
	assert(!lone[0] || SERVES(0));
	assert(!lone[1] || SERVES(1));
#endif
	assert(!(SERVES(0) && SERVES(1)));
	step = 0;
	i = 0;
	do
	:: i < 2 ->
		if
		:: held[i] == NONE -> lease[i] = 0
		:: else
		fi;
#ifndef SESSION
		if
		:: says[i] < acc[PEER] || (!acks[i] && (!anew[i] || stale[i])) -> lose(i)
		:: else
		fi;
#endif
		i++
	:: else -> break
	od;
	i = 0;
	j = 0;
	e = 0
}

inline drop_barrier(n)
{
	barrier[n] = false;
	second[n] = false;
	anew[n] = false;
	after[1 - (n)] = false;
	acks[1 - (n)] = false
}

/* R5, R8, R11 */
inline accept()
{
	acc[i] = e;
	if
	:: held[i] != NONE && lease[i] > 0 && owner[e] == i -> held[i] = CARRIED
	:: else -> held[i] = NONE
	fi;
#if defined(M_CLEAR) || defined(M_SECOND)
	leased[i] = false;
#endif
	drop_barrier(i);
	after[i] = false;
	if
	:: owner[e] == PEER -> released[i] = released[i] | (1 << e)
	:: else
	fi;
	/* What is said of epochs that are over is of no use any more. */
	released[PEER] = (released[PEER] >> e) << e;
#ifndef M_EARLIER
	if
	:: ended[i] != e -> ended[i] = 0
	:: else
	fi
#endif
}

/* R27: the peer's ack, for as long as this daemon runs. */
inline grant()
{
	lease[i] = LEASE;
#if defined(M_CLEAR) || defined(M_SECOND)
	leased[i] = true;
#endif
	if
	:: held[i] == CARRIED -> held[i] = OPEN
	:: else
	fi
}

inline send()
{
	flies[i] = true;
	says[i] = acc[i];
	stale[i] = false;
	anew[i] = barrier[i];
	acks[i] = after[i]
}

/* A frame of node i is read by its peer: a heartbeat, and what it acks. */
inline read()
{
#ifdef SESSION
	if
	:: unheard[i] && !stale[i] -> unheard[i] = false; back[PEER] = (asked[PEER] > 0); ended[PEER] = 0
	:: else
	fi;
#endif
	if
	:: says[i] == acc[PEER] && says[i] > 0 ->
		second[PEER] = second[PEER] || acks[i];
		after[PEER] = after[PEER] || (anew[i] && !stale[i])
	:: else
	fi;
	lose(i)
}

inline light()
{
	if
	:: SECONDED(i) ->
		held[i] = OPEN;
		drop_barrier(i);
		lease[i] = LEASE /* it came with an ack, which counts for R7, too */
	:: else
	fi
}

/* R23: the daemon of node i asks for the peer's end, for epoch e. */
inline ask()
{
	asked[i] = e;
	fences++;
#ifdef SESSION
	back[i] = false
#endif
}

/* What the agent says is heard: nothing, if that epoch is over (R23). */
inline confirm()
{
	if
#ifdef M_EARLIER
	:: true -> ended[i] = asked[i]
#else
	:: asked[i] >= acc[i] -> ended[i] = asked[i]
#endif
	:: else
	fi;
#ifdef SESSION
	if
	:: back[i] -> ended[i] = 0
	:: else
	fi;
	back[i] = false;
#endif
	asked[i] = 0;
	done[i] = false
}

/* It is not waited for any longer; the agent may act yet. */
inline abandon()
{
	if
	:: asked[i] > 0 && !done[i] -> stray[PEER] = true
	:: else
	fi;
	asked[i] = 0;
	done[i] = false;
#ifdef SESSION
	back[i] = false
#endif
}

/* What a daemon knows dies with it, and acks name the session that is over. */
inline forget()
{
	abandon();
	ended[i] = 0;
	drop_barrier(i);
	after[i] = false;
	after[PEER] = false;
	acks[PEER] = false;
	stale[i] = flies[i];
#if defined(M_CLEAR) || defined(M_SECOND)
	leased[i] = false;
#endif
#ifdef SESSION
	unheard[i] = true;
	unheard[PEER] = true
#endif
}

inline power_off()
{
	state[i] = OFF;
	forget();
	lease[i] = 0;
#ifndef M_REBOOT /* R13, R27: what was held is held again after a reboot */
	held[i] = NONE
#endif
}

/* R14: the next daemon reads what the kernel still has. At an unchanged epoch what is
 * open may stay so although the deadline has passed, R27. */
inline take_control(stays)
{
	state[i] = RUNS;
	forget();
	if
	:: held[i] != NONE && lease[i] > 0 -> held[i] = CARRIED
	:: held[i] != NONE && lease[i] == 0 && !(stays) -> held[i] = NONE
	:: else
	fi
}

inline wake()
{
	state[i] = RUNS;
	if
	:: held[i] == CARRIED && lease[i] == 0 -> held[i] = NONE
	:: else
	fi
}

inline pass(n)
{
	if
	:: lease[n] > 0 -> lease[n]--
	:: else
	fi;
	if
	:: held[n] == CARRIED && lease[n] == 0 && state[n] == RUNS -> held[n] = NONE
	:: else
	fi
}

#define GRANT 3
#define SEND 4
#define READ 5
#define FRAME 6
#define JUDGE 7
#define LIGHT 8
#define ASK 9
#define STRIKE 10
#define CONFIRM 11
#define STRAY 20
#define ABANDON 12
#define HANG 13
#define WAKE 14
#define NEXT 15
#define NEXT_OPEN 16
#define CUT 17
#define BOOT 18
#define DIE 19

#ifdef GAP
#define SPARED (lone[0] || lone[1])
#define KEPT(n, to) (!lone[n] || owner[to] == (n))
#else
#define SPARED false
#define KEPT(n, to) true
#endif
#define RUNNING(n) (state[n] == RUNS)
#define WORK (RUNNING(0) && RUNNING(1))
#define RELEASED(n) ((released[1 - n] & (1 << acc[n])) != 0)

#define MAY_ACCEPT(n, to) CHOOSE(RUNNING(n) && acc[n] < to && KEPT(n, to), ACCEPT, n, to)
#define MAY_GRANT(n, B) CHOOSE(RUNNING(n) && acc[n] > 0, GRANT, n, 0)
#define MAY_SEND(n, B) CHOOSE(RUNNING(n), SEND, n, 0)
#define MAY_READ(n, B) CHOOSE(flies[n] && RUNNING(1 - n), READ, n, 0)
#define MAY_FRAME(n, B) CHOOSE(WORK, FRAME, n, 0)
#define MAY_JUDGE(n, B) CHOOSE(RUNNING(n) && LACKS(n) && !barrier[n] && (RELEASED(n) || CLEARED(n)), JUDGE, n, 0)
#define MAY_LIGHT(n, B) CHOOSE(RUNNING(n) && LACKS(n) && barrier[n], LIGHT, n, 0)
#define FREE(n) (RUNNING(n) && asked[n] == 0 && fences < FENCES && !SPARED)
#ifdef M_EARLY /* R23: for an epoch that is not accepted yet, too */
#define MAY_ASK(n, to) CHOOSE(FREE(n) && acc[n] < to && owner[to] == (n), ASK, n, to)
#else
#define MAY_ASK(n, to) CHOOSE(FREE(n) && acc[n] == to && LACKS(n) && !FENCED(n), ASK, n, to)
#endif
#define AWAITED(n) (asked[1 - n] > 0 && !done[1 - n])
#define MAY_STRIKE(n, B) CHOOSE(AWAITED(n) && !SPARED, STRIKE, n, 0)
#define MAY_STRAY(n, B) CHOOSE(stray[n] && state[n] != OFF && !SPARED, STRAY, n, 0)
#ifdef M_FALSE
#define MAY_CONFIRM(n, B) CHOOSE(RUNNING(n) && asked[n] > 0, CONFIRM, n, 0)
#else
#define MAY_CONFIRM(n, B) CHOOSE(RUNNING(n) && done[n], CONFIRM, n, 0)
#endif
#define MAY_ABANDON(n, B) CHOOSE(RUNNING(n) && asked[n] > 0, ABANDON, n, 0)
#define MAY_HANG(n, B) CHOOSE(RUNNING(n) && hangs < HANGS && !SPARED, HANG, n, 0)
#define MAY_WAKE(n, B) CHOOSE(state[n] == HUNG && !SPARED, WAKE, n, 0)
#define MAY_GO_ON(n, B) CHOOSE(state[n] == HUNG && !SPARED, NEXT, n, 0)
#define MAY_STAY_OPEN(n, B) CHOOSE(state[n] == HUNG && held[n] == OPEN && lease[n] == 0 && !SPARED, NEXT_OPEN, n, 0)
#define MAY_CUT(n, B) CHOOSE(state[n] != OFF && cuts < CUTS && !SPARED, CUT, n, 0)
#define MAY_BOOT(n, B) CHOOSE(state[n] == OFF && !SPARED, BOOT, n, 0)
#define MAY_DIE(n, B) CHOOSE(RUNNING(1 - n) && SERVES(1 - n) && !SPARED, DIE, n, 0)

active proctype pair()
{
	owner[0] = 2;
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
		EACH_VOTER(MAY_GRANT, 0)
#ifdef FLIGHT
		EACH_VOTER(MAY_SEND, 0)
		EACH_VOTER(MAY_READ, 0)
#else
		EACH_VOTER(MAY_FRAME, 0)
#endif
		EACH_VOTER(MAY_JUDGE, 0)
		EACH_VOTER(MAY_LIGHT, 0)
		EACH_VOTER(EACH_EPOCH, MAY_ASK)
		EACH_VOTER(MAY_STRIKE, 0)
		EACH_VOTER(MAY_STRAY, 0)
		EACH_VOTER(MAY_CONFIRM, 0)
		EACH_VOTER(MAY_ABANDON, 0)
		CHOOSE(true, TICK, 0, 0)
		EACH_VOTER(MAY_HANG, 0)
		EACH_VOTER(MAY_WAKE, 0)
		EACH_VOTER(MAY_GO_ON, 0)
		EACH_VOTER(MAY_STAY_OPEN, 0)
		EACH_VOTER(MAY_CUT, 0)
		EACH_VOTER(MAY_BOOT, 0)
#ifdef GAP
		EACH_VOTER(MAY_DIE, 0)
#endif
		fi;
		d_step {
			take_choice();
			if
			:: step == ACCEPT -> e = j; accept()
			:: step == GRANT -> grant()
			:: step == SEND -> send()
			:: step == READ -> read()
			:: step == FRAME -> send(); read()
			:: step == JUDGE -> barrier[i] = true
			:: step == LIGHT -> light()
			:: step == ASK -> e = j; ask()
			:: step == STRIKE -> done[PEER] = true; power_off()
			:: step == STRAY -> power_off()
			:: step == CONFIRM -> confirm()
			:: step == ABANDON -> abandon()
			:: step == TICK -> pass(0); pass(1)
			:: step == HANG -> hangs++; state[i] = HUNG
			:: step == WAKE -> wake()
			:: step == NEXT -> take_control(false)
			:: step == NEXT_OPEN -> take_control(true)
			:: step == CUT -> cuts++; power_off()
			:: step == BOOT -> state[i] = RUNS
#ifdef GAP
			:: step == DIE -> power_off(); lone[PEER] = true
#endif
			fi;
			settle()
		}
	}
	od
}
