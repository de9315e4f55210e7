// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/json_text.h"
#include "bisect/bisect_count.h"
#include "report/cases.h"
#include "verdict/measured.h"

/* The case of that @title; one that passed if there is any. */
static json_t *find_test(json_t *results, const char *title, size_t len)
{
	json_t *one, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		char *is = lab_case_title(one);

		if (strlen(is) == len && !strncmp(is, title, len) &&
		    (!found || !strcmp(lab_json_text_of(one, "status"), "pass")))
			found = one;
		free(is);
	}
	return found;
}

/* The machine was lost, or did not come up for a reason of its own: another run may say more. */
static bool may_be_the_bed(json_t *results, int code)
{
	return !results || code == LAB_EXIT_INFRASTRUCTURE;
}

enum lab_bisect_run lab_bisect_classify_count(json_t *results, int code,
					      struct lab_bisect_count *c)
{
	const char *slash = strrchr(c->figure, '/'), *status;
	json_t *test = find_test(results, c->figure, (size_t)(slash - c->figure));
	json_t *measured = json_object_get(json_object_get(test, "measured"), slash + 1);
	const struct lab_unit *unit = lab_unit(lab_json_text_of(measured, "unit"));

	c->test = NULL;
	status = test ? lab_json_text_of(test, "status") : "not run";
	if (strcmp(status, "pass") || !unit) {
		snprintf(c->why, sizeof(c->why), "%.200s was not measured (test: %s; run: %.100s)",
			 c->figure, status, lab_json_text_of(results, "verdict"));
		return may_be_the_bed(results, code) ? LAB_BISECT_NOTHING : LAB_BISECT_UNFIT;
	}
	if (!unit->exact) {
		snprintf(c->why, sizeof(c->why), "%.200s is in %s: only counts are exact", c->figure,
			 unit->name);
		return LAB_BISECT_UNFIT;
	}
	c->test = test;
	c->value = json_number_value(json_object_get(measured, "value"));
	snprintf(c->why, sizeof(c->why), "%.200s is %g", c->figure, c->value);
	return c->value > c->limit ? LAB_BISECT_BROKE : LAB_BISECT_PASSED;
}
