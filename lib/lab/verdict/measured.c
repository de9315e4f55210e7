// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/measured.h"

static const struct lab_unit units[] = {
	{ "count", -1, true },
	{ "us", -1, false },
	{ "s", -1, false },
	{ "/s", 1, false },
	{ "ratio", 1, false },
	{ "exponent", -1, false },
	{ "pages", 0, false },
	{ "bytes", 0, false },
};

const struct lab_unit *lab_unit(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(name, units[i].name))
			return &units[i];
	return NULL;
}

/* strtod() takes 0x10, inf and nan as well. */
static bool decimal(const char *s, double *value)
{
	char *end;

	*value = strtod(s, &end);
	return end != s && !*end && !s[strspn(s, "0123456789.+-eE")] && isfinite(*value);
}

static void put(json_t *all, const char *name, double value, const char *unit)
{
	json_object_set_new(all, name, json_pack("{s:f, s:s}", "value", value, "unit", unit));
}

static void take(json_t *all, const char *text, int len)
{
	char line[160], name[64], value[32], unit[16];
	double number;
	int end = 0;

	snprintf(line, sizeof(line), "%.*s", len, text);
	if (sscanf(line, "# measured: %63[a-z0-9_] %31s %15s%n", name, value, unit, &end) == 3 &&
	    !line[end] && decimal(value, &number) && lab_unit(unit))
		put(all, name, number, unit);
}

static void take_by_row(json_t *all, const char *lines, json_t *row)
{
	const char *name, *pattern, *unit;
	double number, amount = 0;
	regmatch_t match[2];
	char text[32];
	regex_t re;

	if (json_unpack(row, "{s:s, s:s, s:s, s?F}", "name", &name, "pattern", &pattern,
			"unit", &unit, "amount", &amount) ||
	    !lab_unit(unit) || regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE))
		return;
	if (!regexec(&re, lines, 2, match, 0) && match[1].rm_so >= 0) {
		snprintf(text, sizeof(text), "%.*s", (int)(match[1].rm_eo - match[1].rm_so),
			 lines + match[1].rm_so);
		if (decimal(text, &number) && (!amount || number > 0))
			put(all, name, amount ? amount / number : number, unit);
	}
	regfree(&re);
}

json_t *lab_measured(const char *lines, json_t *rows)
{
	json_t *all = json_object(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
		take_by_row(all, lines, row);

	while (*lines) {
		int len = strcspn(lines, "\n");

		take(all, lines, len);
		lines += len + (lines[len] == '\n');
	}
	if (json_object_size(all))
		return all;
	json_decref(all);
	return NULL;
}
