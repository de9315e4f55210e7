/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the kernel complains in its log. It stands alone, with no header of the
 * library: lib/lab reads consoles by the same words as the tests read /dev/kmsg, and
 * takes nothing else from here.
 */
#ifndef SPLATS_H
#define SPLATS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * How an oops opens. The colons tell those of the kernel from its reports of programs:
 * "traps: a.out[7] trap divide error ip:40".
 */
static const char *const splat_oopses[] = {
	"BUG:", "kernel BUG at", "Oops", "general protection fault", "invalid opcode:",
	"double fault:", "divide error:", "stack segment:", "KASAN", "Internal error:",
};

/* All other complaints. */
static const char *const splat_others[] = {
	"WARNING:", "Kernel panic - not syncing", "KCSAN", "UBSAN", "Bad page",
	"Bad rss-counter", "possible circular locking", "possible recursive locking",
	"inconsistent lock state", "suspicious RCU usage", "INFO: possible",
	"sleeping function called from invalid", "scheduling while atomic",
	"trying to register non-static key", "detected stall", "self-detected stall",
	"detected expedited stalls", "blocked for more than", "soft lockup", "hard LOCKUP",
	"new suspected memory leaks", "refcount_t:", "list_add corruption",
	"list_del corruption", "stack guard page", "unable to handle",
};

/* Does @message, without a time stamp, open an oops? */
static inline bool splat_is_oops(const char *message)
{
	for (size_t i = 0; i < sizeof(splat_oopses) / sizeof(splat_oopses[0]); i++)
		if (!strncmp(message, splat_oopses[i], strlen(splat_oopses[i])))
			return true;
	return false;
}

/* Is there a complaint in @line? */
static inline bool splat_is_in(const char *line)
{
	for (size_t i = 0; i < sizeof(splat_oopses) / sizeof(splat_oopses[0]); i++)
		if (strstr(line, splat_oopses[i]))
			return true;
	for (size_t i = 0; i < sizeof(splat_others) / sizeof(splat_others[0]); i++)
		if (strstr(line, splat_others[i]))
			return true;
	return false;
}

#endif
