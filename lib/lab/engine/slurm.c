// SPDX-License-Identifier: GPL-2.0
/*
 * Slurm: an array with a job a cell, on a directory that its nodes share with us, and a merge job
 * that goes when the array has ended, however that came.
 *
 * Slurm starts the job of a node that it lost again elsewhere, and what ran there may live on: that
 * does no harm to cells. Which arrays there are is kept in OUT/slurm.json, so that a matrix whose lab
 * was killed is gone on with: what is under way is waited for, and not submitted again. Nothing is
 * asked of accounting, which a small cluster has not.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/slurm_jobs.h"
#include "report/report.h"

#define POLL_SECONDS	2

struct slurm {
	struct lab_work *work;
	json_t *arrays;		/* [{"id": ID, "cells": {NAME: STAMP, ...} by index}] */
	char *merge;		/* id of the merge job, or NULL */
	bool *told;		/* of each cell: that it has ended */
	size_t nr_told, running, pending;
	char *waits;		/* why a job is pending, or NULL */
	bool silent;		/* Slurm does not answer */
};

static json_t *read_state(const char *out)
{
	char *path = lab_format("%s/slurm.json", out);
	json_t *state = json_load_file(path, 0, NULL);

	free(path);
	return state;
}

static int write_state(const struct slurm *s, struct lab_error *e)
{
	char *path = lab_format("%s/slurm.json", s->work->out);
	json_t *state = json_pack("{s:O, s:s?}", "arrays", s->arrays, "merge", s->merge);
	int ret = lab_json_write(path, state, e);

	json_decref(state);
	free(path);
	return ret;
}

static bool any_active(json_t *tasks)
{
	json_t *task;
	size_t i;

	json_array_foreach(tasks, i, task)
		if (lab_slurm_is_active(lab_json_text_of(task, "state")))
			return true;
	return false;
}

/* Of arrays that an earlier lab submitted, what is still under way. */
static int resume(struct slurm *s, struct lab_error *e)
{
	json_t *state = read_state(s->work->out), *array, *tasks;
	size_t i;
	int ret = 0;

	s->arrays = json_array();
	json_array_foreach(json_object_get(state, "arrays"), i, array) {
		tasks = lab_slurm_tasks(lab_json_text_of(array, "id"), e);
		if (!tasks)
			ret = -EIO;
		else if (any_active(tasks))
			json_array_append(s->arrays, array);
		json_decref(tasks);
	}
	if (json_array_size(s->arrays) && lab_json_text_of(state, "merge")[0])
		s->merge = lab_strdup(lab_json_text_of(state, "merge"));
	json_decref(state);
	return ret;
}

static bool is_submitted(const struct slurm *s, const struct lab_cell *c)
{
	json_t *array;
	size_t i;

	json_array_foreach(s->arrays, i, array)
		if (!strcmp(lab_json_text_of(json_object_get(array, "cells"), lab_cell_name(c)),
			    c->stamp.hex))
			return true;
	return false;
}

static void tell(struct slurm *s, size_t i)
{
	s->told[i] = true;
	s->nr_told++;
	s->work->ended(s->work->arg, &s->work->cells[i]);
}

/* What has to be run and is under way nowhere; of the others, what has ended is told. */
static json_t *left(struct slurm *s)
{
	json_t *cells = json_object();

	for (size_t i = 0; i < s->work->nr; i++) {
		const struct lab_cell *c = &s->work->cells[i];

		if (!c->stamp.hex[0] || lab_stamp_is(c->dir, &c->stamp))
			tell(s, i);
		else if (!is_submitted(s, c))
			json_object_set_new(cells, lab_cell_name(c), json_string(c->stamp.hex));
	}
	return cells;
}

static void quote_file(struct lab_text *t, const char *dir, const char *name)
{
	char *path = lab_format("%s/%s", dir, name);

	lab_text_add(t, " ", 1);
	lab_report_quote(t, path);
	free(path);
}

/* The job of index N carries out the cell of index N. */
static int submit_array(struct slurm *s, json_t *cells, struct lab_error *e)
{
	struct lab_text script = { NULL };
	struct lab_argv words = { NULL };
	const char *name;
	json_t *stamp;
	char *id;

	lab_text_addf(&script, "#!/bin/sh\nset --");
	json_object_foreach(cells, name, stamp)
		quote_file(&script, s->work->out, name);
	lab_text_addf(&script, "\nshift \"$SLURM_ARRAY_TASK_ID\"\nexec");
	quote_file(&script, s->work->paths->build, "lab");
	lab_text_addf(&script, " cell \"$1\"\n");
	lab_argv_addf(&words, "--array=0-%zu", json_object_size(cells) - 1);
	id = lab_slurm_submit(s->work, "cells", script.s, &words, e);
	if (id)
		json_array_append_new(s->arrays, json_pack("{s:s, s:O}", "id", id, "cells", cells));
	lab_argv_free(&words);
	lab_text_clear(&script);
	free(id);
	return id ? 0 : -EIO;
}

static int submit_merge(struct slurm *s, struct lab_error *e)
{
	struct lab_text script = { NULL }, after = { NULL };
	struct lab_argv words = { NULL };
	json_t *array;
	size_t i;

	lab_text_addf(&script, "#!/bin/sh\nexec");
	quote_file(&script, s->work->paths->build, "lab");
	lab_text_addf(&script, " matrix --merge --quiet --engine slurm --out ");
	lab_report_quote(&script, s->work->out);
	lab_text_addf(&script, "\n");
	json_array_foreach(s->arrays, i, array)
		lab_text_addf(&after, ":%s", lab_json_text_of(array, "id"));
	lab_argv_addf(&words, "--dependency=afterany%s", after.s);
	lab_argv_add(&words, "--kill-on-invalid-dep=yes");
	free(s->merge);
	s->merge = lab_slurm_submit(s->work, "merge", script.s, &words, e);
	lab_argv_free(&words);
	lab_text_clear(&after);
	lab_text_clear(&script);
	return s->merge ? 0 : -EIO;
}

