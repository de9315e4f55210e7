/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes to write to the injector's files: commands that make sense, commands
 * that almost do, noise, and far too much of it.
 */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include "support/fuzz_grammar.h"

#define FUZZ_TEXT_MAX	(66 * 1024)	/* longer writes claim what they do not have */

/* What arguments are drawn from. */
struct fuzz_material {
	struct fuzz_random *random;
	uint64_t mem;		/* memory that is invalidated */
	unsigned int pages;	/* of it */
	const int *vms;		/* descriptors, -1 where there is none */
	unsigned int nr_vms;
};

/*
 * fuzz_make_text() - bytes to write to a file
 * @file: whose commands to start from; one without commands gets any other's
 * @buf: FUZZ_TEXT_MAX bytes
 *
 * Never what fuzz_forbidden() forbids.  Return: how many bytes.
 */
size_t fuzz_make_text(const struct fuzz_material *m, enum fuzz_file file, char *buf);

#endif
