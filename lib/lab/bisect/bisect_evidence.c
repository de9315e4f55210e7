// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence of a failed run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/splats.h"
#include "base/text.h"
#include "bisect/bisect_evidence.h"
#include "report/report.h"

/* A mail is read as far as this. */
#define MAX_LINES	60

json_t *lab_bisect_splat(const char *console)
{
	json_t *lines = json_array();

	while (*console && json_array_size(lines) < MAX_LINES) {
		size_t len = strcspn(console, "\n"), text = len;
		char *line;

		if (text && console[text - 1] == '\r')
			text--;
		line = lab_format("%.*s", (int)text, console);
		if (json_array_size(lines) || splat_is_in(line))
			json_array_append_new(lines, lab_json_text(line));
		free(line);
		console += len + (console[len] == '\n');
	}
	return lines;
}

static const char *string(json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

/* Is @title that of @name in @program? */
static bool is_titled(const char *title, const char *program, const char *name)
{
	size_t len = strlen(program);

	return !strncmp(title, program, len) &&
	       (name[0] ? title[len] == ':' && !strcmp(title + len + 1, name) : !title[len]);
}

static json_t *diagnostics(json_t *results, const char *test)
{
	json_t *one, *lines = json_array(), *line;
	size_t i, k;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		if (!is_titled(test, string(one, "program"), string(one, "name")))
			continue;
		if (string(one, "reason")[0])
			json_array_append(lines, json_object_get(one, "reason"));
		json_array_foreach(json_object_get(one, "diagnostics"), k, line)
			if (json_array_size(lines) < MAX_LINES)
				json_array_append(lines, line);
		break;
	}
	return lines;
}

static json_t *seed(json_t *results, const char *test)
{
	json_t *program;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, program) {
		const char *name = string(program, "name");

		if (!strncmp(test, name, strlen(name)) && strchr(":", test[strlen(name)]))
			return json_incref(json_object_get(program, "seed"));
	}
	return json_null();
}

static char *replay(json_t *results, const char *test)
{
	struct lab_text t = { NULL };

	lab_text_addf(&t, "%s", string(results, "command"));
	if (test[0]) {
		lab_text_addf(&t, " --tests ");
		lab_report_quote(&t, test);
	}
	return lab_text_take(&t);
}

void lab_bisect_evidence(json_t *record, json_t *results, const char *dir, const char *test)
{
	json_t *lines = diagnostics(results, test), *splat;
	char *console = lab_read_or_empty(dir, "console.log"), *command = replay(results, test);

	splat = lab_bisect_splat(console);
	json_array_extend(lines, splat);
	json_decref(splat);
	json_object_set_new(record, "test", lab_json_text(test));
	json_object_set_new(record, "evidence", lines);
	json_object_set_new(record, "seed", seed(results, test));
	json_object_set_new(record, "command", lab_json_text(command));
	json_object_set_new(record, "results", lab_json_text(dir));
	free(command);
	free(console);
}
