// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the kernel tree's own tests mean something on this bed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "prove/upstream_sound.h"

/* A third of a test's limit: a run over the limit is no matter of a busy bed then. */
#define SLOW_MS		15000
#define TOO_SLOW	"too slow for its limit"

/* How upstream_test says by which site it came. */
#define REACHED		"# reached "

char *lab_sound_test_name(const char *name)
{
	const char *from = strchr(name, '.'), *to = strrchr(name, '.');

	return from && to > from ? lab_format("%.*s", (int)(to - from - 1), from + 1) : NULL;
}

/* Why it is not sound; "" if it is. */
static char *what_is_wrong(const char *status, json_t *one, json_int_t ms)
{
	const char *reason = json_string_value(json_object_get(one, "reason")), *line;
	json_t *value;
	size_t i;

	if (!strcmp(status, "skip"))
		return lab_format("skips: %s", reason ? reason : "");
	if (!strcmp(status, "pass"))
		return ms > SLOW_MS ? lab_strdup(TOO_SLOW) : lab_strdup("");
	json_array_foreach(json_object_get(one, "diagnostics"), i, value) {
		line = json_string_value(value);
		if (line && (strstr(line, "error: ") || strstr(line, "broken: ")))
			return lab_format("fails: %s", strstr(line, ": ") + 2);
	}
	return lab_strdup("fails");
}

static void add_reached(struct lab_sound *s, const char *name, json_t *one)
{
	json_t *value, *tests;
	const char *line;
	size_t i;

	json_array_foreach(json_object_get(one, "diagnostics"), i, value) {
		line = json_string_value(value);
		if (!line || strncmp(line, REACHED, strlen(REACHED)))
			continue;
		line += strlen(REACHED);
		tests = json_object_get(s->reached, line);
		if (!tests) {
			tests = json_object();
			json_object_set_new(s->reached, line, tests);
		}
		json_object_set_new(tests, name, json_true());
	}
}

static void add_case(struct lab_sound *s, json_t *one, double *seconds)
{
	const char *full, *status, *before;
	json_int_t ms;
	char *name, *wrong;

	if (json_unpack(one, "{s:s, s:s, s:I}", "name", &full, "status", &status, "ms", &ms))
		return;
	name = lab_sound_test_name(full);
	if (!name)
		return;
	wrong = what_is_wrong(status, one, ms);
	if (!wrong[0])
		*seconds += (double)ms / 1000;
	before = json_string_value(json_object_get(s->tests, name));
	/* To fail once is enough, but what is slow now and then shares a busy bed. */
	if (!before || !strcmp(before, TOO_SLOW) || (!before[0] && strcmp(wrong, TOO_SLOW)))
		json_object_set_new(s->tests, name, json_string(wrong));
	add_reached(s, name, one);
	free(wrong);
	free(name);
}

int lab_sound_add(struct lab_sound *s, const char *path, struct lab_error *e)
{
	json_t *results = json_load_file(path, 0, NULL), *one;
	json_t *cases = json_object_get(results, "cases");
	double seconds = 0;
	size_t i;

	if (!json_array_size(cases)) {
		json_decref(results);
		return lab_fail(e, -EINVAL, "%s: no results of tests", path);
	}
	if (!s->tests) {
		s->tests = json_object();
		s->reached = json_object();
	}
	json_array_foreach(cases, i, one)
		add_case(s, one, &seconds);
	if (seconds > s->seconds)
		s->seconds = seconds;
	json_decref(results);
	return 0;
}

void lab_sound_free(struct lab_sound *s)
{
	json_decref(s->tests);
	json_decref(s->reached);
	*s = (struct lab_sound){ NULL };
}

char *lab_sound_leave_out(const struct lab_sound *s)
{
	struct lab_text t = { NULL };
	const char *name;
	json_t *wrong;

	json_object_foreach(s->tests, name, wrong)
		if (json_string_length(wrong))
			lab_text_addf(&t, "%s\n", name);
	return lab_text_take(&t);
}

void lab_sound_leave(struct lab_sound *s, const char *list)
{
	char *words = lab_strdup(list), *rest = words, *name;
	json_t *wrong;

	while ((name = strsep(&rest, "\n"))) {
		wrong = json_object_get(s->tests, name);
		if (wrong && !json_string_length(wrong))
			json_object_set_new(s->tests, name, json_string("unsteady"));
	}
	free(words);
}

char *lab_sound_reaching(const struct lab_sound *s, const char *regression)
{
	struct lab_text t = { NULL };
	const char *name;
	json_t *reached;

	lab_text_addf(&t, "%s", "");
	/* In the order of the tests, the likeliest to notice first. */
	json_object_foreach(json_object_get(s->reached, regression), name, reached)
		if (!json_string_length(json_object_get(s->tests, name)))
			lab_text_addf(&t, "%supstream_test:upstream.%s.passes",
				      t.len ? " " : "", name);
	return lab_text_take(&t);
}

void lab_sound_summary(FILE *f, const struct lab_sound *s)
{
	size_t all = json_object_size(s->tests), sound = 0;
	const char *name;
	json_t *wrong;

	json_object_foreach(s->tests, name, wrong)
		sound += !json_string_length(wrong);
	fprintf(f, "%zu of %zu tests of the kernel tree pass here without a regression, in %.0f s\n",
		sound, all, s->seconds);
}

void lab_sound_table(FILE *f, const struct lab_sound *s)
{
	const char *name;
	json_t *wrong;

	fprintf(f, "| test | without a regression |\n|---|---|\n");
	json_object_foreach(s->tests, name, wrong)
		fprintf(f, "| %s | %s |\n", name,
			json_string_length(wrong) ? json_string_value(wrong) : "passes");
}
