/* SPDX-License-Identifier: GPL-2.0 */
/*
 * States that one mechanism of the mm leaves pages in, and that all others have to
 * reckon with: write-protected by userfaultfd, watched for writes, pinned, swapped
 * out, shared with a child, merged with equal ones.
 *
 * A state is entered before another mechanism comes to the pages, and judged after
 * it: by what the kernel says of the pages, and by what happens to the guest.
 */
#ifndef PAGE_STATE_H
#define PAGE_STATE_H

#include "pressure/cow_child.h"
#include "scenario/scenario.h"

struct page_state;

/* A state at work in a scenario. */
struct pair {
	const struct page_state *state;
	bool clears;		/* the other mechanism leaves nothing of the state */
	const char *after;	/* the other mechanism, for messages */
	struct press *press;
	void *own;		/* the state's, from set_up() to tear_down() */
	uint64_t judged;	/* pages that had it, in all rounds */
};

struct page_state {
	const char *name;	/* stable: part of test names */
	/*
	 * What the pressure takes afterwards nobody gets as a frame soon: there is none, or others
	 * have it, too, or it is not in zone Movable, where memory is taken from first.
	 */
	bool keeps_frames;
	/* Why this host cannot have it, or NULL; static storage. */
	const char *(*missing)(void);
	/* Once, with the guest at work.  Return: 0, or -1 with @r. */
	int (*set_up)(struct pair *pair, struct result *r);
	/* Put all pages into it.  May keep the vCPUs out until judge(). */
	int (*enter)(struct pair *pair, struct result *r);
	/* Afterwards: judge, let the vCPUs go on, judge on, and end the state. */
	int (*judge)(struct pair *pair, struct result *r);
	/* Whatever is left of it, also if one of these has failed. */
	void (*tear_down)(struct pair *pair);
};

extern const struct page_state state_uffd_protected, state_soft_dirty, state_pinned,
			       state_swapped, state_shared, state_shared_swapped, state_merged;

/* pair_keep_out() / pair_let_in() - the vCPUs, beyond the calls of pressures */
static inline int pair_keep_out(struct pair *pair, struct result *r)
{
	pair->press->kept_out = true;
	return press_pause(pair->press, r);
}

static inline void pair_let_in(struct pair *pair)
{
	pair->press->kept_out = false;
	press_resume(pair->press);
}

#endif
