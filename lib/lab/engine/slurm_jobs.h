/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Jobs of Slurm, by its commands: sbatch, squeue, scancel.
 */
#ifndef LAB_SLURM_JOBS_H
#define LAB_SLURM_JOBS_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/engine.h"

/*
 * Submit @script, which is kept as OUT/slurm/NAME.sh, with @words for sbatch before it. Returns its
 * id, the caller's, or NULL.
 */
char *lab_slurm_submit(const struct lab_work *w, const char *name, const char *script,
		       const struct lab_argv *words, struct lab_error *e);

/*
 * The tasks of array @id, or a job by itself: [{"index": -1 or N, "state": S, "reason": S}], the
 * caller's. They are forgotten a while after their end: [] then. NULL if Slurm does not answer.
 */
json_t *lab_slurm_tasks(const char *id, struct lab_error *e);

/* Whether a task of that state goes on, or will. */
bool lab_slurm_is_active(const char *state);

/* Cancel a job or array; what has ended is left alone. */
void lab_slurm_cancel(const char *id);

#endif
