// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting one test as KTAP.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "runner/test_report.h"

static void print_evidence(const char *text)
{
	while (*text) {
		int len = strcspn(text, "\n");

		printf("# %.*s\n", len, text);
		text += len + (text[len] == '\n');
	}
}

/* An interface, see selftests/README.md. */
static void print_judged(const struct judged *j)
{
	char text[JUDGED_TEXT_MAX];

	judged_list(j, text, sizeof(text));
	if (text[0])
		printf("# judged: %s\n", text);
	judged_why_not(j, text, sizeof(text));
	if (text[0])
		printf("# not judged: %s\n", text);
}

void test_report(unsigned int number, const char *name, const char *whole,
		 const char *program, const struct result *r)
{
	bool ok = r->kind == RESULT_PASS || r->kind == RESULT_SKIP;

	if (r->kind == RESULT_FAIL)
		printf("# broken: %s\n", r->reason);
	print_evidence(r->evidence);
	print_judged(&r->judged);
	if (!ok)
		printf("# replay: %s -t '%s'\n", program, whole);
	printf("%s %u %s", ok ? "ok" : "not ok", number, name);
	if (r->kind == RESULT_SKIP)
		printf(" # SKIP %s", r->reason);
	if (r->kind == RESULT_ERROR)
		printf(" # ERROR %s", r->reason);
	putchar('\n');
	fflush(stdout);
}
