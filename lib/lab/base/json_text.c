// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel logs and names of people hold any bytes; JSON does not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"

json_t *lab_json_text(const char *s)
{
	json_t *j = json_string(s);
	char *copy;

	if (j)
		return j;
	copy = lab_strdup(s);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	j = json_string(copy);
	free(copy);
	return j;
}

const char *lab_json_text_of(json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

bool lab_json_has(json_t *object, json_t *part)
{
	json_t *both = json_deep_copy(object);
	bool equal;

	json_object_update_recursive(both, part);
	equal = json_equal(both, object);
	json_decref(both);
	json_decref(part);
	return equal;
}

void lab_json_count(json_t *counts, const char *name)
{
	json_t *before = json_object_get(counts, name);

	json_object_set_new(counts, name, json_integer(json_integer_value(before) + 1));
}

void lab_json_count_all(json_t *counts, json_t *names)
{
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		lab_json_count(counts, json_string_value(name));
}

int lab_json_write(const char *path, json_t *object, struct lab_error *e)
{
	char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	int ret = text ? lab_write_file(path, text, strlen(text), e) :
		lab_fail(e, -ENOMEM, "json_dumps(%s): out of memory", path);

	free(text);
	return ret;
}
