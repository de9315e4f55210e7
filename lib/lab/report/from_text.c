// SPDX-License-Identifier: GPL-2.0
/*
 * "lab report": a machine that the lab does not run has printed results; the same reports of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arch/arch.h"
#include "base/command.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/run_dir.h"
#include "report/from_text.h"
#include "report/report.h"
#include "suite/manifest.h"
#include "suite/suite.h"
#include "verdict/transcript.h"

struct from_text {
	const char *file;
	char *out, *kernel, *machine, *host, *mode;
};

static const struct argp_option options[] = {
	{ "out", LAB_COMMAND_KEY(from_text, out), "DIR", 0,
	  "Where the reports go (default: a new build/runs/DATE-TIME)", 0 },
	{ "kernel", LAB_COMMAND_KEY(from_text, kernel), "RELEASE", 0,
	  "The kernel, if the text does not tell it", 0 },
	{ "machine", LAB_COMMAND_KEY(from_text, machine), "ARCH", 0,
	  "Its architecture, as x86_64", 0 },
	{ "host", LAB_COMMAND_KEY(from_text, host), "NAME", 0, "The machine's name", 0 },
	{ "mode", LAB_COMMAND_KEY(from_text, mode), "NAME", 0,
	  "How KVM maps memory: tdp, rmap, shadow", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct from_text *f = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (f->file)
			return ARGP_ERR_UNKNOWN;
		f->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!f->file)
			return lab_command_refuse(state, "give a file with what was printed, or - "
						  "for standard input");
		return 0;
	default:
		return lab_command_take(state, options, key, arg);
	}
}

static const struct argp command = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Make the reports of a run from what a machine without the lab has printed: "
		"run_kselftest.sh, make kselftest, or programs run by hand, with whatever else was on "
		"the console. Programs of others in it are only counted."
		"\vExit code: as lab run; 64 if there is no result in the file",
};

/* All of @file, and when it was written, which is when it ran as far as can be said. */
static int read_all(const char *file, struct lab_text *text, time_t *when, struct lab_error *e)
{
	bool input = !strcmp(file, "-");
	FILE *f = input ? stdin : fopen(file, "re");
	struct stat st;
	char buf[65536];
	int ret = 0;
	size_t n;

	if (!f)
		return lab_fail(e, -EINVAL, "%s: %s", file, strerror(errno));
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		lab_text_add(text, buf, n);
	if (ferror(f))
		ret = lab_fail(e, -EINVAL, "%s: %s", file, strerror(errno));
	*when = !fstat(fileno(f), &st) && S_ISREG(st.st_mode) ? st.st_mtime : time(NULL);
	if (!input)
		fclose(f);
	return ret;
}

static void take_options(const struct from_text *f, struct lab_results *r)
{
	snprintf(r->kernel, sizeof(r->kernel), "%s", f->kernel ? f->kernel : "");
	snprintf(r->machine, sizeof(r->machine), "%s", f->machine ? f->machine : "");
	snprintf(r->host, sizeof(r->host), "%s", f->host ? f->host : "");
	snprintf(r->mode, sizeof(r->mode), "%s", f->mode ? f->mode : "");
	r->parameters = lab_strdup("");
	r->command = lab_strdup("");
}

static int read_suite(const struct lab_paths *paths, struct lab_results *r, struct lab_error *e)
{
	const struct lab_suite_select all = { .arch = paths->arch };
	char *path = lab_format("%s/selftests/suite.json", paths->repo);
	struct lab_suite suite;
	int ret = lab_suite_read(path, &all, &suite, e);

	free(path);
	if (ret)
		return ret;
	snprintf(r->suite, sizeof(r->suite), "%s", suite.name);
	lab_suite_free(&suite);
	return lab_known_of_suite(paths, &r->known, e);
}

/* "mn_unmap_test.log", "mn_unmap_test-6.1.txt": what is in it may be of that program. */
static char *hint(const char *file)
{
	const char *name = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;

	return lab_format("%.*s", (int)strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), name);
}

static int read_results(const struct lab_paths *paths, const struct from_text *f,
			struct lab_text *text, struct lab_results *r, struct lab_error *e)
{
	char *name = hint(f->file);
	struct lab_transcript t = { .text = text->s, .len = text->len, .hint = name };
	const struct lab_paths own = lab_arch_paths(paths, f->machine);
	int ret = read_suite(&own, r, e);

	if (!ret)
		ret = lab_manifest_read(own.target, &t.manifest, e);
	ret = ret ? -EIO : lab_transcript_read(&t, r, e);
	json_decref(t.manifest);
	free(name);
	return ret;
}

/* The text goes beside its reports: it is what the machine's console said. */
static int write_reports(const struct lab_paths *paths, const char *out, const struct lab_text *text,
			 struct lab_results *r, struct lab_error *e)
{
	int ret = lab_run_dir_make(paths->state, out, r->out, e);
	char *console;

	if (ret)
		return out ? -EINVAL : ret;
	console = lab_run_file(r->out, "console", 1, "log");
	ret = lab_write_file(console, text->s, text->len, e);
	free(console);
	return ret ? ret : lab_report_all(r, e);
}

int lab_report_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct lab_results r;	/* large; its life is the process's */
	struct lab_text text = { NULL };
	struct from_text f = { NULL };
	struct lab_error e;
	int ret = lab_command_parse(&command, argc, argv, &f);

	if (ret)
		return ret;
	take_options(&f, &r);
	ret = read_all(f.file, &text, &r.started, &e);
	if (!ret)
		ret = read_results(paths, &f, &text, &r, &e);
	if (!ret)
		ret = write_reports(paths, f.out, &text, &r, &e);
	if (!ret)
		lab_report_end(stdout, &r);
	else
		fprintf(stderr, "lab: %s%s%s\n", ret == -ENODATA ? f.file : "",
			ret == -ENODATA ? ": " : "", e.text);
	ret = !ret ? r.judgement.exit_code : ret == -EINVAL || ret == -ENODATA ? LAB_EXIT_USAGE :
		LAB_EXIT_INFRASTRUCTURE;
	lab_text_clear(&text);
	lab_results_free(&r);
	return ret;
}
