/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Samples: what a test measured of itself while it ran, one object in a line of its output,
 *
 *	# samples: {"ms":[0,10],"visits":[[0,7],[0,9]],"refusals":[0,3],"gaps_us":[12,4]}
 *
 * perhaps indented. "ms" ascends and has at most LAB_SAMPLES_MAX elements. "visits" is an array
 * of arrays; these, "in_progress", "invalidations" and "refusals" are as long as "ms".
 * results.schema.json says what they mean.
 */
#ifndef LAB_SAMPLES_H
#define LAB_SAMPLES_H

#include <jansson.h>

#define LAB_SAMPLES_MAX	200
#define LAB_GAPS_MAX	24

/* The object in a line of @len bytes, the caller's; NULL if it is not such a line. */
json_t *lab_samples_line(const char *line, size_t len);

#endif
