/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines that a test prints before its result. A test that prints in a loop must
 * not eat the host: of many, those in the middle go, since the first say what was
 * done, and the last what came of it.
 */
#ifndef LAB_KTAP_REMARKS_H
#define LAB_KTAP_REMARKS_H

#include "base/text.h"

/* Bytes kept of a line. */
#define KTAP_LINE_MAX	4096

struct ktap_remarks {
	struct lab_text text;
	size_t cut;		/* where it goes on behind what was left out, 0: all there */
};

/* @c, or '?': control characters would play with the terminal of whoever reads the report. */
char ktap_printable(char c);

/* Append a line of @len bytes. */
void ktap_remarks_add(struct ktap_remarks *r, const char *line, size_t len);

/* Free and empty. */
void ktap_remarks_clear(struct ktap_remarks *r);

#endif
