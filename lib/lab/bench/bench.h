/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast? "lab bench" measures in one boot of one kernel, in turn, what programs of the suite and
 * others do; "lab perf" says what is slower on one kernel than on another.
 */
#ifndef LAB_BENCH_H
#define LAB_BENCH_H

#include <jansson.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/text.h"

/* What they run unless they are told. */
#define LAB_BENCH_PROFILE	"perf"

/* Do what the arguments behind "lab" say (argv[0] is the command); both return the exit code. */
int lab_bench_main(int argc, char *argv[], const struct lab_paths *paths);
int lab_perf_main(int argc, char *argv[], const struct lab_paths *paths);

/*
 * What a benchmark found, the caller's, of @figures as lab_figures_add() makes them and @ratios
 * as lab_ratios() does; @results is the results.json that they are of.
 *
 *	version (1), kernel, mode, topology, parameters, cpu_model, host, started: those of the run,
 *	figures: [{ figure, unit, values, least, quartile_1, median, quartile_3, most }],
 *	ratios
 */
json_t *lab_bench_document(json_t *results, json_t *figures, json_t *ratios);

/* The same for people, as Markdown: ratios, if there are any, and figures. */
void lab_bench_ratios_table(struct lab_text *t, json_t *bench);
void lab_bench_figures_table(struct lab_text *t, json_t *bench);

/* And as a picture, without counts: there is nothing to see in what is always the same. */
void lab_bench_chart(struct lab_text *t, json_t *bench);

#endif
