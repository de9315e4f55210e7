// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and comparing expectations.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "prove/expect.h"

/* Returns NULL, or what is wrong. */
static const char *read_outcome(json_t *exits, json_t *texts, struct lab_outcome *o)
{
	json_t *value;
	size_t i;

	json_array_foreach(exits, i, value) {
		if (!json_is_integer(value) || i == LAB_EXPECT_MAX)
			return "bad exit";
		o->exits[o->nr_exits++] = (int)json_integer_value(value);
	}
	json_array_foreach(texts, i, value) {
		if (!json_is_string(value) || i == LAB_EXPECT_MAX)
			return "bad text";
		o->texts[o->nr_texts++] = json_string_value(value);
	}
	/* A row that expects nothing would prove nothing. */
	return o->nr_exits && o->nr_texts ? NULL : "needs exit and text";
}

static int read_row(json_t *row, struct lab_expect *x, const char *path, struct lab_error *e)
{
	json_t *exits, *texts, *fixed = NULL;
	const char *wrong;
	json_error_t why;

	x->profile = "negative";
	if (json_unpack_ex(row, &why, JSON_STRICT, "{s:s, s?s, s?s, s?s, s:o, s:o, s?o}",
			   "name", &x->name, "tests", &x->tests, "profile", &x->profile,
			   "append", &x->append, "exit", &exits, "text", &texts,
			   "fixed", &fixed))
		return lab_fail(e, -EINVAL, "%s: %s", path, why.text);
	wrong = read_outcome(exits, texts, &x->broken);
	if (!wrong && fixed) {
		if (json_unpack_ex(fixed, &why, JSON_STRICT, "{s:o, s:o}", "exit", &exits,
				   "text", &texts))
			wrong = why.text;
		else
			wrong = read_outcome(exits, texts, &x->fixed);
	}
	return wrong ? lab_fail(e, -EINVAL, "%s: \"%s\": %s", path, x->name, wrong) : 0;
}

int lab_expect_read(const char *path, struct lab_expect_list *list, struct lab_error *e)
{
	json_error_t why;
	json_t *row;
	size_t i;

	memset(list, 0, sizeof(*list));
	list->json = json_load_file(path, 0, &why);
	if (!list->json)
		return lab_fail(e, -EINVAL, "%s:%d: %s", path, why.line, why.text);
	list->nr = json_array_size(list->json);
	/* Of no rows none would fail. */
	if (!list->nr) {
		lab_expect_free(list);
		return lab_fail(e, -EINVAL, "%s: an array of rows is expected, one at least", path);
	}
	list->rows = lab_realloc(NULL, list->nr + 1, sizeof(*list->rows));
	memset(list->rows, 0, (list->nr + 1) * sizeof(*list->rows));
	json_array_foreach((json_t *)list->json, i, row) {
		int ret = read_row(row, &list->rows[i], path, e);

		if (ret) {
			lab_expect_free(list);
			return ret;
		}
	}
	return 0;
}

void lab_expect_free(struct lab_expect_list *list)
{
	free(list->rows);
	json_decref(list->json);
	memset(list, 0, sizeof(*list));
}

static int allows(const struct lab_outcome *o, int code)
{
	for (size_t i = 0; i < o->nr_exits; i++)
		if (o->exits[i] == code)
			return 1;
	return 0;
}

const struct lab_outcome *lab_expect_outcome(const struct lab_expect *x, int code)
{
	return allows(&x->broken, code) ? &x->broken : allows(&x->fixed, code) ? &x->fixed : NULL;
}

const char *lab_expect_missing(const struct lab_outcome *o, const char *text)
{
	for (size_t i = 0; i < o->nr_texts; i++)
		if (!strstr(text, o->texts[i]))
			return o->texts[i];
	return NULL;
}
