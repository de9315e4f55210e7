// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and comparing expectations.
 */
#include <jansson.h>
#include <string.h>

#include "base/lab_error.h"
#include "prove/prove.h"

/* An outcome of nothing would prove nothing. */
static bool all_are(json_type type, json_t *array)
{
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
		if (json_typeof(value) != type)
			return false;
	return json_array_size(array);
}

static int check_row(json_t *row, const char *path, struct lab_error *e)
{
	json_t *exits[2], *texts[2] = { NULL };
	const char *name, *other;
	json_error_t why;

	if (json_unpack_ex(row, &why, JSON_STRICT,
			   "{s:s, s?s, s?s, s?s, s:o, s:o, s?{s:o, s:o}}", "name", &name,
			   "tests", &other, "profile", &other, "append", &other,
			   "exit", &exits[0], "text", &texts[0],
			   "fixed", "exit", &exits[1], "text", &texts[1]))
		return lab_fail(e, -1, "%s: %s", path, why.text);
	for (int i = 0; i < 2 && texts[i]; i++)
		if (!all_are(JSON_INTEGER, exits[i]) || !all_are(JSON_STRING, texts[i]))
			return lab_fail(e, -1, "%s: \"%s\": needs numbers as exit, strings as text",
					path, name);
	if (!json_object_get(row, "profile"))
		json_object_set_new(row, "profile", json_string("negative"));
	return 0;
}

json_t *lab_expect_read(const char *path, struct lab_error *e)
{
	json_error_t why;
	json_t *rows = json_load_file(path, 0, &why), *row;
	int ret = 0;
	size_t i;

	if (!rows)
		ret = lab_fail(e, -1, "%s:%d: %s", path, why.line, why.text);
	else if (!json_array_size(rows))	/* of no rows none would fail */
		ret = lab_fail(e, -1, "%s: an array of rows is expected, one at least", path);
	json_array_foreach(rows, i, row)
		ret = ret ? ret : check_row(row, path, e);
	if (!ret)
		return rows;
	json_decref(rows);
	return NULL;
}

static bool allows(json_t *outcome, int code)
{
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(outcome, "exit"), i, value)
		if (json_integer_value(value) == code)
			return true;
	return false;
}

json_t *lab_expect_outcome(json_t *row, int code)
{
	json_t *fixed = json_object_get(row, "fixed");

	return allows(row, code) ? row : allows(fixed, code) ? fixed : NULL;
}

const char *lab_expect_missing(json_t *outcome, const char *text)
{
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(outcome, "text"), i, value)
		if (!strstr(text, json_string_value(value)))
			return json_string_value(value);
	return NULL;
}
