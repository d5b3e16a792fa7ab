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
 * frame that does not happen.
 *
 * The kernel's deadline (A2) is kept, but nothing rests on it: -DOVERTIME, and what a
 * hung daemon left is served for as long as it hangs, and I1 holds.
 *
 * A real ack prolongs a lease by no more than a grant of the time when the acked
 * heartbeat was sent, and grants happen at any time; so of real acks only R10's
 * second round is left. A confirmation is here bound to its epoch alone. That the
 * victim's next session voids it, too, is a second lock (-DSESSION): with it, the
 * first is not needed. Asserted is I1.
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

#define NONE 0
#define CARRIED 1
#define OPEN 2

#define RUNS 0
#define HUNG 1 /* or dead: the kernel serves on until its deadline */
#define OFF 2

byte owner[EPOCHS + 1];

byte state[2];
byte acc[2];
byte granted[2];    /* ticks left of the lease at acc */
byte carry[2];
byte held[2];
bool barrier[2];
bool after[2];      /* a heartbeat was read that the peer sent after its barrier */
bool second[2];     /* the peer acked such a heartbeat of this node */
byte released[2];   /* epochs */

/* R23. */
byte asked[2];      /* the epoch for which the daemon awaits the peer's end, or 0 */
bool done[2];       /* and it came */
byte ended[2];      /* the epoch for which it was confirmed, or 0 */
bool stray[2];      /* the node may be ended, any time, with nobody that awaits it */
#ifdef SESSION
bool anew[2];       /* the peer has read no frame of the node's present session */
bool back[2];       /* the peer came back since its end was asked for */
#endif

byte fences, hangs, cuts;

byte i, e;

#define PEER (1 - i)
#define MINE(n) (acc[n] > 0 && owner[acc[n]] == (n))
#define LACKS(n) (MINE(n) && held[n] == NONE)
#define LEASED(n) (granted[n] > 0 || carry[n] > 0)

#ifdef OVERTIME /* not A2: the kernel of a hung daemon serves on past its deadline */
#define LIT(n) (LEASED(n) || state[n] == HUNG)
#else
#define LIT(n) LEASED(n)
#endif
#define SERVES(n) (state[n] != OFF && held[n] != NONE && LIT(n))

#ifdef M_EARLIER /* R23: what was confirmed for an earlier epoch counts */
#define FENCED(n) (ended[n] > 0)
#else
#define FENCED(n) (ended[n] > 0 && ended[n] == acc[n])
#endif
#ifdef M_CLEAR /* R27: keep-grade opens what the peer may hold */
#define CLEARED(n) (FENCED(n) || granted[n] > 0)
#else
#define CLEARED(n) FENCED(n)
#endif
#ifdef M_SECOND /* R27: or what it has released before */
#define SECONDED(n) (second[n] || FENCED(n) || granted[n] > 0)
#else
#define SECONDED(n) (second[n] || CLEARED(n))
#endif

inline settle()
{
	assert(!(SERVES(0) && SERVES(1)))
}

/* R5, R8, R11 */
inline accept()
{
	if
	:: granted[i] > carry[i] -> carry[i] = granted[i]
	:: else
	fi;
	granted[i] = 0;
	acc[i] = e;
	if
	:: held[i] != NONE && carry[i] > 0 && owner[e] == i -> held[i] = CARRIED
	:: else -> held[i] = NONE; carry[i] = 0
	fi;
	barrier[i] = false;
	after[i] = false;
	second[i] = false;
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
	granted[i] = LEASE;
	if
	:: held[i] == CARRIED -> held[i] = OPEN
	:: else
	fi;
	carry[i] = 0
}

/* A frame of node i is read by its peer: a heartbeat, and what it acks. */
inline frame()
{
#ifdef SESSION
	if
	:: anew[i] -> anew[i] = false; back[PEER] = (asked[PEER] > 0); ended[PEER] = 0
	:: else
	fi;
#endif
	if
	:: acc[i] == acc[PEER] && acc[i] > 0 ->
		if
		:: after[i] && barrier[PEER] -> second[PEER] = true
		:: else
		fi;
		after[PEER] = barrier[i]
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
	barrier[i] = false;
	second[i] = false;
	after[i] = false;
	after[PEER] = false;
#ifdef SESSION
	anew[i] = true;
	anew[PEER] = true
#endif
}

