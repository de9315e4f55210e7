// SPDX-License-Identifier: GPL-2.0
/*
 * Collecting which oracles have looked at something.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/result.h"

#define BIT(oracle)	(1u << (oracle))

const char *oracle_name(enum oracle oracle)
{
	static const char * const names[NR_ORACLES] = {
		[ORACLE_CONTENTS] = "contents",
		[ORACLE_PROGRESS] = "progress",
		[ORACLE_ISOLATION] = "isolation",
		[ORACLE_HEALTH] = "health",
		[ORACLE_PAIRING] = "pairing",
		[ORACLE_EFFECT] = "effect",
		[ORACLE_TRANSLATIONS] = "translations",
		[ORACLE_DEATH] = "death",
		[ORACLE_FAULTS] = "faults",
		[ORACLE_ORDER] = "order",
		[ORACLE_PRECISION] = "precision",
		[ORACLE_REFUSAL] = "refusal",
		[ORACLE_MEMSLOTS] = "memslots",
		[ORACLE_DIRTY_LOG] = "dirty_log",
		[ORACLE_WAKEUPS] = "wakeups",
		[ORACLE_CLOCK] = "clock",
		[ORACLE_LEAKS] = "leaks",
		[ORACLE_TOOLS] = "tools",
		[ORACLE_KLOG] = "klog",
	};

	return names[oracle];
}

void result_judged(struct result *r, enum oracle oracle)
{
	r->judged.by |= BIT(oracle);
}

void result_not_judged(struct result *r, enum oracle oracle, const char *fmt, ...)
{
	char *why = r->judged.why_not[oracle], *c;
	va_list ap;

	if (why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(r->judged.why_not[0]), fmt, ap);
	va_end(ap);
	/* It separates reasons. */
	while ((c = strchr(why, ';')))
		*c = ',';
}

void result_adopt_judged(struct result *r, const struct result *other)
{
	unsigned int n;

	r->judged.by |= other->judged.by;
	for (n = 0; n < NR_ORACLES; n++) {
		if (!r->judged.why_not[n][0])
			memcpy(r->judged.why_not[n], other->judged.why_not[n],
			       sizeof(r->judged.why_not[n]));
	}
}

bool judged_anything(const struct judged *j)
{
	return j->by & ~BIT(ORACLE_KLOG);
}

/* Add to a text of @len characters; return its new length. */
static size_t add(char *text, size_t size, size_t len, const char *what)
{
	int n = snprintf(text + len, size - len, "%s", what);

	return n > 0 && (size_t)n < size - len ? len + n : size - 1;
}

void judged_list(const struct judged *j, char *text, size_t size)
{
	char one[32];
	size_t len = 0;
	unsigned int n;

	text[0] = '\0';
	for (n = 0; n < NR_ORACLES; n++) {
		if (!(j->by & BIT(n)))
			continue;
		snprintf(one, sizeof(one), "%s%s", len ? " " : "", oracle_name(n));
		len = add(text, size, len, one);
	}
}

void judged_why_not(const struct judged *j, char *text, size_t size)
{
	char one[128];
	size_t len = 0;
	unsigned int n;

	text[0] = '\0';
	for (n = 0; n < NR_ORACLES; n++) {
		if (j->by & BIT(n) || !j->why_not[n][0])
			continue;
		snprintf(one, sizeof(one), "%s%s (%s)", len ? "; " : "", oracle_name(n),
			 j->why_not[n]);
		len = add(text, size, len, one);
	}
}
