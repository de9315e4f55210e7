// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a bisection, on disk.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "bisect/bisect_state.h"

json_t *lab_bisect_state_new(const struct lab_bisect_end *good, const struct lab_bisect_end *bad,
			     char *const *options)
{
	json_t *words = json_array();

	while (options && *options)
		json_array_append_new(words, lab_json_text(*options++));
	return json_pack("{s:s, s:s, s:[o, o], s:o, s:b, s:[]}", "good", good->commit,
			 "bad", bad->commit, "names", lab_json_text(good->name),
			 lab_json_text(bad->name), "options", words, "done", 0, "steps");
}

bool lab_bisect_state_ends(json_t *state, struct lab_bisect_end *good,
			   struct lab_bisect_end *bad)
{
	const char *good_name, *bad_name, *good_commit, *bad_commit;

	if (json_unpack(state, "{s:s, s:s, s:[s, s]}", "good", &good_commit, "bad", &bad_commit,
			"names", &good_name, &bad_name) ||
	    strcmp(good_name, good->name) || strcmp(bad_name, bad->name))
		return false;
	snprintf(good->commit, sizeof(good->commit), "%s", good_commit);
	snprintf(bad->commit, sizeof(bad->commit), "%s", bad_commit);
	return true;
}

int lab_bisect_state_load(const char *path, json_t **state, struct lab_error *e)
{
	json_error_t why;

	*state = NULL;
	if (!lab_is_file(path))
		return 0;
	*state = json_load_file(path, 0, &why);
	if (*state && json_is_string(json_object_get(*state, "good")) &&
	    json_is_string(json_object_get(*state, "bad")) &&
	    json_is_boolean(json_object_get(*state, "done")) &&
	    json_is_array(json_object_get(*state, "steps")))
		return 0;
	lab_fail(e, 0, "%s is no state of a bisection%s%.200s: remove it", path,
		 *state ? "" : ": ", *state ? "" : why.text);
	json_decref(*state);
	*state = NULL;
	return -EINVAL;
}

int lab_bisect_state_save(const char *path, json_t *state, struct lab_error *e)
{
	char *text = json_dumps(state, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	int ret;

	if (!text)
		return lab_fail(e, -ENOMEM, "json_dumps(%s): out of memory", path);
	ret = lab_write_file(path, text, strlen(text), e);
	free(text);
	return ret;
}

bool lab_bisect_state_same(json_t *a, json_t *b)
{
	static const char *const keys[] = { "good", "bad", "options" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
			return false;
	return true;
}

bool lab_bisect_state_done(json_t *state)
{
	return json_is_true(json_object_get(state, "done"));
}

json_t *lab_bisect_state_step(json_t *state, const char *commit)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(state, "steps"), i, one)
		if (!strcmp(lab_json_text_of(one, "commit"), commit))
			return one;
	return NULL;
}

void lab_bisect_state_add(json_t *state, json_t *step)
{
	json_array_append_new(json_object_get(state, "steps"), step);
}

double lab_bisect_number(json_t *step, const char *key)
{
	return json_number_value(json_object_get(step, key));
}
