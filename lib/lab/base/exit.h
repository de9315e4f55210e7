/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit codes of the lab's commands. They are an interface: scripts, schedulers
 * and bisections act on them.
 */
#ifndef LAB_EXIT_H
#define LAB_EXIT_H

enum {
	LAB_EXIT_PASS		= 0,
	LAB_EXIT_FAIL		= 1,
	LAB_EXIT_SKIP		= 4,
	LAB_EXIT_ERROR		= 5,
	LAB_EXIT_HANG		= 10,
	LAB_EXIT_PANIC		= 11,
	LAB_EXIT_NO_BOOT	= 12,
	LAB_EXIT_INFRASTRUCTURE	= 13,
	LAB_EXIT_USAGE		= 64,
};

#endif
