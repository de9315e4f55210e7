/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzer does to one open file: opens, writes, reads, and the calls
 * that such files are not made for.
 */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include "support/fuzz_slot.h"

/* fuzz_close() - if it is open */
void fuzz_close(struct fuzz_context *c, struct fuzz_slot *s);

/* fuzz_open() - a file of the module or of a VM, with any flags */
void fuzz_open(struct fuzz_context *c, struct fuzz_slot *s);

enum fuzz_way { WAY_PLAIN, WAY_AT, WAY_VECTOR, WAY_VECTOR_AT };

/* What is about to be written; @len may be more than there is. */
struct fuzz_write {
	enum fuzz_way way;
	const char *text;
	size_t len;
	off_t offset;		/* of the two that take one */
	bool bad;		/* not all of it can be read */
	struct fuzz_command command;
};

/* fuzz_do_write() - as the system call says */
ssize_t fuzz_do_write(int fd, const struct fuzz_write *w);

/* fuzz_draw_write() - what to write to a file, and how; in @c's buffer */
void fuzz_draw_write(struct fuzz_context *c, enum fuzz_file file, struct fuzz_write *w);

/* fuzz_write() - write something, and judge what came of it */
void fuzz_write(struct fuzz_context *c, struct fuzz_slot *s);

/* fuzz_write_many() - several commands by one call: each is one write to the file */
void fuzz_write_many(struct fuzz_context *c, struct fuzz_slot *s);

/* fuzz_read() - any length at any offset, to memory that may not be there */
void fuzz_read(struct fuzz_context *c, struct fuzz_slot *s);

/* fuzz_misuse() - calls that such files are not made for */
void fuzz_misuse(struct fuzz_context *c, struct fuzz_slot *s);

#endif
