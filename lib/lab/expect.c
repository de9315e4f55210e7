// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and comparing expectations.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "expect.h"
#include "text.h"

static int read_row(json_t *row, struct lab_expect *x, const char *path, struct lab_error *e)
{
	json_t *exits, *texts, *value;
	json_error_t why;
	size_t i;

	x->profile = "negative";
	if (json_unpack_ex(row, &why, JSON_STRICT, "{s:s, s?s, s?s, s?s, s:o, s:o}",
			   "name", &x->name, "tests", &x->tests, "profile", &x->profile,
			   "append", &x->append, "exit", &exits, "text", &texts))
		return lab_fail(e, -EINVAL, "%s: %s", path, why.text);
	json_array_foreach(exits, i, value) {
		if (!json_is_integer(value) || i == LAB_EXPECT_MAX)
			return lab_fail(e, -EINVAL, "%s: \"%s\": bad exit", path, x->name);
		x->exits[x->nr_exits++] = (int)json_integer_value(value);
	}
	json_array_foreach(texts, i, value) {
		if (!json_is_string(value) || i == LAB_EXPECT_MAX)
			return lab_fail(e, -EINVAL, "%s: \"%s\": bad text", path, x->name);
		x->texts[x->nr_texts++] = json_string_value(value);
	}
	/* A row that expects nothing would prove nothing. */
	if (!x->nr_exits || !x->nr_texts)
		return lab_fail(e, -EINVAL, "%s: \"%s\": needs exit and text", path, x->name);
	return 0;
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

int lab_expect_exit(const struct lab_expect *x, int code)
{
	for (size_t i = 0; i < x->nr_exits; i++)
		if (x->exits[i] == code)
			return 1;
	return 0;
}

const char *lab_expect_missing(const struct lab_expect *x, const char *const contents[],
			       size_t nr)
{
	for (size_t i = 0; i < x->nr_texts; i++) {
		size_t k = 0;

		while (k < nr && !strstr(contents[k], x->texts[i]))
			k++;
		if (k == nr)
			return x->texts[i];
	}
	return NULL;
}
