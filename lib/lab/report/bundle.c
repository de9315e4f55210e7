// SPDX-License-Identifier: GPL-2.0
/*
 * "lab bundle": all that somebody else needs to see one test's failure again, in one archive
 * to attach to a report: the static program, the module's source, the kernel's configuration,
 * the commands, and what was said.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "report/bundle.h"
#include "report/cases.h"
#include "verdict/results.h"

#define MODULE_SOURCE	"selftests/injector"

struct bundle {
	const char *run, *test, *out;
	const struct lab_paths *paths;
	char *dir;		/* of the run */
	char *stage;		/* what becomes the archive */
};

static json_t *find_case(json_t *results, const char *title)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		char *its = lab_case_title(one);
		bool same = !strcmp(its, title) || !strcmp(lab_json_text_of(one, "case"), title);

		free(its);
		if (same)
			return one;
	}
	return NULL;
}

/* cp @from, a file or a directory, into the archive. */
static int copy(const struct bundle *b, const char *from, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	int ret;

	lab_argv_add_all(&argv, "cp", "-rL", from, b->stage, NULL);
	ret = lab_process_must(&(struct lab_process){ .argv = &argv }, e);
	lab_argv_free(&argv);
	return ret;
}

static int write_text(const struct bundle *b, const char *name, const struct lab_text *t,
		      struct lab_error *e)
{
	char *path = lab_format("%s/%s", b->stage, name);
	int ret = lab_write_file(path, t->len ? t->s : "", t->len, e);

	free(path);
	return ret;
}

static void add_fact(struct lab_text *t, json_t *results, const char *key)
{
	const char *value = lab_json_text_of(results, key);

	if (value[0])
		lab_text_addf(t, "%-16s %s\n", key, value);
}

/* For whoever unpacks it: what this is of, and how to have it again. */
static int write_readme(const struct bundle *b, json_t *results, json_t *one, struct lab_error *e)
{
	static const char *const facts[] = {
		"kernel", "kernel_commit", "kernel_build_id", "architecture", "cpu_model", "bed",
		"mode", "topology", "parameters", "suite_revision", "started",
	};
	const char *program = lab_json_text_of(one, "program"), *name = lab_json_text_of(one, "name");
	const char *whole = lab_json_text_of(one, "case");
	struct lab_text t = { NULL };
	int ret;

	lab_text_addf(&t, "%s:%s: %s\n%s\n\n", program, name, lab_json_text_of(one, "status"),
		      lab_case_why(one));
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		add_fact(&t, results, facts[i]);
	lab_text_addf(&t, "\nAgain, on a machine with KVM, as root (without -D the tests change nothing "
		      "that others notice,\nand skip what needs it):\n\n"
		      "    make -C /lib/modules/$(uname -r)/build M=$PWD/injector modules\n"
		      "    insmod injector/mmu_notifier_inject.ko\n"
		      "    ./%s -t '%s' -D\n", program, whole[0] ? whole : name);
	lab_text_addf(&t, "\nIn the suite's lab, which emulates the machine:\n\n    %s\n",
		      lab_json_text_of(one, "replay"));
	ret = write_text(b, "README.txt", &t, e);
	lab_text_clear(&t);
	return ret;
}

static int write_evidence(const struct bundle *b, json_t *one, struct lab_error *e)
{
	struct lab_text t = { NULL };
	json_t *line;
	size_t i;
	int ret;

	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		lab_text_addf(&t, "%s\n", json_string_value(line));
	ret = write_text(b, "evidence.txt", &t, e);
	lab_text_clear(&t);
	return ret;
}

/* The logs of the bed that ran the program; of a run without them, none. */
static int copy_logs(const struct bundle *b, json_t *results, json_t *one, struct lab_error *e)
{
	json_int_t bed = 1;
	json_t *program;
	char *path;
	int ret = 0;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, program)
		if (!strcmp(lab_json_text_of(program, "name"), lab_json_text_of(one, "program")))
			json_unpack(program, "{s:I}", "bed", &bed);
	path = lab_run_file(b->dir, "console", (unsigned int)bed, "log");
	if (lab_is_file(path))
		ret = copy(b, path, e);
	free(path);
	path = lab_format("%s/" LAB_KERNEL_CONFIG, b->dir);
	if (!ret && lab_is_file(path))
		ret = copy(b, path, e);
	free(path);
	return ret;
}

