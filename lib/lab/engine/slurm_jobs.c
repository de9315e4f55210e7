// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "engine/slurm_jobs.h"

/*
 * Run it; what it printed, or NULL if it failed. Frees @argv. A Ctrl-C is for us: sbatch is to come
 * to its end and say which job there is.
 */
static char *output(struct lab_argv *argv, struct lab_error *e)
{
	const struct lab_process p = { .argv = argv, .group = true };
	char *text;
	int code = lab_process_output(&p, &text, e);

	if (code > 0)
		lab_fail(e, 0, "%s exited %d: %.400s", argv->words[0], code, lab_last_line(text));
	if (code) {
		free(text);
		text = NULL;
	}
	lab_argv_free(argv);
	return text;
}

/* "ID" or "ID;CLUSTER", behind what sbatch may have warned of. */
static char *id_in(char *text, struct lab_error *e)
{
	char *line = lab_last_line(text);
	size_t len = strspn(line, "0123456789");

	if (len)
		return lab_format("%.*s", (int)len, line);
	lab_fail(e, -EIO, "sbatch: no id of a job: %.400s", line);
	return NULL;
}

char *lab_slurm_submit(const struct lab_work *w, const char *name, const char *script,
		       const struct lab_argv *words, struct lab_error *e)
{
	char *dir = lab_format("%s/slurm", w->out), *path = lab_format("%s/%s.sh", dir, name);
	char *text = NULL, *id = NULL;
	struct lab_argv argv = { NULL };

	lab_argv_add_all(&argv, "sbatch", "--parsable", "--requeue", "--open-mode=append", NULL);
	lab_argv_addf(&argv, "--job-name=lab-%s", name);
	lab_argv_addf(&argv, "--output=%s/%%j.log", dir);
	lab_argv_option(&argv, "--partition", w->partition);
	lab_argv_option(&argv, "--time", w->time);
	lab_argv_option(&argv, "--constraint", w->constraint);
	for (size_t i = 0; i < words->nr; i++)
		lab_argv_add(&argv, words->words[i]);
	lab_argv_add(&argv, path);
	if (!lab_make_dirs(dir, e) && !lab_write_file(path, script, strlen(script), e))
		text = output(&argv, e);
	if (text)
		id = id_in(text, e);
	lab_argv_free(&argv);
	free(text);
	free(path);
	free(dir);
	return id;
}

static json_t *tasks_in(const char *text)
{
	json_t *tasks = json_array();

	for (const char *line = text; *line; line += !!*line) {
		char index[32], state[64], reason[128] = "";

		if (sscanf(line, "%31s %63s %127[^\n]", index, state, reason) >= 2)
			json_array_append_new(tasks, json_pack("{s:i, s:s, s:s}",
				"index", index[0] == 'N' ? -1 : atoi(index),
				"state", state, "reason", reason));
		line += strcspn(line, "\n");
	}
	return tasks;
}

json_t *lab_slurm_tasks(const char *id, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	struct lab_error why;
	json_t *tasks = NULL;
	char *text;

	lab_argv_add_all(&argv, "squeue", "--noheader", "--array", "--states=all", "--jobs", id,
			 "--format=%K %T %r", NULL);
	text = output(&argv, &why);
	if (text)
		tasks = tasks_in(text);
	else if (strstr(why.text, "Invalid job id"))
		tasks = json_array();
	else
		lab_fail(e, -EIO, "%s", why.text);
	free(text);
	return tasks;
}

bool lab_slurm_is_active(const char *state)
{
	static const char *const ended[] = {
		"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL",
		"OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT",
	};

	for (size_t i = 0; i < sizeof(ended) / sizeof(ended[0]); i++)
		if (!strcmp(state, ended[i]))
			return false;
	return true;
}

void lab_slurm_cancel(const char *id)
{
	struct lab_argv argv = { NULL };

	lab_argv_add_all(&argv, "scancel", "--quiet", id, NULL);
	free(output(&argv, NULL));
}
