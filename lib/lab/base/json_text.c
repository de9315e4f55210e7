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

int lab_json_write(const char *path, json_t *object, struct lab_error *e)
{
	char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	int ret = text ? lab_write_file(path, text, strlen(text), e) :
		lab_fail(e, -ENOMEM, "json_dumps(%s): out of memory", path);

	free(text);
	return ret;
}
