/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Included by quorum.pml with -DFLIGHT: a heartbeat and its ack are frames that
 * take any time, in the place of one step. Of each kind at most one is in flight
 * between two nodes: a newer one takes an older one's place. What is never read
 * is lost.
 *
 * A frame that could only bring a promise about is taken as lost, since a promise
 * only holds others up: so all in flight is of the present epoch and session of
 * the contender, and what is too old for a lease is a frame of the second round.
 */
#define OVERDUE (LEASE + 1)

#ifdef M_RECEIPT /* R7: the lease runs from the time when the ack was read */
#define PART(since) LEASE
#else
#define PART(since) (OVERDUE - (since))
#endif

#define BEAT(voter, contender) AT(voter, contender)
#define ECHO(voter, contender) (VOTERS * CONTENDERS + AT(voter, contender))

byte age[2 * VOTERS * CONTENDERS];    /* 1 + ticks since the heartbeat was sent, 0: no frame */
bool counts[2 * VOTERS * CONTENDERS]; /* in the second round: it was sent after the barrier */

inline lose(frame)
{
	age[frame] = 0;
	counts[frame] = false
}

/* Node i has a new epoch or session: of what it said, nothing counts for it. */
inline lose_own()
{
	n = 0;
	do
	:: n < VOTERS ->
		lose(BEAT(n, i));
		lose(ECHO(n, i));
		n++
	:: else -> break
	od;
	n = 0
}

/* R5: nor does voter i ever ack what was said at an epoch below e. */
inline lose_lower()
{
	j = 0;
	do
	:: j < CONTENDERS ->
		if
		:: acc[j] < e -> lose(BEAT(i, j))
		:: else
		fi;
		j++
	:: else -> break
	od;
	j = 0
}

inline grow_old(frame)
{
	if
	:: age[frame] > 0 && age[frame] < OVERDUE -> age[frame]++
	:: else
	fi;
#ifndef M_RECEIPT
	if
	:: age[frame] == OVERDUE && !counts[frame] -> lose(frame)
	:: else
	fi
#endif
}

/* Nor is there a second round to count for. */
inline count_no_more()
{
	n = 0;
	do
	:: n < VOTERS ->
		counts[BEAT(n, i)] = false;
		counts[ECHO(n, i)] = false;
#ifndef M_RECEIPT
		if
		:: age[BEAT(n, i)] == OVERDUE -> age[BEAT(n, i)] = 0
		:: else
		fi;
		if
		:: age[ECHO(n, i)] == OVERDUE -> age[ECHO(n, i)] = 0
		:: else
		fi;
#endif
		n++
	:: else -> break
	od;
	n = 0
}

/* Contender i sends a heartbeat to voter j. */
inline send_beat()
{
	age[BEAT(j, i)] = 1;
	counts[BEAT(j, i)] = barrier[i]
}

/* R6: voter j reads it, promises, and sends an ack. */
inline read_beat()
{
	cur[AT(j, i)] = PROMISE;
	age[ECHO(j, i)] = age[BEAT(j, i)];
	counts[ECHO(j, i)] = counts[BEAT(j, i)];
	lose(BEAT(j, i))
}

/* R7: contender i reads the ack. */
inline read_echo()
{
	if
	:: PART(age[ECHO(j, i)]) > sent[AT(j, i)] -> sent[AT(j, i)] = PART(age[ECHO(j, i)])
	:: else
	fi;
	if
	:: counts[ECHO(j, i)] && barrier[i] -> second[i] = second[i] | BIT(j)
	:: else
	fi;
	lose(ECHO(j, i));
	keep()
}
