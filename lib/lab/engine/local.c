// SPDX-License-Identifier: GPL-2.0
/*
 * This machine, one cell after the other.
 */
#include "engine/engine.h"

struct place {
	struct lab_work *work;
	size_t nr;			/* of the cell that is under way, from 0 */
};

static void show(void *arg)
{
	const struct place *p = arg;
	const struct lab_work *w = p->work;

	lab_progress_status(w->progress, "%zu of %zu cells, %s", p->nr, w->nr,
			    lab_cell_title(&w->cells[p->nr]));
}

/* What becomes of one cell says nothing of the others, and is left in its directory. */
static int execute(struct lab_work *w, struct lab_error *e)
{
	struct place p = { .work = w };
	const struct lab_watch watch = {
		.paths = w->paths, .signals = w->signals, .stopped_by = &w->stopped_by,
		.tick = show, .arg = &p,
	};

	for (; p.nr < w->nr; p.nr++) {
		lab_cell_carry_out(&w->cells[p.nr], &watch, e);
		if (w->stopped_by)
			break;
		w->ended(w->arg, &w->cells[p.nr]);
	}
	return 0;
}

const struct lab_engine lab_engine_local = { .name = "local", .execute = execute };
