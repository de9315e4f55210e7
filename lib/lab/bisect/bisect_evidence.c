// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence of a failed run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/run_dir.h"
#include "base/splats.h"
#include "base/text.h"
#include "bisect/bisect_evidence.h"
#include "report/report.h"

/* Nobody reads a longer mail. */
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

/* What the test itself said. */
static json_t *diagnostics(json_t *results, const char *test)
{
	json_t *one, *lines = json_array(), *line;
	size_t i, k;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		const char *name = lab_json_text_of(one, "name");
		char *title = lab_format("%s%s%s", lab_json_text_of(one, "program"),
					 *name ? ":" : "", name);
		bool found = !strcmp(title, test);

		free(title);
		if (!found)
			continue;
		if (lab_json_text_of(one, "reason")[0])
			json_array_append(lines, json_object_get(one, "reason"));
		json_array_foreach(json_object_get(one, "diagnostics"), k, line)
			if (json_array_size(lines) < MAX_LINES)
				json_array_append(lines, line);
		break;
	}
	return lines;
}

/* The program that @test is part of, or NULL; a profile may list it more than once. */
static json_t *program_of(json_t *results, const char *test)
{
	json_t *program, *found = NULL;
	size_t len = strcspn(test, ":"), i;

	json_array_foreach(json_object_get(results, "programs"), i, program) {
		const char *name = lab_json_text_of(program, "name");
		bool failed = json_integer_value(json_object_get(program, "failed")) > 0;

		if (strlen(name) == len && !strncmp(name, test, len) && (!found || failed)) {
			found = program;
			if (failed)
				break;
		}
	}
	return found;
}

/* What the kernel said on @bed; 0: on the first bed with a splat. */
static void add_splat(json_t *record, json_t *lines, const char *dir, unsigned int bed,
		      unsigned int beds)
{
	unsigned int last = bed ? bed : beds;
	size_t before = json_array_size(lines);

	for (bed = bed ? bed : 1; bed <= last && json_array_size(lines) == before; bed++) {
		char *path = lab_run_file(dir, "console", bed, "log"), *console = NULL;
		json_t *splat;
		size_t len;

		if (!lab_read_file(path, &console, &len, NULL)) {
			splat = lab_bisect_splat(console);
			json_array_extend(lines, splat);
			json_decref(splat);
			free(console);
			json_object_set_new(record, "console", lab_json_text(path));
		}
		free(path);
	}
}

static unsigned int count(json_t *object, const char *key)
{
	return (unsigned int)json_integer_value(json_object_get(object, key));
}

void lab_bisect_evidence(json_t *record, json_t *results, const char *dir, const char *test)
{
	json_t *lines = diagnostics(results, test), *program = program_of(results, test);
	json_t *seed = json_object_get(program, "seed");
	struct lab_text command = { NULL };
	char *text;

	lab_text_addf(&command, "%s", lab_json_text_of(results, "command"));
	if (test[0]) {
		lab_text_addf(&command, " --tests ");
		lab_report_quote(&command, test);
	}
	text = lab_text_take(&command);
	add_splat(record, lines, dir, count(program, "bed"), count(results, "beds"));
	json_object_set_new(record, "test", lab_json_text(test));
	json_object_set_new(record, "evidence", lines);
	json_object_set(record, "seed", seed ? seed : json_null());
	json_object_set_new(record, "command", lab_json_text(text));
	json_object_set_new(record, "results", lab_json_text(dir));
	free(text);
}
