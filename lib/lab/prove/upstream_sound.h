/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the kernel tree's own tests mean something on this bed: those that
 * pass on a kernel without a regression, each time, and once well within their limit;
 * and which of them can notice a regression, for they come by its site.
 */
#ifndef LAB_UPSTREAM_SOUND_H
#define LAB_UPSTREAM_SOUND_H

#include <jansson.h>
#include <stdio.h>

#include "base/lab_error.h"

struct lab_sound {
	json_t *tests;	/* name: what became of it, "" if it is sound */
	double seconds;	/* that those which passed took, in the longer run */
	json_t *reached;	/* regression: names of the tests that came by its site */
};

/*
 * Take in the results.json of one more run without a regression; @s is zeroed
 * before the first and freed by lab_sound_free(). -EINVAL if it is no such file.
 */
int lab_sound_add(struct lab_sound *s, const char *path, struct lab_error *e);
void lab_sound_free(struct lab_sound *s);

/* NAME of "[PROGRAM:]upstream.NAME.passes", which the caller frees; NULL if it is not that. */
char *lab_sound_test_name(const char *name);

/* One line a test that is not sound, as upstream_test takes it; the caller frees it. */
char *lab_sound_leave_out(const struct lab_sound *s);

/* Those that a line of @list names are not sound. */
void lab_sound_leave(struct lab_sound *s, const char *list);

/*
 * The sound tests which came by the site of @regression, in the form of --tests;
 * "" if none did. The caller frees it.
 */
char *lab_sound_reaching(const struct lab_sound *s, const char *regression);

/* How many are sound, in one line. */
void lab_sound_summary(FILE *f, const struct lab_sound *s);

/* All of them as Markdown. */
void lab_sound_table(FILE *f, const struct lab_sound *s);

#endif
