/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a failed run has to show to those who will fix the kernel.
 */
#ifndef LAB_BISECT_EVIDENCE_H
#define LAB_BISECT_EVIDENCE_H

#include <jansson.h>

/*
 * Put into @record what bisect_step.h says about the first run that failed. Its files
 * are in @dir, @results is its results.json, @test the title of the test that failed.
 */
void lab_bisect_evidence(json_t *record, json_t *results, const char *dir, const char *test);

/* The lines of the kernel log @console from its first splat on, an array; the caller's. */
json_t *lab_bisect_splat(const char *console);

#endif
