// SPDX-License-Identifier: GPL-2.0
/*
 * The options of "lab run".
 *
 * One table says of each option that takes a word where that goes: parsing and turning
 * options back into words both follow it.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/command.h"
#include "bed/capacity.h"
#include "run/options.h"

enum { SERIES = 256, KERNEL, MODULES, KDIR, PROFILE, TESTS, KSELFTEST, ADD, ARGS, MODE, TOPOLOGY,
       APPEND, OUT, BEDS, TIMEOUT, QUIET };

#define MAX_SECONDS	(30L * 24 * 3600)

static const struct argp_option kernel_options[] = {
	{ .doc = "Kernel under test (default: the one of Debian's linux-image-amd64)", .group = 1 },
	{ "series", SERIES, "SERIES", 0,
	  "Debian's kernel of that series: 5.10, 6.1, 6.12, 7.2", 0 },
	{ "kernel", KERNEL, "FILE", 0, "A bzImage or vmlinux", 0 },
	{ "modules", MODULES, "DIR", 0, "Its modules, as in /lib/modules/RELEASE", 0 },
	{ "kdir", KDIR, "DIR", 0, "A built kernel tree instead of both", 0 },
	{ 0 }
};

static const struct argp_option tests_options[] = {
	{ .doc = "What to run", .group = 2 },
	{ "profile", PROFILE, "NAME", 0,
	  "A list of programs in selftests/suite.json (default: default)", 0 },
	{ "tests", TESTS, "PATTERN", 0,
	  "Only these: a glob for the program's name, or PROGRAM:CASE with a glob for the "
	  "case's name as well, e.g. 'mn_unmap_test:*anon*'; several are separated by blanks", 0 },
	{ "args", ARGS, "WORDS", 0,
	  "More arguments for each program, e.g. '-s 7 -n 3' (a seed, steps)", 0 },
	{ "kselftest", KSELFTEST, "DIR", 0,
	  "What make kselftest-install of a kernel has put into DIR, by its run_kselftest.sh; "
	  "--tests then takes COLLECTION:TEST or COLLECTION:TEST/CASE, e.g. "
	  "'kvm/mmu_notifier:mn_unmap_test'",
	  0 },
	{ "add", ADD, "DIR", 0,
	  "More files for the machine, as /suite/NAME/FILE with the last part of DIR for NAME", 0 },
	{ .doc = "How to run it", .group = 3 },
	{ "mode", MODE, "NAME", 0, "tdp (default), rmap or shadow", 0 },
	{ "topology", TOPOLOGY, "NAME", 0, "uma, numa2 (default) or cpuless", 0 },
	{ "append", APPEND, "PARAMETERS", 0, "More kernel parameters", 0 },
	{ "beds", BEDS, "N", 0,
	  "Virtual machines that share the programs (default: one a CPU, 4 at most, as far as "
	  "memory goes); 1 for times that can be compared", 0 },
	{ "timeout", TIMEOUT, "SECONDS", 0,
	  "Limit of the whole run (default: from the programs' own limits)", 0 },
	{ "quiet", QUIET, NULL, 0, "Print only the verdict and what failed", 0 },
	{ 0 }
};

static const struct argp_option out_options[] = {
	{ "out", OUT, "DIR", 0,
	  "Directory of the results (default: build/runs/DATE, and build/runs/latest points to it)",
	  3 },
	{ 0 }
};

static const struct {
	const struct argp_option *options;
	int key;
	size_t offset;
	bool may_be_empty;	/* which is as if it were not given */
} words[] = {
	{ kernel_options, SERIES, offsetof(struct lab_options, series), false },
	{ kernel_options, KERNEL, offsetof(struct lab_options, kernel), false },
	{ kernel_options, MODULES, offsetof(struct lab_options, modules), false },
	{ kernel_options, KDIR, offsetof(struct lab_options, kdir), false },
	{ tests_options, APPEND, offsetof(struct lab_options, append), true },
	{ tests_options, ADD, offsetof(struct lab_options, add), false },
	{ tests_options, ARGS, offsetof(struct lab_options, args), true },
	{ tests_options, PROFILE, offsetof(struct lab_options, profile), false },
	{ tests_options, KSELFTEST, offsetof(struct lab_options, kselftest), false },
	{ tests_options, MODE, offsetof(struct lab_options, mode), false },
	{ tests_options, TOPOLOGY, offsetof(struct lab_options, topology), false },
	{ tests_options, TESTS, offsetof(struct lab_options, tests), false },
	{ out_options, OUT, offsetof(struct lab_options, out), false },
};

