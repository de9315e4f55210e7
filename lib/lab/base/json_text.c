// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel logs and names of people hold any bytes; JSON does not.
 */
#include <stdlib.h>

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
