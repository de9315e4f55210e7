// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of kselftest's runner. See kselftest_line.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/text.h"
#include "verdict/kselftest_line.h"

/* "selftests: COLLECTION: NAME" without what stands before the name. */
static const char *bare_name(const char *s)
{
	int at = 0;

	sscanf(s, "selftests: %*[^:]: %n", &at);
	return s + at;
}

const char *lab_kselftest_line(const char *line, size_t len, char *buf, size_t size)
{
	char *text = lab_format("%.*s", (int)len, line);
	const char *own = strncmp(text, "# ", 2) ? NULL : text + 2;
	int at = 0;

	/* "ok 3 selftests: COLLECTION: NAME # SKIP" */
	sscanf(text, "ok %*[0-9] %n", &at);
	sscanf(text, "not ok %*[0-9] %n", &at);
	if (own && !strncmp(own, "timeout set to ", 15))
		buf = NULL;
	else if (own && !strncmp(own, "# |", 3))
		snprintf(buf, size, "%s", own);
	else if (own && !strncmp(own, "selftests: ", 11))
		snprintf(buf, size, "    # Subtest: %s", bare_name(own));
	else if (own)
		snprintf(buf, size, "    %s", own);
	else
		snprintf(buf, size, "%.*s%s", at, text, at ? bare_name(text + at) : text);
	free(text);
	return buf;
}

/* "selftests: COLLECTION: NAME # why" */
static bool parse(const char *s, struct lab_kselftest_end *end)
{
	end->why[0] = '\0';
	if (sscanf(s, "selftests: %127[^:]: %127s # %127[^\n]", end->collection, end->name,
		   end->why) < 2)
		return false;
	end->skip = !strncmp(end->why, "SKIP", 4);
	return true;
}

bool lab_kselftest_title(const char *line, struct lab_kselftest_end *end)
{
	return !strncmp(line, "# ", 2) && parse(line + 2, end);
}

bool lab_kselftest_ending(const char *line, struct lab_kselftest_end *end)
{
	int at = 0;

	end->ok = !strncmp(line, "ok ", 3);
	sscanf(line, end->ok ? "ok %*u %n" : "not ok %*u %n", &at);
	return at && parse(line + at, end);
}

struct channel_exit lab_kselftest_exit(const struct lab_kselftest_end *end)
{
	struct channel_exit x = { .code = !end->ok ? 127 : end->skip ? LAB_EXIT_SKIP : 0 };

	sscanf(end->why, "exit=%d", &x.code);
	x.over_limit = !strncmp(end->why, "TIMEOUT", 7);
	/* As a shell tells it. */
	if (x.code > 128) {
		x.signal = x.code - 128;
		x.code = -1;
	}
	return x;
}
