// SPDX-License-Identifier: GPL-2.0
/*
 * lab: boots kernels under test and runs the suite in them.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/nearest.h"
#include "base/paths.h"
#include "bench/bench.h"
#include "bisect/bisect.h"
#include "campaign/campaign.h"
#include "engine/cell.h"
#include "prove/prove.h"
#include "report/bundle.h"
#include "report/callers.h"
#include "report/compare.h"
#include "report/from_text.h"
#include "report/kcidb.h"
#include "run/resume.h"
#include "run/run.h"
#include "suite/doctor.h"
#include "suite/list.h"
#include "suite/manifest.h"

static const struct {
	const char *name;
	int (*main)(int argc, char *argv[], const struct lab_paths *paths);
	const char *about;
} commands[] = {
	{ "bench", lab_bench_main, "how fast are kernel and suite, beside what others do?" },
	{ "bisect", lab_bisect_main, "which commit broke it? from a good one and a bad one" },
	{ "bisect-step", lab_bisect_step_main, "one step of it, for git bisect run" },
	{ "bundle", lab_bundle_main, "one test of a run as an archive, to attach to a bug report" },
	{ "callers", lab_callers_main, "which places of kernels do programs come by, and which ones not" },
	{ "cell", lab_cell_main, "one run of a matrix, for those that carry it out elsewhere" },
	{ "check", lab_check_main, "the project's own tests, with proof that failures are noticed" },
	{ "compare", lab_compare_main, "what is other in the second of two runs" },
	{ "doctor", lab_doctor_main, "what would be skipped on this machine, and changed on it" },
	{ "kcidb", lab_kcidb_main, "a run's results as the kernel community's database takes them" },
	{ "list", lab_list_main, "what there is to run, and what has to do with a word" },
	{ "manifest", lab_manifest_main, "what the programs say of themselves, joined; make runs it" },
	{ "matrix", lab_matrix_main, "the same programs on several kernels, and a table of them" },
	{ "perf", lab_perf_main, "what got slower from one kernel to another? exactly, and in time" },
	{ "prove", lab_prove_main, "regressions put back on purpose, and which test notices each" },
	{ "report", lab_report_main, "the reports of a run, from what a machine without the lab printed" },
	{ "resume", lab_resume_main, "go on with a run that this machine did not survive" },
	{ "run", lab_run_main, "boot one kernel, run the suite in it, give the verdict" },
	{ "soak", lab_soak_main, "the same run again and again, and what so many are worth" },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void help(void)
{
	printf("Usage: lab COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		printf("  %-15s %s\n", commands[i].name, commands[i].about);
	printf("\nlab COMMAND --help lists the options of a command. In bash, source\n"
	       "lib/lab/completion.bash makes the Tab key complete commands, options and tests.\n");
}

static int no_such(const char *word)
{
	struct lab_nearest nearest = { .word = word };

	for (size_t i = 0; i < NR_COMMANDS; i++)
		lab_nearest_try(&nearest, commands[i].name);
	fprintf(stderr, "lab: %s: no such command%s; see lab --help\n", word,
		lab_nearest_hint(&nearest, "lab "));
	return LAB_EXIT_USAGE;
}

/* Of an installed lab: nobody writes where programs are. */
#define INSTALLED_STATE	"/var/lib/mn-lab"

/* The lab is BUILD/lab, and BUILD is a directory of the repository, or of what is installed. */
static int find_paths(struct lab_paths *p)
{
	ssize_t n = readlink("/proc/self/exe", p->build, sizeof(p->build) - 1);
	char *slash, *base;

	if (n < 0) {
		fprintf(stderr, "lab: readlink(/proc/self/exe): %s\n", strerror(errno));
		return -1;
	}
	p->build[n] = '\0';
	slash = strrchr(p->build, '/');
	*slash = '\0';
	memcpy(p->repo, p->build, sizeof(p->repo));
	base = strrchr(p->repo, '/');
	if (!base || base == p->repo) {
		fprintf(stderr, "lab: %s: expected to lie in the build directory of the repository\n",
			p->build);
		return -1;
	}
	*base = '\0';
	if (lab_has(p->repo, "Makefile")) {
		snprintf(p->invoked, sizeof(p->invoked), "%.1024s/%.64s", base + 1, slash + 1);
		snprintf(p->state, sizeof(p->state), "%s", p->build);
	} else {
		strcpy(p->invoked, "mn-lab");
		strcpy(p->state, INSTALLED_STATE);
	}
	return 0;
}

int main(int argc, char *argv[])
{
	static struct lab_paths paths;

	if (argc < 2) {
		fprintf(stderr, "lab: give a command; see lab --help\n");
		return LAB_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help();
		return 0;
	}
	if (find_paths(&paths))
		return LAB_EXIT_INFRASTRUCTURE;
	paths = lab_arch_paths(&paths, NULL);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1, &paths);
	return no_such(argv[1]);
}