static void cancel(const struct slurm *s)
{
	json_t *array;
	size_t i;

	if (s->merge)
		lab_slurm_cancel(s->merge);
	json_array_foreach(s->arrays, i, array)
		lab_slurm_cancel(lab_json_text_of(array, "id"));
}

/* An array that nobody would merge or wait for is taken back. */
static int submit(struct slurm *s, struct lab_error *e)
{
	json_t *cells = left(s);
	int ret = 0;

	if (json_object_size(cells)) {
		ret = submit_array(s, cells, e);
		if (!ret)
			ret = submit_merge(s, e);
		if (!ret)
			ret = write_state(s, e);
		if (ret)
			cancel(s);
	}
	json_decref(cells);
	return ret;
}

/* Count the tasks of job @id; returns whether it may go on. */
static bool look_at(struct slurm *s, const char *id)
{
	json_t *tasks = lab_slurm_tasks(id, NULL), *task;
	bool active = !tasks || any_active(tasks);
	size_t i;

	s->silent |= !tasks;
	json_array_foreach(tasks, i, task) {
		const char *state = lab_json_text_of(task, "state");

		if (!strcmp(state, "PENDING")) {
			s->pending++;
			free(s->waits);
			s->waits = lab_strdup(lab_json_text_of(task, "reason"));
		} else if (lab_slurm_is_active(state)) {
			s->running++;
		}
	}
	json_decref(tasks);
	return active;
}

/* On a shared directory what others made is there for certain after it was opened. */
static void tell_ended(struct slurm *s)
{
	DIR *dir = opendir(s->work->out);

	if (dir)
		closedir(dir);
	for (size_t i = 0; i < s->work->nr; i++) {
		const struct lab_cell *c = &s->work->cells[i];

		if (!s->told[i] && lab_stamp_is(c->dir, &c->stamp))
			tell(s, i);
	}
}

static bool is_under_way(struct slurm *s)
{
	bool active = false;
	json_t *array;
	size_t i;

	s->running = s->pending = s->silent = 0;
	json_array_foreach(s->arrays, i, array)
		active |= look_at(s, lab_json_text_of(array, "id"));
	/* It is the last one; while others go on nobody needs to ask for it. */
	if (!active && s->merge)
		active = look_at(s, s->merge);
	tell_ended(s);
	lab_progress_status(s->work->progress, "%zu of %zu cells, %zu running, %zu pending%s%s%s%s",
			    s->nr_told, s->work->nr, s->running, s->pending,
			    s->pending ? " (" : "", s->pending ? s->waits : "",
			    s->pending ? ")" : "", s->silent ? ", Slurm does not answer" : "");
	return active;
}

static void wait_for_all(struct slurm *s)
{
	const struct timespec poll = { .tv_sec = POLL_SECONDS };
	sigset_t signals = *s->work->signals;
	int sig;

	sigdelset(&signals, SIGCHLD);	/* each look at the queue leaves one */
	while (is_under_way(s)) {
		sig = sigtimedwait(&signals, NULL, &poll);
		if (sig <= 0)
			continue;
		s->work->stopped_by = sig;
		cancel(s);
		return;
	}
	for (size_t i = 0; i < s->work->nr; i++)
		if (!s->told[i])
			tell(s, i);
}

static int execute(struct lab_work *w, struct lab_error *e)
{
	struct slurm s = { .work = w, .told = calloc(w->nr, sizeof(bool)) };
	json_t *array;
	size_t i;
	int ret = s.told ? resume(&s, e) : lab_fail(e, -ENOMEM, "out of memory");

	if (!ret)
		ret = submit(&s, e);
	if (!ret) {
		json_array_foreach(s.arrays, i, array)
			lab_progress_say(w->progress, "Slurm array %s: %zu cells",
					 lab_json_text_of(array, "id"),
					 json_object_size(json_object_get(array, "cells")));
		wait_for_all(&s);
	}
	json_decref(s.arrays);
	free(s.merge);
	free(s.told);
	free(s.waits);
	return ret;
}

/* A job that ended by itself has left word in its cell, if the lab came to run at all. */
static void add_lost(json_t *lost, const char *out, const char *name, json_t *task)
{
	const char *state = lab_json_text_of(task, "state");
	const char *reason = lab_json_text_of(task, "reason");
	char *dir = lab_format("%s/%s", out, name);

	if (strcmp(state, "COMPLETED") && (strcmp(state, "FAILED") || !lab_has(dir, "lost")))
		json_object_set_new(lost, name, json_sprintf("Slurm: %s (%s)", state, reason));
	free(dir);
}

static json_t *why_lost(const char *out)
{
	json_t *state = read_state(out), *lost = json_object(), *array, *tasks, *task, *stamp;
	const char *name;
	size_t i, k;
	int index;

	json_array_foreach(json_object_get(state, "arrays"), i, array) {
		tasks = lab_slurm_tasks(lab_json_text_of(array, "id"), NULL);
		index = 0;
		json_object_foreach(json_object_get(array, "cells"), name, stamp) {
			json_array_foreach(tasks, k, task)
				if (json_integer_value(json_object_get(task, "index")) == index)
					add_lost(lost, out, name, task);
			index++;
		}
		json_decref(tasks);
	}
	json_decref(state);
	return lost;
}

const struct lab_engine lab_engine_slurm = {
	.name = "slurm", .execute = execute, .lost = why_lost,
};
