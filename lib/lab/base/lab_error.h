/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How functions of the lab say what went wrong: one line of text that names
 * the call, its arguments and the reason, filled in where the reason is known
 * and printed once, by whoever decides what it means for the run.
 */
#ifndef LAB_ERROR_H
#define LAB_ERROR_H

struct lab_error {
	char text[1024];
};

/*
 * Format the reason into @e (which may be NULL when nobody will read it) and
 * return @ret, by convention a negative errno, so that a caller can write
 * "return lab_fail(e, -errno, ...)". errno is preserved. Text that does not
 * fit is cut.
 */
int lab_fail(struct lab_error *e, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