#define NR_WORDS	(sizeof(words) / sizeof(words[0]))

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct lab_options *o = state->input;

	switch (key) {
	case BEDS:
		return lab_command_number(state, "beds", arg, "a number", 1, LAB_MAX_BEDS,
					  &o->beds);
	case TIMEOUT:
		return lab_command_number(state, "timeout", arg, "seconds", 1, MAX_SECONDS,
					  &o->timeout);
	case QUIET:
		o->quiet = true;
		return 0;
	}
	for (size_t i = 0; i < NR_WORDS; i++) {
		const char **word = (const char **)((char *)o + words[i].offset);

		if (words[i].key != key)
			continue;
		if (!words[i].may_be_empty || arg[0])
			return lab_command_word(state, words[i].options, key, arg, word);
		*word = NULL;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_kernel(int key, char *arg, struct argp_state *state)
{
	const struct lab_options *o = state->input;

	if (key != ARGP_KEY_END)
		return take(key, arg, state);
	if (o->series && (o->kdir || o->kernel || o->modules))
		return lab_command_refuse(state,
			"--series names the kernel: leave out --kdir, --kernel and --modules");
	if (o->kdir && (o->kernel || o->modules))
		return lab_command_refuse(state,
			"--kdir names the kernel: leave out --kernel and --modules");
	if (o->modules && !o->kernel)
		return lab_command_refuse(state, "--modules needs --kernel");
	return 0;
}

static error_t parse_tests(int key, char *arg, struct argp_state *state)
{
	const struct lab_options *o = state->input;

	if (key != ARGP_KEY_END)
		return take(key, arg, state);
	if (o->kselftest && o->profile)
		return lab_command_refuse(state,
			"--kselftest brings its own list of programs: leave out --profile");
	if (o->tests && o->tests[0] == ':')
		return lab_command_refuse(state, "--tests '%s': give PROGRAM or PROGRAM:CASE",
					  o->tests);
	return 0;
}

static error_t parse_run(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return take(key, arg, state);
	state->child_inputs[0] = state->input;
	state->child_inputs[1] = state->input;
	return 0;
}

const struct argp lab_kernel_argp = { .options = kernel_options, .parser = parse_kernel };
const struct argp lab_tests_argp = { .options = tests_options, .parser = parse_tests };

static const struct argp_child run_children[] = {
	{ .argp = &lab_kernel_argp },
	{ .argp = &lab_tests_argp },
	{ 0 }
};

const struct argp lab_run_argp = {
	.options = out_options, .parser = parse_run, .children = run_children,
};

void lab_options_args(const struct lab_options *o, struct lab_argv *a)
{
	for (size_t i = 0; i < NR_WORDS; i++) {
		const struct argp_option *option = words[i].options;
		char name[32];

		while (option->key != words[i].key)
			option++;
		snprintf(name, sizeof(name), "--%s", option->name);
		lab_argv_option(a, name, *(const char *const *)((const char *)o + words[i].offset));
	}
	if (o->beds)
		lab_argv_addf(a, "--beds=%ld", o->beds);
	if (o->timeout)
		lab_argv_addf(a, "--timeout=%ld", o->timeout);
	if (o->quiet)
		lab_argv_add(a, "--quiet");
}
