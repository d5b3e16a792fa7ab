/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may serve one bucket of two nodes in the mode `links`: R24 to R26, on top
 * of R5 to R12, which quorum.pml looks at by themselves.
 *
 * A quorum is both nodes. In the place of an ack from a peer that is silent on all
 * links, a node grants itself one: to keep what it holds (keep-grade, R25), and
 * later to open what the peer held (take-grade, R26). This rests on one assumption:
 * while both daemons run, in each WINDOW at least one frame passes in at least one
 * direction. All else may be lost, in one direction for ever, too.
 *
 * A frame is sent and read in one tick; it acks the newest heartbeat that its sender
 * read at its epoch, however old. Promises need no state: what is late here is the
 * lease's part, L_o from when the acked heartbeat was sent. Asserted is I1.
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
#ifndef CUTS
#define CUTS 1 /* of a machine's power */
#endif

#ifdef M_TAKE /* T5 */
#define SILENCE_TAKE (LEASE - 1)
#else
#define SILENCE_TAKE LEASE
#endif
/* Within WINDOW ticks a frame passes: it is at most WINDOW - 1 of them old. */
#ifdef M_LONG /* T6 */
#define SILENCE_LONG (LEASE + WINDOW - 2)
#else
#define SILENCE_LONG (LEASE + WINDOW - 1)
#endif
#ifdef M_KEEP /* T7 */
#define SILENCE_KEEP (FRESH + WINDOW - 1)
#else
#define SILENCE_KEEP (FRESH + WINDOW)
#endif

#define NONE 0
#define CARRIED 1
#define OPEN 2

#define RUNS 0
#define HUNG 1
#define OFF 2

#define NEVER 255 /* no heartbeat of the peer was read at this epoch */

byte owner[EPOCHS + 1];

byte state[2];
byte acc[2];
byte sent[2];       /* ticks left of the lease's part that the peer acked */
byte granted[2];    /* ticks left of the part that it granted itself */
byte carry[2];
byte held[2];
bool barrier[2];
bool second[2];     /* the peer acked a heartbeat that was sent after the barrier */
byte released[2];   /* epochs */

byte silence[2];    /* ticks since a frame of the peer was read, or R24's restart */
bool fresh[2];      /* that frame acked a heartbeat of at most FRESH ticks ago */
byte heard[2];      /* age of the peer's newest heartbeat read at this epoch */
bool after[2];      /* that heartbeat was sent after the peer's barrier */

byte gap;           /* ticks without any frame while both daemons run */
byte hangs, cuts;

byte i, e;

#define PEER (1 - i)
#define MINE(n) (acc[n] > 0 && owner[acc[n]] == (n))
#define LEASED(n) (sent[n] > 0 || granted[n] > 0)
#define SERVES(n) (held[n] != NONE && (LEASED(n) || carry[n] > 0))
#ifdef M_FRESH /* R26: silence of L_v is taken to be enough, whatever the peer could hear */
#define TAKES(n) (silence[n] >= SILENCE_TAKE)
#else
#define TAKES(n) (silence[n] >= SILENCE_LONG || (fresh[n] && silence[n] >= SILENCE_TAKE))
#endif
#ifdef M_REVIVE /* R25: keep-grade brings a lapsed lease back */
#define KEEPS(n) (silence[n] >= SILENCE_KEEP)
#else
#define KEEPS(n) (silence[n] >= SILENCE_KEEP && (LEASED(n) || carry[n] > 0))
#endif
#ifdef M_CLEAR /* R25: keep-grade opens what the peer may hold, too */
#define CLEARED(n) (TAKES(n) || KEEPS(n))
#else
#define CLEARED(n) TAKES(n)
#endif

/* What follows for node n at this instant, R10, R11, R24 to R26. */
inline follow(n)
{
	if
	:: state[n] == RUNS && acc[n] > 0 && (TAKES(n) || KEEPS(n)) -> granted[n] = LEASE
	:: else
	fi;
	if
	:: held[n] == CARRIED && LEASED(n) -> held[n] = OPEN; carry[n] = 0
	:: else
	fi
}

inline settle()
{
	follow(0);
	follow(1);
	assert(!(SERVES(0) && SERVES(1)))
}

/* R5, R8, R11. What is carried is a lease, also if nothing is held: R25 asks for one. */
inline accept()
{
	if
	:: sent[i] > carry[i] -> carry[i] = sent[i]
	:: else
	fi;
	if
	:: granted[i] > carry[i] -> carry[i] = granted[i]
	:: else
	fi;
	acc[i] = e;
	if
	:: held[i] != NONE && carry[i] > 0 && owner[e] == i -> held[i] = CARRIED
	:: else -> held[i] = NONE
	fi;
	sent[i] = 0;
	granted[i] = 0;
	barrier[i] = false;
	second[i] = false;
	heard[i] = NEVER;
	after[i] = false;
	if
	:: owner[e] == PEER -> released[i] = released[i] | (1 << e)
	:: else
	fi;
	/* What is said of epochs that are over is of no use any more. */
	released[PEER] = (released[PEER] >> e) << e
}

