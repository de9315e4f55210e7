// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the output of run_kselftest.sh.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "verdict/kselftest_line.h"

static const char *begins(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) ? NULL : s + len;
}

/* "selftests: COLLECTION: NAME" without what stands before the name. */
static const char *bare_name(const char *s)
{
	const char *p = begins(s, "selftests: "), *name = p ? strstr(p, ": ") : NULL;

	return name ? name + 2 : s;
}

/* "ok 3 selftests: COLLECTION: NAME # SKIP" */
static bool shorten_result(const char *s, char *buf, size_t size)
{
	const char *p = begins(s, "ok ");
	int n;

	if (!p)
		p = begins(s, "not ok ");
	if (!p)
		return false;
	n = (int)strspn(p, "0123456789");
	if (!n || p[n] != ' ')
		return false;
	n += (int)(p - s) + 1;
	snprintf(buf, size, "%.*s%s", n, s, bare_name(s + n));
	return true;
}

const char *lab_kselftest_line(const char *line, size_t len, char *buf, size_t size)
{
	char *text = lab_format("%.*s", (int)len, line);
	const char *own = begins(text, "# ");

	if (own && begins(own, "timeout set to "))
		buf = NULL;
	else if (own && begins(own, "# |"))
		snprintf(buf, size, "%s", own);
	else if (own && begins(own, "selftests: "))
		snprintf(buf, size, "    # Subtest: %s", bare_name(own));
	else if (own)
		snprintf(buf, size, "    %s", own);
	else if (!shorten_result(text, buf, size))
		snprintf(buf, size, "%s", text);
	free(text);
	return buf;
}
