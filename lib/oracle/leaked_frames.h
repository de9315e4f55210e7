/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaked frames (contract 8): what the guest had must be free, or somebody else's.
 *
 * A frame of anonymous memory stays what it is until its last reference is dropped: if no
 * process maps it any more, and no swap cache has it, then somebody has kept a reference,
 * and the frame is lost for all others.  The frames of files are not judged: those of other
 * files, which nobody has mapped, look the same.
 *
 * A frame that went back to the kernel may be anybody's a moment later.  So only those are
 * suspected that were nobody's when they were first looked at, just after the guest had
 * lost them, and only one that is so in every look, until all that may hold frames for a while
 * has had its time, is leaked.
 */
#ifndef LEAKED_FRAMES_H
#define LEAKED_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "memory/memory.h"

#define LEAKED_FRAMES_MAX	256	/* suspects: some always wait in the queues of CPUs */

struct leaked_frames {
	struct {
		uint64_t pfn, flags;
	} suspects[LEAKED_FRAMES_MAX];
	unsigned int nr;
	uint64_t *frames;		/* of leaked_frames_note() */
	size_t nr_frames;
};

/*
 * leaked_frames_look() - at a frame that the guest had a moment ago
 * @flags: of page_flags()
 */
void leaked_frames_look(struct leaked_frames *l, uint64_t pfn, uint64_t flags);

/*
 * leaked_frames_note() - those that an area has, just before it goes
 *
 * Who may not read frame numbers and flags notes none.  Return: 0, or -1 with an error.
 */
int leaked_frames_note(struct leaked_frames *l, const struct area *area, struct result *r);

/* leaked_frames_gone() - look at those of leaked_frames_note(), just after it; Return: as above */
int leaked_frames_gone(struct leaked_frames *l, struct result *r);

/*
 * leaked_frames_judge() - when the VM is gone too
 *
 * Releases @l, which may be zeroed.  Return: 0, or -1 with a failure of contract 8, or an error.
 */
int leaked_frames_judge(struct leaked_frames *l, struct result *r);

/* leaked_frames_release() - the same without judging */
void leaked_frames_release(struct leaked_frames *l);

#endif
