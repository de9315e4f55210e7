// SPDX-License-Identifier: GPL-2.0
/*
 * "lab run" in a process of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "run/run.h"

/* Frees @argv, in which what stands before "lab" is. */
static pid_t start(struct lab_argv *argv, const struct lab_paths *paths,
		   const struct lab_options *options, const char *log, struct lab_error *e)
{
	const struct lab_process p = { .argv = argv, .out = log };
	pid_t pid;

	lab_argv_addf(argv, "%s/lab", paths->build);
	lab_argv_add(argv, "run");
	lab_options_args(options, argv);
	pid = lab_process_start(&p, e);
	lab_argv_free(argv);
	return pid;
}

pid_t lab_run_start(const struct lab_paths *paths, const struct lab_options *options,
		    const char *log, struct lab_error *e)
{
	struct lab_argv argv = { NULL };

	return start(&argv, paths, options, log, e);
}

pid_t lab_run_start_shell(const struct lab_paths *paths, const struct lab_options *options,
			  const char *script, const char *log, struct lab_error *e)
{
	struct lab_options o = *options;
	struct lab_argv argv = { NULL };

	o.shell = true;
	lab_argv_add_all(&argv, "sh", "-c", "script=$1; shift; printf '%s\\n' \"$script\" | \"$@\"",
			 "sh", script, NULL);
	return start(&argv, paths, &o, log, e);
}

static void quote_last_line(const char *dir, int code, const char *log, struct lab_error *e)
{
	char *text = NULL, *last = "";
	size_t len;

	if (!lab_read_file(log, &text, &len, NULL))
		last = lab_last_line(text);
	if (!strncmp(last, "lab: ", 5))
		last += 5;
	lab_fail(e, -EIO, "lab run exited %d without results in %s%s%.400s", code, dir,
		 *last ? ": " : "", last);
	free(text);
}

json_t *lab_run_results(const char *dir, int code, const char *log, struct lab_error *e)
{
	char *path = lab_format("%s/results.json", dir);
	json_t *results = json_load_file(path, 0, NULL);

	free(path);
	if (results && json_integer_value(json_object_get(results, "exit_code")) == code)
		return results;
	json_decref(results);
	quote_last_line(dir, code, log, e);
	return NULL;
}
