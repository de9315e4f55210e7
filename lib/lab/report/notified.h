/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much of their memory guests lose: notifications per call, and pages per page taken, as
 * mn_precision_test tells them. Nobody else is at work then, so that each difference between
 * two kernels is theirs.
 */
#ifndef LAB_NOTIFIED_H
#define LAB_NOTIFIED_H

#include <jansson.h>

#include "base/text.h"

/*
 * Tests of which either is more in @now than in @before, both {"TITLE": case}: an array of
 * {"test", "calls": [before, now], "pages": [before, now]}. The caller owns it.
 */
json_t *lab_notified_more(json_t *before, json_t *now);

/* The same, @rows, as Markdown; nothing if there are none. */
void lab_notified_table(struct lab_text *t, json_t *rows);

#endif
