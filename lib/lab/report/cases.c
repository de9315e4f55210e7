// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "report/cases.h"

int lab_results_load(const char *run, json_t **results, struct lab_error *e)
{
	char *path = lab_is_dir(run) ? lab_format("%s/results.json", run) : lab_strdup(run);
	json_error_t why;
	int ret = 0;

	*results = json_load_file(path, 0, &why);
	if (!*results)
		ret = lab_fail(e, -EINVAL, "%s: %s", path, why.text);
	else if (!json_is_array(json_object_get(*results, "cases")))
		ret = lab_fail(e, -EINVAL, "%s is not the results.json of a run", path);
	free(path);
	return ret;
}

bool lab_verdict_is_of_tests(json_t *results)
{
	const char *verdict = lab_json_text_of(results, "verdict");

	return !strcmp(verdict, "pass") || !strcmp(verdict, "fail") || !strcmp(verdict, "error") ||
		!strcmp(verdict, "skip");
}

char *lab_case_title(json_t *one)
{
	const char *name = lab_json_text_of(one, "name");

	return lab_format("%s%s%s", lab_json_text_of(one, "program"), name[0] ? ":" : "", name);
}

bool lab_case_failed(json_t *one)
{
	const char *status = lab_json_text_of(one, "status");

	return !strcmp(status, "fail") || !strcmp(status, "error");
}

const char *lab_case_why(json_t *one)
{
	static const char lead[] = "# broken: ";
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		if (!strncmp(json_string_value(line), lead, strlen(lead)))
			return json_string_value(line) + strlen(lead);
	return lab_json_text_of(one, "reason");
}

bool lab_case_speed(json_t *one, double *under, double *baseline)
{
	const char *told;
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(one, "diagnostics"), i, line) {
		told = strstr(json_string_value(line), "visits/s ");
		if (told && sscanf(told, "visits/s %lf (baseline %lf)", under, baseline) == 2)
			return true;
	}
	return false;
}

void lab_report_cell(struct lab_text *t, const char *text)
{
	lab_text_addf(t, "| ");
	for (; *text; text++)
		lab_text_add(t, *text == '|' ? "/" : text, 1);
	lab_text_addf(t, " ");
}
