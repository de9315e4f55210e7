/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_KCIDB_H
#define LAB_KCIDB_H

#include <jansson.h>

#include "base/paths.h"

/*
 * @results, a run's results.json, as a submission to KCIDB by @origin, of a-z, 0-9 and _ :
 * one checkout, one build, every test. The caller owns it.
 */
json_t *lab_kcidb(json_t *results, const char *origin);

/* "lab kcidb --origin NAME RUN" */
int lab_kcidb_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
