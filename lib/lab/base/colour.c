// SPDX-License-Identifier: GPL-2.0
/*
 * Colour on a terminal. All terminals of today know these three.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/colour.h"

bool lab_is_screen(FILE *f)
{
	const char *term = getenv("TERM");

	/* Of a stream into memory there is no descriptor. */
	return term && term[0] && strcmp(term, "dumb") && isatty(fileno(f));
}

static bool is_wanted(FILE *f)
{
	const char *no = getenv("NO_COLOR");

	return lab_is_screen(f) && !(no && no[0]);
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words))
		words++;
	return *words;
}

const char *lab_colour(FILE *f, const char *word)
{
	static const char *const good[] = { "pass", "passed", "ok", "good", "noticed", NULL };
	static const char *const nothing[] = { "skip", "error", "infrastructure", NULL };

	if (!is_wanted(f))
		return "";
	return is_one_of(word, good) ? "\033[32m" : is_one_of(word, nothing) ? "\033[33m" :
		"\033[31m";
}

const char *lab_colour_end(FILE *f)
{
	return is_wanted(f) ? "\033[m" : "";
}
