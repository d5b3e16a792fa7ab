/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Included by each model: a step is chosen, and then made in one. A choice is made
 * among those that may be; so a step is three of Spin's, whatever it does.
 *
 * A(v, B) of EACH_VOTER is EACH_EPOCH or EACH_CONTENDER, of which B(v, …) is a choice.
 */
short choice;
byte step; /* what is done */
byte i;    /* the node that does it */
byte j;    /* the other node, or the epoch */

#define CHOOSE(may, what, node, other) :: (may) -> choice = (what) * 64 + (node) * 8 + (other)

inline take_choice()
{
	step = choice >> 6;
	i = (choice >> 3) & 7;
	j = choice & 7;
	choice = 0
}

#define ACCEPT 1
#define TICK 2

#if VOTERS == 2
#define EACH_VOTER(A, B) A(0, B) A(1, B)
#elif VOTERS == 3
#define EACH_VOTER(A, B) A(0, B) A(1, B) A(2, B)
#else
#define EACH_VOTER(A, B) A(0, B) A(1, B) A(2, B) A(3, B) A(4, B)
#endif

#if CONTENDERS == 2
#define EACH_CONTENDER(v, B) B(v, 0) B(v, 1)
#else
#define EACH_CONTENDER(v, B) B(v, 0) B(v, 1) B(v, 2)
#endif

#if EPOCHS == 2
#define EACH_EPOCH(v, B) B(v, 1) B(v, 2)
#elif EPOCHS == 3
#define EACH_EPOCH(v, B) B(v, 1) B(v, 2) B(v, 3)
#else
#define EACH_EPOCH(v, B) B(v, 1) B(v, 2) B(v, 3) B(v, 4)
#endif

#if RESOURCES == 1
#define SOME(A, c) A(c, 0)
#else
#define SOME(A, c) (A(c, 0) || A(c, 1))
#endif
