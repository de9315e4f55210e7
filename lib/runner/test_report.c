// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting one test as KTAP.
 */
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

void test_report(unsigned int number, const char *name, const char *whole,
		 const char *program, const struct result *r)
{
	const char *status = "ok";

	if (r->kind == RESULT_FAIL || r->kind == RESULT_ERROR) {
		printf("# %s: %s\n", r->kind == RESULT_FAIL ? "broken" : "error",
		       r->reason);
		status = "not ok";
	}
	print_evidence(r->evidence);
	if (r->kind == RESULT_SKIP) {
		printf("ok %u %s # SKIP %s\n", number, name, r->reason);
	} else {
		if (r->kind != RESULT_PASS)
			printf("# replay: %s -t '%s'\n", program, whole);
		printf("%s %u %s\n", status, number, name);
	}
	fflush(stdout);
}