inline power_off()
{
	state[i] = OFF;
	forget();
	granted[i] = 0;
	carry[i] = 0;
#ifndef M_REBOOT /* R13, R27: what was held is held again after a reboot */
	held[i] = NONE
#endif
}

/* R14: the next daemon reads what the kernel still has. */
inline take_control()
{
	forget();
	if
	:: granted[i] > carry[i] -> carry[i] = granted[i]
	:: else
	fi;
	granted[i] = 0;
	if
	:: held[i] != NONE && carry[i] > 0 -> held[i] = CARRIED
	:: else -> carry[i] = 0
	fi
}

inline pass(n)
{
	if
	:: granted[n] > 0 -> granted[n]--
	:: else
	fi;
	if
	:: carry[n] > 0 -> carry[n]--
	:: else
	fi;
	if
	:: held[n] == CARRIED && carry[n] == 0 && state[n] == RUNS -> held[n] = NONE
	:: else
	fi
}

inline some_node()
{
	if
	:: i = 0
	:: i = 1
	fi
}

inline some_epoch()
{
	e = 1;
	do
	:: e < EPOCHS -> e++
	:: break
	od
}

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
		some_node();
		some_epoch();
		if
		:: state[i] == RUNS && e > acc[i] -> accept()
		:: else
		fi;
		i = 0;
		e = 0;
		d_step { settle() }
	}
	:: atomic {
		some_node();
		if
		:: state[i] == RUNS && acc[i] > 0 -> grant()
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	:: state[0] == RUNS && state[1] == RUNS ->
		atomic {
			some_node();
			frame();
			i = 0
		}
	:: atomic { /* R10, first round */
		some_node();
		if
		:: state[i] == RUNS && LACKS(i) && !barrier[i] &&
		   ((released[PEER] & (1 << acc[i])) != 0 || CLEARED(i)) ->
			barrier[i] = true
		:: else
		fi;
		i = 0
	}
	:: atomic { /* R10, second round */
		some_node();
		if
		:: state[i] == RUNS && LACKS(i) && barrier[i] && SECONDED(i) -> held[i] = OPEN
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	:: fences < FENCES -> atomic { /* R23 */
		some_node();
#ifdef M_EARLY /* R23: for an epoch that is not accepted yet, too */
		some_epoch();
		if
		:: state[i] == RUNS && asked[i] == 0 && e > acc[i] && owner[e] == i -> ask()
		:: else
		fi;
#else
		e = acc[i];
		if
		:: state[i] == RUNS && asked[i] == 0 && LACKS(i) && !FENCED(i) -> ask()
		:: else
		fi;
#endif
		i = 0;
		e = 0
	}
	:: atomic { /* the agent ends a node */
		some_node();
		if
		:: asked[PEER] > 0 && !done[PEER] -> done[PEER] = true; power_off()
		:: stray[i] && state[i] != OFF -> power_off()
		:: else
		fi;
		i = 0
	}
	:: atomic {
		some_node();
		if
#ifdef M_FALSE
		:: state[i] == RUNS && asked[i] > 0 -> confirm()
#else
		:: state[i] == RUNS && done[i] -> confirm()
#endif
		:: state[i] == RUNS && asked[i] > 0 -> abandon()
		:: else
		fi;
		i = 0
	}
	:: d_step { pass(0); pass(1); settle() }
	:: hangs < HANGS -> atomic {
		some_node();
		if
		:: state[i] == RUNS -> state[i] = HUNG; hangs++
		:: else
		fi;
		i = 0
	}
	:: atomic {
		some_node();
		if
		:: state[i] == HUNG ->
			state[i] = RUNS;
			if
			:: held[i] == CARRIED && carry[i] == 0 -> held[i] = NONE
			:: else
			fi
		:: state[i] == HUNG ->
			state[i] = RUNS;
			take_control();
			if
			:: held[i] != NONE && carry[i] == 0 -> held[i] = NONE
			:: held[i] != CARRIED || carry[i] > 0 /* at an unchanged epoch OPEN may stay, R27 */
			fi
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	:: cuts < CUTS -> atomic {
		some_node();
		if
		:: state[i] != OFF -> power_off(); cuts++
		:: else
		fi;
		i = 0
	}
	:: atomic {
		some_node();
		if
		:: state[i] == OFF -> state[i] = RUNS
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	od
}
