/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One visit to a board: in a process of its own, step by step, what it takes to have the agent
 * there speak on the channel; and, when that breaks off, what became of the board.
 */
#ifndef LAB_BOARD_VISIT_H
#define LAB_BOARD_VISIT_H

#include "bed/session.h"

/* How it ended, beside 0: the agent took leave. */
enum lab_visit {
	LAB_VISIT_FAILED = 1,	/* said on the channel */
	LAB_VISIT_NO_BOOT = 3,	/* the kernel that was to be booted did not come up */
	LAB_VISIT_RESET,	/* the board is another boot, or became one */
	LAB_VISIT_DISCONNECTED,	/* it lives, but the connection was lost */
	LAB_VISIT_UNPLUGGED,	/* its power is off */
};

/* Be that process; @channel is its end. What it does goes to stderr. */
void lab_board_visit(const struct lab_plan *plan, int channel) __attribute__((noreturn));

#endif