/* A frame of node i is read by its peer: a heartbeat, and what it acks. */
inline frame()
{
	gap = 0;
#ifdef M_SILENCE /* R24: a frame does not end the silence, once that is long */
	if
	:: silence[PEER] < SILENCE_KEEP -> silence[PEER] = 0
	:: else
	fi;
#else
	silence[PEER] = 0;
#endif
	fresh[PEER] = (acc[i] == acc[PEER] && heard[i] <= FRESH);
	if
	:: acc[i] == acc[PEER] && acc[i] > 0 ->
		if
		:: heard[i] < LEASE && LEASE - heard[i] > sent[PEER] -> sent[PEER] = LEASE - heard[i]
		:: else
		fi;
		if
		:: heard[i] != NEVER && after[i] && barrier[PEER] -> second[PEER] = true
		:: else
		fi;
		heard[PEER] = 0;
		after[PEER] = barrier[i]
	:: else
	fi
}

inline pass(n)
{
	if
	:: sent[n] > 0 -> sent[n]--
	:: else
	fi;
	if
	:: granted[n] > 0 -> granted[n]--
	:: else
	fi;
	if
	:: carry[n] > 0 -> carry[n]--
	:: else
	fi;
	if
	:: held[n] == CARRIED && carry[n] == 0 -> held[n] = NONE
	:: else
	fi;
	if
#ifdef M_STALL /* R24: its own stall is counted as the peer's silence */
	:: silence[n] < SILENCE_LONG -> silence[n]++
#else
	:: state[n] == RUNS && silence[n] < SILENCE_LONG -> silence[n]++
#endif
	:: else
	fi;
	if
	:: heard[n] < LEASE -> heard[n]++
	:: else
	fi
}

/* R24: what the peer did meanwhile is not known. */
inline listen_anew()
{
#ifndef M_STALL
	silence[i] = 0;
	fresh[i] = false;
#endif
	gap = 0
}

inline forget()
{
	sent[i] = 0;
	granted[i] = 0;
	carry[i] = 0;
	held[i] = NONE;
	barrier[i] = false;
	second[i] = false;
	heard[i] = NEVER;
	after[i] = false;
	silence[i] = 0;
	fresh[i] = false
}

inline some_node()
{
	if
	:: i = 0
	:: i = 1
	fi
}

active proctype pair()
{
	owner[0] = 2;
	heard[0] = NEVER;
	heard[1] = NEVER;
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
		e = 1;
		do
		:: e < EPOCHS -> e++
		:: break
		od;
		if
		:: state[i] == RUNS && e > acc[i] -> accept()
		:: else
		fi;
		i = 0;
		e = 0;
		d_step { settle() }
	}
	:: state[0] == RUNS && state[1] == RUNS ->
		atomic {
			some_node();
			frame();
			i = 0;
			d_step { settle() }
		}
	:: atomic { /* R10, first round */
		some_node();
		if
		:: state[i] == RUNS && MINE(i) && held[i] == NONE && !barrier[i] &&
		   ((released[PEER] & (1 << acc[i])) != 0 || CLEARED(i)) ->
			barrier[i] = true;
			second[i] = false
		:: else
		fi;
		i = 0
	}
	:: atomic { /* R10, second round */
		some_node();
		if
		:: state[i] == RUNS && MINE(i) && held[i] == NONE && barrier[i] && (second[i] || CLEARED(i)) ->
			held[i] = OPEN
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
#ifdef M_ASSUMPTION
	:: d_step {
#else
	:: gap + 1 < WINDOW || state[0] != RUNS || state[1] != RUNS -> d_step {
#endif
		if
		:: state[0] == RUNS && state[1] == RUNS && gap < WINDOW -> gap++
		:: else
		fi;
		pass(0);
		pass(1);
		settle()
	}
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
		:: state[i] == HUNG -> state[i] = RUNS; listen_anew()
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	:: cuts < CUTS -> atomic {
		some_node();
		if
		:: state[i] != OFF -> state[i] = OFF; forget(); cuts++
		:: else
		fi;
		i = 0
	}
	:: atomic {
		some_node();
		if
		:: state[i] == OFF -> state[i] = RUNS; listen_anew()
		:: else
		fi;
		i = 0;
		d_step { settle() }
	}
	od
}
