// SPDX-License-Identifier: GPL-2.0
/*
 * Edit distance with swapped neighbours ("optimal string alignment"), of globs too.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define LONGEST	127	/* letters that are looked at */

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t lab_edits(const char *a, const char *b)
{
	unsigned short d[LONGEST + 1][LONGEST + 1] = { { 0 } };
	size_t la = strnlen(a, LONGEST), lb = strnlen(b, LONGEST), best;

	for (size_t j = 1; j <= lb; j++)
		d[0][j] = (unsigned short)j;
	for (size_t i = 1; i <= la; i++) {
		bool any = a[i - 1] == '*';

		d[i][0] = d[i - 1][0] + !any;
		for (size_t j = 1; j <= lb; j++) {
			bool fits = any || a[i - 1] == '?' || a[i - 1] == b[j - 1];

			best = min(d[i - 1][j - 1] + !fits, min(d[i - 1][j], d[i][j - 1]) + !any);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = min(best, d[i - 2][j - 2] + 1U);
			d[i][j] = (unsigned short)best;
		}
	}
	return d[la][lb];
}

void lab_nearest_try(struct lab_nearest *n, const char *name)
{
	size_t len = strlen(n->word), d = lab_edits(n->word, name);
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