static int fill(const struct bundle *b, json_t *results, json_t *one, struct lab_error *e)
{
	const struct lab_paths own = lab_arch_paths(b->paths, lab_json_text_of(results, "architecture"));
	char *program = lab_format("%s/selftests/%s", own.target,
				   lab_json_text_of(one, "program"));
	char *module = lab_format("%s/" MODULE_SOURCE, b->paths->repo);
	int ret = lab_make_dirs(b->stage, e);

	if (!ret)
		ret = write_readme(b, results, one, e);
	if (!ret)
		ret = write_evidence(b, one, e);
	if (!ret)
		ret = copy_logs(b, results, one, e);
	if (!ret)
		ret = copy(b, module, e);
	if (!ret)
		ret = copy(b, program, e);
	free(module);
	free(program);
	return ret;
}

static int archive(const struct bundle *b, struct lab_error *e)
{
	const char *name = strrchr(b->stage, '/') + 1;
	struct lab_argv argv = { NULL };
	int ret;

	lab_argv_add_all(&argv, "tar", "-cJf", b->out, "--owner=0", "--group=0", "-C", NULL);
	lab_argv_addf(&argv, "%.*s", (int)(name - 1 - b->stage), b->stage);
	lab_argv_add(&argv, name);
	ret = lab_process_must(&(struct lab_process){ .argv = &argv }, e);
	lab_argv_free(&argv);
	return ret;
}

static int make_bundle(struct bundle *b, struct lab_error *e)
{
	char temporary[] = "/tmp/lab-bundle.XXXXXX", *name, *out = NULL;
	json_t *results, *one;
	int ret = lab_results_load(b->run, &results, e);

	if (ret)
		return ret;
	one = find_case(results, b->test);
	if (!one)
		ret = lab_fail(e, -EINVAL, "%s has no test '%s': give PROGRAM:TEST, as in its summary",
			       b->run, b->test);
	else if (!mkdtemp(temporary))
		ret = lab_fail(e, -errno, "mkdtemp(%s): %s", temporary, strerror(errno));
	if (ret)
		goto out;
	name = lab_strdup(b->test);
	for (char *s = name; *s; s++)
		if (strchr(":/ ", *s))
			*s = '-';
	b->dir = lab_is_dir(b->run) ? lab_strdup(b->run) :
		lab_format("%.*s", (int)(strrchr(b->run, '/') ? strrchr(b->run, '/') - b->run : 0),
			   b->run);
	b->stage = lab_format("%s/%s", temporary, name);
	if (!b->out)
		b->out = out = lab_format("%s.tar.xz", name);
	ret = fill(b, results, one, e);
	if (!ret)
		ret = archive(b, e);
	lab_remove_tree(temporary, NULL);
	if (!ret)
		printf("%s\n", b->out);
	free(out);
	free(b->stage);
	free(b->dir);
	free(name);
out:
	json_decref(results);
	return ret;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bundle *b = state->input;

	switch (key) {
	case 'o':
		b->out = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (b->test)
			return ARGP_ERR_UNKNOWN;
		*(b->run ? &b->test : &b->run) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!b->test)
			return lab_command_refuse(state, "give a run, and PROGRAM:TEST of it");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "out", 'o', "FILE", 0, "The archive (default: PROGRAM-TEST.tar.xz here)", 0 },
	{ 0 }
};

static const struct argp command = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN PROGRAM:TEST",
	.doc = "Put all that somebody else needs to see a test's result again into one archive: the "
		"static program, the module's source, the kernel's configuration, the commands, the "
		"evidence."
		"\vExit code: 0, 13 infrastructure, 64 wrong usage",
};

int lab_bundle_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct bundle b = { .paths = paths };
	int ret = lab_command_parse(&command, argc, argv, &b);
	struct lab_error e;

	if (ret)
		return ret;
	ret = make_bundle(&b, &e);
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	return ret == -EINVAL ? LAB_EXIT_USAGE : ret ? LAB_EXIT_INFRASTRUCTURE : 0;
}
