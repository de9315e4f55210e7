/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the cells of a matrix are run: one file an engine.
 */
#ifndef LAB_ENGINE_H
#define LAB_ENGINE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/progress.h"
#include "engine/cell.h"

struct lab_work {
	const struct lab_paths *paths;
	const char *out;		/* directory of the matrix, absolute */
	const struct lab_cell *cells;	/* described on disk */
	size_t nr;
	const char *partition, *time, *constraint;	/* for sbatch, or NULL */
	struct lab_progress *progress;
	const sigset_t *signals;	/* blocked */
	int stopped_by;			/* the signal that interrupted it, or 0 */
	/* Called once for each cell that has come to its end. */
	void (*ended)(void *arg, const struct lab_cell *c);
	void *arg;
};

struct lab_engine {
	const char *name;
	/*
	 * Carry out all cells that have no result, and return when no job of theirs is left: 0
	 * whatever came of them, or -errno if that is not possible.
	 */
	int (*execute)(struct lab_work *w, struct lab_error *e);
	/*
	 * What the engine knows of cells in @out that came to a bad end: {"NAME": "why"}, the
	 * caller's. Or NULL.
	 */
	json_t *(*lost)(const char *out);
};

/* NULL if there is none of that name (and @e says which there are). */
const struct lab_engine *lab_engine_find(const char *name, struct lab_error *e);

extern const struct lab_engine lab_engine_local, lab_engine_slurm;

#endif
