/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a failed run has to show, for those who will mend the kernel.
 */
#ifndef LAB_BISECT_EVIDENCE_H
#define LAB_BISECT_EVIDENCE_H

#include <jansson.h>

/*
 * Put into @record what bisect_step.h says of the first run that failed, of which
 * @dir has the files, @results is results.json, and @test the title of the test.
 */
void lab_bisect_evidence(json_t *record, json_t *results, const char *dir, const char *test);

/* The lines of kernel log @console from its first splat on, an array; the caller's. */
json_t *lab_bisect_splat(const char *console);

#endif
