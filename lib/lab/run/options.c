// SPDX-License-Identifier: GPL-2.0
/*
 * The options of "lab run".
 *
 * Of an option that takes a word the key says where that goes, so that parsing and
 * turning options back into words both follow the tables that argp reads.
 */
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "base/command.h"
#include "bed/beds.h"
#include "bed/qemu.h"
#include "run/options.h"

#define WORD(member)	LAB_COMMAND_KEY(lab_options, member)
enum { BEDS = 1, TIMEOUT, QUIET, DRY_RUN, SHELL, ROUNDS };

#define MAX_SECONDS	(30L * 24 * 3600)

static const struct argp_option kernel_options[] = {
	{ .doc = "Kernel under test (default: the one of Debian's linux-image package)", .group = 1 },
	{ "series", WORD(series), "SERIES", 0,
	  "Debian's kernel of that series: 5.10, 6.1, 6.12, 7.2", 0 },
	{ "kernel", WORD(kernel), "FILE", 0, "A bzImage, vmlinux or Image", 0 },
	{ "modules", WORD(modules), "DIR", 0, "Its modules, as in /lib/modules/RELEASE", 0 },
	{ "kdir", WORD(kdir), "DIR", 0, "A built kernel tree instead of both", 0 },
	{ 0 }
};

static const struct argp_option tests_options[] = {
	{ .doc = "What to run", .group = 2 },
	{ "profile", WORD(profile), "NAME", 0,
	  "A list of programs in selftests/suite.json (default: default)", 0 },
	{ "tests", WORD(tests), "PATTERN", 0,
	  "Only these: a glob for the program's name, or PROGRAM:CASE with a glob for the "
	  "case's name as well, e.g. 'mn_unmap_test:*anon*'; several are separated by blanks; "
	  "!PROGRAM leaves one out", 0 },
	{ "args", WORD(args), "WORDS", 0,
	  "More arguments for each program, e.g. '-s 7 -n 3' (a seed, steps)", 0 },
	{ "kselftest", WORD(kselftest), "DIR", 0,
	  "What make kselftest-install of a kernel has put into DIR, by its run_kselftest.sh; "
	  "--tests then takes COLLECTION:TEST or COLLECTION:TEST/CASE, e.g. "
	  "'kvm/mmu_notifier:mn_unmap_test'. With --profile: only those of its tests that are "
	  "part of that, beside its programs", 0 },
	{ "add", WORD(add), "DIR", 0,
	  "More files for the machine, as /suite/NAME/FILE with the last part of DIR for NAME",
	  0 },
	{ .doc = "How to run it", .group = 3 },
	{ "bed", WORD(bed), "KIND", 0, "Where to run it: qemu (default), a machine that is emulated; local, this one, as root, with "
	  "the kernel that it runs; ssh:FILE, a board, as FILE describes it", 0 },
	{ "arch", WORD(arch), "NAME", 0,
	  "Kernel and machine are of this architecture: x86_64, arm64 or riscv64 (default: this machine's)", 0 },
	{ "accel", WORD(accel), "NAME", 0,
	  "Of bed qemu: tcg (default), the same everywhere; or kvm, faster, if this machine's KVM nests", 0 },
	{ "snapshot", WORD(snapshot), "WHEN", 0,
	  "auto or never (default): restore machines as one was after its boot, with auto, instead of "
	  "booting each; if there is none, the first that boots is saved for this", 0 },
	{ "mode", WORD(mode), "NAME", 0,
	  "On x86_64 tdp (default), rmap or shadow; on arm64 vhe (default), nvhe or pkvm; on riscv64 "
	  "hext", 0 },
	{ "topology", WORD(topology), "NAME", 0,
	  "uma, numa2 (default, but on riscv64), cpuless or tiered", 0 },
	{ "cpus", WORD(cpus), "N", 0,
	  "CPUs of the machine (default: 2), half of them on each node of numa2; emulated ones take turns", 0 },
	{ "memory", WORD(memory), "MIB", 0,
	  "Its memory in MiB (default: 3072), half of it on each node", 0 },
	{ "append", WORD(append), "PARAMETERS", 0, "More kernel parameters", 0 },
	{ "beds", BEDS, "N", 0,
	  "Virtual machines that share the programs (default: one a CPU, 4 at most, as far as "
	  "memory goes); 1 for times that can be compared", 0 },
	{ "timeout", TIMEOUT, "SECONDS", 0,
	  "Limit of the whole run (default: from the programs' own limits)", 0 },
	{ "quiet", QUIET, NULL, 0, "Print only the verdict and what failed", 0 },
	{ 0 }
};

static const struct argp_option out_options[] = {
	{ "out", WORD(out), "DIR", 0,
	  "Directory of the results (default: build/runs/DATE, and build/runs/latest points to it)",
	  3 },
	{ "rounds", ROUNDS, "N", 0, "All of the programs N times, in turn", 3 },
	{ "dry-run", DRY_RUN, NULL, 0,
	  "Only say what would be run, how, and how long it took before: nothing is fetched, built, "
	  "booted or written", 3 },
	{ "shell", SHELL, NULL, 0,
	  "Run nothing, but give a shell in the machine, with programs and modules there: on this "
	  "terminal, or for a script on stdin. Its exit code is ours. Ctrl-] stops the machine", 3 },
	{ 0 }
};

