// SPDX-License-Identifier: GPL-2.0
/*
 * Formatting of the lab's error text.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/lab_error.h"

int lab_fail(struct lab_error *e, int ret, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (e) {
		va_start(ap, fmt);
		vsnprintf(e->text, sizeof(e->text), fmt, ap);
		va_end(ap);
	}
	errno = saved;
	return ret;
}
