/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The running kernel's own code: its functions by name and address, and who calls whom.
 *
 * Functions of modules are left out.
 */
#ifndef KERNEL_TEXT_H
#define KERNEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

#define KERNEL_NAME_MAX	64

struct kernel_function {
	uint64_t at;
	char name[KERNEL_NAME_MAX];	/* without what compilers add, as in ".constprop.0" */
};

struct kernel_text {
	struct kernel_function *functions;	/* by address */
	size_t nr;
};

/*
 * kernel_text_read() - the functions of /proc/kallsyms
 * @text: release with kernel_text_free(), also after an error
 *
 * Return: 0, or -1 with a skip (addresses are hidden) or an error.
 */
int kernel_text_read(struct kernel_text *text, struct result *r);

/* kernel_text_free() - safe on a zeroed one */
void kernel_text_free(struct kernel_text *text);

/* kernel_text_find() - where a function begins, or 0 */
uint64_t kernel_text_find(const struct kernel_text *text, const char *name);

/*
 * kernel_text_calls() - find direct calls of, and jumps to, one of these functions
 * @to: where the functions begin
 * @nr: how many
 * @found: called with each place: the function it is in (also more than once), and which
 *	   of @to it calls
 * @arg: for it
 *
 * Reads /proc/kcore.  Return: 0, or -1 with a skip: the kernel does not show its code.
 */
int kernel_text_calls(const struct kernel_text *text, const uint64_t *to, size_t nr,
		      void (*found)(void *arg, const struct kernel_function *in, size_t which),
		      void *arg, struct result *r);

#endif