bool lab_snapshot_when(const char *word)
{
	return !strcmp(word, "auto") || !strcmp(word, "never");
}

static error_t take(int key, char *arg, struct argp_state *state,
		    const struct argp_option *options)
{
	struct lab_options *o = state->input;
	error_t ret = 0;
	long number;

	switch (key) {
	case WORD(arch):
		return lab_arch_take(state, arg, &o->arch);
	case WORD(cpus):
		ret = lab_command_number(state, "cpus", arg, "a number", LAB_LEAST_CPUS,
					 LAB_MOST_CPUS, &number);
		break;
	case WORD(memory):
		ret = lab_command_number(state, "memory", arg, "MiB", LAB_LEAST_MIB, LAB_MOST_MIB,
					 &number);
		break;
	case BEDS:
		return lab_command_number(state, "beds", arg, "a number", 1, LAB_MAX_BEDS,
					  &o->beds);
	case WORD(snapshot):
		if (!lab_snapshot_when(arg))
			return lab_command_refuse(state, LAB_SNAPSHOT_REFUSED, arg);
		break;
	case TIMEOUT:
		return lab_command_number(state, "timeout", arg, "seconds", 1, MAX_SECONDS,
					  &o->timeout);
	case ROUNDS:
		return lab_command_number(state, "rounds", arg, "a number", 1, LAB_MAX_ROUNDS,
					  &o->rounds);
	case QUIET:
		o->quiet = true;
		return 0;
	case DRY_RUN:
		o->dry_run = true;
		return 0;
	case SHELL:
		o->shell = true;
		return 0;
	case WORD(append):
	case WORD(args):
		if (!arg[0])
			return 0;	/* nothing to add */
	}
	return ret ? ret : lab_command_take(state, options, key, arg);
}

static error_t parse_kernel(int key, char *arg, struct argp_state *state)
{
	const struct lab_options *o = state->input;

	if (key != ARGP_KEY_END)
		return take(key, arg, state, kernel_options);
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
		return take(key, arg, state, tests_options);
	if (o->tests && o->tests[0] == ':')
		return lab_command_refuse(state, "--tests '%s': give PROGRAM or PROGRAM:CASE",
					  o->tests);
	return 0;
}

static error_t parse_run(int key, char *arg, struct argp_state *state)
{
	const struct lab_options *o = state->input;

	if (key == ARGP_KEY_END && o->shell && o->dry_run)
		return lab_command_refuse(state, "--shell and --dry-run: give one of them");
	if (key == ARGP_KEY_END && o->shell && o->beds)
		return lab_command_refuse(state, "--shell is in one machine: leave out --beds");
	if (key == ARGP_KEY_END && o->shell && o->args)
		return lab_command_refuse(state, "--shell runs no program: leave out --args");
	if (key != ARGP_KEY_INIT)
		return take(key, arg, state, out_options);
	state->child_inputs[0] = state->input;
	state->child_inputs[1] = state->input;
	return 0;
}

static const struct argp kernel_argp = { .options = kernel_options, .parser = parse_kernel };
const struct argp lab_tests_argp = { .options = tests_options, .parser = parse_tests };

const struct argp_child lab_setup_children[] = {
	{ .argp = &kernel_argp }, { .argp = &lab_tests_argp }, { 0 }
};

const struct argp lab_run_argp = {
	.options = out_options, .parser = parse_run, .children = lab_setup_children,
};

static void add_words(const struct lab_options *o, const struct argp_option *option,
		      struct lab_argv *a)
{
	for (; option->name || option->doc; option++) {
		char name[32];

		if (option->key < WORD(series))
			continue;
		snprintf(name, sizeof(name), "--%s", option->name);
		lab_argv_option(a, name,
				*(const char *const *)((const char *)o + option->key - 256));
	}
}

void lab_options_args(const struct lab_options *o, struct lab_argv *a)
{
	add_words(o, kernel_options, a);
	add_words(o, tests_options, a);
	add_words(o, out_options, a);
	if (o->beds)
		lab_argv_addf(a, "--beds=%ld", o->beds);
	if (o->timeout)
		lab_argv_addf(a, "--timeout=%ld", o->timeout);
	if (o->rounds)
		lab_argv_addf(a, "--rounds=%ld", o->rounds);
	if (o->quiet)
		lab_argv_add(a, "--quiet");
	if (o->shell)
		lab_argv_add(a, "--shell");
}

json_t *lab_options_json(const struct lab_options *o)
{
	struct lab_argv argv = { NULL };
	json_t *words = json_array();

	lab_options_args(o, &argv);
	for (size_t i = 0; i < argv.nr; i++)
		json_array_append_new(words, json_string(argv.words[i]));
	lab_argv_free(&argv);
	return words;
}

void lab_options_words(json_t *words, struct lab_argv *a)
{
	json_t *word;
	size_t i;

	lab_argv_add(a, "run");
	json_array_foreach(words, i, word)
		lab_argv_add(a, json_string_value(word) ? json_string_value(word) : "");
}
