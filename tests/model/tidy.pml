/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Included by quorum.pml: what follows each step. Voters report, I1 is looked at, and
 * what makes no difference any more is taken out of the state.
 */

/* Rules that, weakened, make use of what is else forgotten. */
#if defined(ALL) || defined(M_RELEASED_HIGHER) || defined(M_EPOCH_ID) || defined(M_CLEAR_UNACCEPTED) || \
    defined(M_ACC_FORGOTTEN) || defined(M_ACC_HELD)
#define REMEMBER
#endif

/* No restart is to come that could make it look for facts of its epoch anew. */
#define SURE(c) (reboots == REBOOTS && fences == FENCES && (barrier[c] || (!LACKS(c) && !SOME(CARRIES, c))))

/* R9: voter i says at its epoch that it promises node j nothing any more. */
inline say_clear()
{
#ifdef M_CLEAR_UNACCEPTED /* a voter speaks of epochs that it has not accepted */
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
}

/* Of promises to node j nobody will ask after the last epoch that gives another something. */
inline report()
{
	i = 0;
	do
	:: i < VOTERS ->
		j = 0;
		do
		:: j < CONTENDERS ->
			if
			:: i != j && hold[i] == 0 && old[AT(i, j)] == 0 -> say_clear()
			:: else
			fi;
#ifndef REMEMBER
			if
			:: acc[i] >= last[j] || i == j -> cur[AT(i, j)] = 0
			:: else
			fi;
			if
			:: acc[i] > last[j] || i == j -> old[AT(i, j)] = 0
			:: else
			fi;
#endif
			j++
		:: else -> break
		od;
		i++
	:: else -> break
	od;
	i = 0;
	j = 0
}

/* Of facts of epoch e about node j only those stay for which an owner may yet look. */
inline forget()
{
	j = 0;
	do
	:: j < CONTENDERS ->
		e = 0;
		do
		:: e <= EPOCHS ->
			ok = false;
			x = 0;
			do
			:: x < RESOURCES ->
				i = OWNER(e, x);
				if
				:: i < CONTENDERS && i != j && (acc[i] < e || (acc[i] == e && !SURE(i))) -> ok = true
				:: else
				fi;
				x++
			:: else -> break
			od;
			if
			:: !ok -> clear[FACT(e, j)] = 0; released[j] = released[j] & (255 - BIT(e))
			:: else
			fi;
			e++
		:: else -> break
		od;
		j++
	:: else -> break
	od;
	i = 0;
	j = 0;
	e = 0;
	x = 0;
	ok = false
}

#if VOTERS - CONTENDERS > 1
/* Voters that own nothing are alike: which of them is which makes no difference. */
int key, heavier;

inline weigh(v)
{
	key = acc[v] * (PROMISE + 1) + hold[v];
	j = 0;
	do
	:: j < CONTENDERS ->
		key = key * (PROMISE + 1) + cur[AT(v, j)];
		key = key * (PROMISE + 1) + old[AT(v, j)];
		key = key * (LEASE + 1) + sent[AT(v, j)];
		key = key * 2 + ((second[j] >> (v)) & 1);
		e = 1;
		do
		:: e <= EPOCHS -> key = key * 2 + ((clear[FACT(e, j)] >> (v)) & 1); e++
		:: else -> break
		od;
		j++
	:: else -> break
	od;
	e = 0;
	j = 0
}

inline swap(a, b)
{
	n = a;
	a = b;
	b = n
}

inline swap_bits(set)
{
	n = ((set >> i) ^ (set >> (i + 1))) & 1;
	set = set ^ (n << i) ^ (n << (i + 1))
}

inline swap_voters()
{
	swap(acc[i], acc[i + 1]);
	swap(hold[i], hold[i + 1]);
	j = 0;
	do
	:: j < CONTENDERS ->
		swap(cur[AT(i, j)], cur[AT(i + 1, j)]);
		swap(old[AT(i, j)], old[AT(i + 1, j)]);
		swap(sent[AT(i, j)], sent[AT(i + 1, j)]);
		swap_bits(second[j]);
		e = 1;
		do
		:: e <= EPOCHS -> swap_bits(clear[FACT(e, j)]); e++
		:: else -> break
		od;
		e = 0;
		j++
	:: else -> break
	od;
	j = 0;
	n = 0
}

inline order()
{
	x = VOTERS - 1;
	do
	:: x > CONTENDERS ->
		i = CONTENDERS;
		do
		:: i < x ->
			weigh(i);
			heavier = key;
			weigh(i + 1);
			if
			:: heavier > key -> swap_voters()
			:: else
			fi;
			i++
		:: else -> break
		od;
		x--
	:: else -> break
	od;
	x = 0;
	i = 0;
	key = 0;
	heavier = 0
}
#endif

/* I1 */
inline look()
{
	x = 0;
	do
	:: x < RESOURCES ->
		i = 0;
		do
		:: i < CONTENDERS ->
			count_lease(i, 0);
			if
			:: HELD(i, x) != NONE && (ENOUGH(votes) || carry[i] > 0) -> serving++
#ifdef M_KERNEL
			:: !(HELD(i, x) != NONE && (ENOUGH(votes) || carry[i] > 0)) && undead[i] -> serving++
#endif
			:: else
			fi;
			i++
		:: else -> break
		od;
		assert(serving <= 1);
		serving = 0;
		x++
	:: else -> break
	od;
	i = 0;
	x = 0;
	votes = 0
}

inline settle()
{
	i = 0;
	j = 0;
	e = 0;
	step = 0;
	report();
	look();
#ifndef REMEMBER
	forget();
#endif
#if VOTERS - CONTENDERS > 1
	order();
#endif
	i = 0
}
