// SPDX-License-Identifier: GPL-2.0
/*
 * Samples: are they what they should be? Programs may print anything.
 */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "verdict/samples.h"

/* Whole numbers, @least or more each. */
static bool numbers(json_t *array, json_int_t least)
{
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
		if (!json_is_integer(value) || json_integer_value(value) < least)
			return false;
	return json_is_array(array);
}

static bool series(json_t *array, size_t nr, json_int_t least)
{
	return numbers(array, least) && json_array_size(array) == nr;
}

static bool ascending(json_t *array)
{
	json_int_t before = -1;
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value) {
		if (json_integer_value(value) <= before)
			return false;
		before = json_integer_value(value);
	}
	return true;
}

static bool one_each(json_t *arrays, size_t nr)
{
	json_t *array;
	size_t i;

	json_array_foreach(arrays, i, array)
		if (!series(array, nr, 0))
			return false;
	return json_array_size(arrays) > 0;
}

static bool optional(json_t *samples, const char *key, size_t nr, json_int_t least)
{
	json_t *array = json_object_get(samples, key);

	return !array || series(array, nr, least);
}

static bool valid(json_t *samples)
{
	json_t *ms = json_object_get(samples, "ms"), *gaps = json_object_get(samples, "gaps_us");
	size_t nr = json_array_size(ms);

	return numbers(ms, 0) && nr && nr <= LAB_SAMPLES_MAX && ascending(ms) &&
	       one_each(json_object_get(samples, "visits"), nr) &&
	       /* What a broken kernel says: perhaps less than 0. */
	       optional(samples, "in_progress", nr, LLONG_MIN) &&
	       optional(samples, "invalidations", nr, 0) && optional(samples, "refusals", nr, 0) &&
	       (!gaps || (numbers(gaps, 0) && json_array_size(gaps) <= LAB_GAPS_MAX));
}

json_t *lab_samples_line(const char *line, size_t len)
{
	static const char lead[] = "# samples: ";
	const size_t lead_len = sizeof(lead) - 1;
	json_t *samples;

	for (; len && (*line == ' ' || *line == '\t'); len--)
		line++;
	if (len < lead_len || memcmp(line, lead, lead_len))
		return NULL;
	samples = json_loadb(line + lead_len, len - lead_len, JSON_REJECT_DUPLICATES, NULL);
	if (samples && valid(samples))
		return samples;
	json_decref(samples);
	return NULL;
}
