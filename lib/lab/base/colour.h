/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colour for the words of a verdict: on a screen only, and not if the environment has a
 * NO_COLOR that is not empty.
 */
#ifndef LAB_COLOUR_H
#define LAB_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

/* Is @f a terminal that can do more than print, so by TERM not a "dumb" one? */
bool lab_is_screen(FILE *f);

/*
 * What to print on @f before @word, a verdict or what a test came to: green for what is
 * good, yellow for what says nothing, red for all else; "" if there is to be no colour.
 */
const char *lab_colour(FILE *f, const char *word);

/* And what to print behind it. */
const char *lab_colour_end(FILE *f);

#endif
