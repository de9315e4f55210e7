// SPDX-License-Identifier: GPL-2.0
/*
 * Edit distance with swapped neighbours ("optimal string alignment").
 */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define LONGEST	31	/* letters that are looked at */

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
	size_t d[LONGEST + 1][LONGEST + 1];
	size_t la = strnlen(a, LONGEST), lb = strnlen(b, LONGEST);

	for (size_t i = 0; i <= la; i++) {
		for (size_t j = 0; j <= lb; j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = min(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
				      min(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[la][lb];
}

void lab_nearest_try(struct lab_nearest *n, const char *name)
{
	size_t len = strlen(n->word), d = distance(n->word, name);
	size_t most = len < 2 ? 0 : len < 4 ? 1 : len < 9 ? 2 : len / 3;

	if (len >= 3 && (!strncmp(name, n->word, len) || !strncmp(name, n->word, strlen(name))))
		most = d;
	if (d <= most && (!n->name || d < n->distance)) {
		n->name = name;
		n->distance = d;
	}
}

const char *lab_nearest_hint(const struct lab_nearest *n, const char *prefix)
{
	static char hint[128];

	snprintf(hint, sizeof(hint), "; did you mean %s%s?", prefix, n->name ? n->name : "");
	return n->name ? hint : "";
}
