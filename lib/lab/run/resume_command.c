// SPDX-License-Identifier: GPL-2.0
/*
 * "lab resume".
 */
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "run/resume.h"
#include "run/run.h"

struct resume {
	const char *dir;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct resume *r = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (r->dir)
		return lab_command_refuse(state, "give one directory");
	r->dir = arg;
	return 0;
}

static const struct argp command = {
	.parser = parse, .args_doc = "[DIR]",
	.doc = "Go on with a run on this machine that it did not survive, or that was killed: by "
		"default the last one. The program that ran when the machine died has failed; what "
		"comes behind it is run."
		"\vExit code: as of lab run",
};

int lab_resume_main(int argc, char *argv[], const struct lab_paths *paths)
{
	char *link = lab_format("%s/" LAB_UNFINISHED_LINK, paths->state), *path, dir[PATH_MAX];
	struct resume r = { NULL };
	struct lab_argv words = { NULL };
	json_t *state;
	struct lab_error e;
	int ret = lab_command_parse(&command, argc, argv, &r);

	if (ret)
		return ret;
	if (!r.dir && access(link, F_OK)) {
		fprintf(stderr, "lab: no run was cut short here\n");
		return LAB_EXIT_USAGE;
	}
	if (lab_realpath(r.dir ? r.dir : link, dir, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		return LAB_EXIT_USAGE;
	}
	path = lab_format("%s/" LAB_UNFINISHED, dir);
	state = json_load_file(path, 0, NULL);
	if (!state) {
		fprintf(stderr, "lab: %s: no run was cut short there\n", dir);
		return LAB_EXIT_USAGE;
	}
	lab_options_words(json_object_get(state, "options"), &words);
	return lab_run_resumed((int)words.nr, words.words, dir, paths);
}
