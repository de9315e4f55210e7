// SPDX-License-Identifier: GPL-2.0
/*
 * The command line of "lab run".
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bed/capacity.h"
#include "run/options.h"

const char lab_options_help[] =
"usage: lab run [options]\n"
"\n"
"Boot a kernel in an emulated machine, run the suite in it, say what came of it.\n"
"Needs no KVM on this machine and no privileges.\n"
"\n"
"kernel under test (default: the one of Debian's linux-image-amd64)\n"
"  --series SERIES      Debian's kernel of that series: 5.10, 6.1, 6.12, 7.2\n"
"  --kernel FILE        bzImage or vmlinux\n"
"  --modules DIR        its modules, as in /lib/modules/RELEASE\n"
"  --kdir DIR           a built kernel tree instead of both\n"
"  --append PARAMETERS  more kernel parameters\n"
"\n"
"what to run\n"
"  --profile NAME       a list of programs of selftests/suite.json (default: default)\n"
"  --tests PATTERN      only these: a glob on the program's name, or PROGRAM:CASE with\n"
"                       a glob on the case's name as well, e.g. 'mn_unmap_test:*anon*';\n"
"                       several are separated by blanks\n"
"  --kselftest DIR      what make kselftest-install of a kernel has put into DIR, by its\n"
"                       run_kselftest.sh; --tests then takes COLLECTION:TEST, or\n"
"                       COLLECTION:TEST/CASE, e.g. 'kvm/mmu_notifier:mn_unmap_test'\n"
"  --add DIR            more files for the machine, as /suite/NAME with DIR's own name\n"
"  --args 'WORDS'       more arguments of each program, e.g. '-s 7 -n 3' (a seed, steps)\n"
"  --mode NAME          tdp (default), rmap or shadow\n"
"  --topology NAME      uma, numa2 (default) or cpuless\n"
"  --beds N             so many machines share the programs (default: one a CPU, 4 at\n"
"                       most, as far as memory goes); 1 for times that can be compared\n"
"\n"
"  --out DIR            results (default: build/runs/DATE, and a link build/runs/latest)\n"
"  --timeout SECONDS    limit of the whole run (default: from the programs' own limits)\n"
"  --quiet              print only the verdict and what failed\n"
"\n"
"exit code: 0 pass, 1 fail, 4 all skipped, 10 hang, 11 panic, 12 did not boot,\n"
"13 infrastructure, 64 wrong usage, 128+N interrupted by signal N\n";

static int parse_number(const char *option, const char *text, const char *unit, long most,
			long *value, struct lab_error *e)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	if (errno || end == text || *end || *value <= 0 || *value > most)
		return lab_fail(e, -EINVAL, "--%s %s: give %s, 1 to %ld", option, text, unit, most);
	return 0;
}

static int check(const struct lab_options *o, struct lab_error *e)
{
	if (o->series && (o->kdir || o->kernel || o->modules))
		return lab_fail(e, -EINVAL,
				"--series names kernel and modules: leave out --kdir, --kernel and --modules");
	if (o->kdir && (o->kernel || o->modules))
		return lab_fail(e, -EINVAL,
				"--kdir names kernel and modules: leave out --kernel and --modules");
	if (o->modules && !o->kernel)
		return lab_fail(e, -EINVAL, "--modules needs --kernel");
	if (o->kselftest && o->profile)
		return lab_fail(e, -EINVAL,
				"--kselftest brings its own list of programs: leave out --profile");
	if (o->tests && (!o->tests[0] || o->tests[0] == ':'))
		return lab_fail(e, -EINVAL, "--tests '%s': give PROGRAM or PROGRAM:CASE", o->tests);
	if (o->out && !o->out[0])
		return lab_fail(e, -EINVAL, "--out: give a directory");
	return 0;
}

int lab_options_parse(int argc, char *const argv[], struct lab_options *o,
		      struct lab_error *e)
{
	enum { SERIES = 1, KERNEL, MODULES, KDIR, APPEND, TESTS, ADD, ARGS, PROFILE, KSELFTEST,
	       MODE, TOPOLOGY, BEDS, OUT, TIMEOUT, QUIET, HELP };
	static const struct option longs[] = {
		{ "series",	required_argument, NULL, SERIES },
		{ "kernel",	required_argument, NULL, KERNEL },
		{ "modules",	required_argument, NULL, MODULES },
		{ "kdir",	required_argument, NULL, KDIR },
		{ "append",	required_argument, NULL, APPEND },
		{ "tests",	required_argument, NULL, TESTS },
		{ "add",	required_argument, NULL, ADD },
		{ "args",	required_argument, NULL, ARGS },
		{ "profile",	required_argument, NULL, PROFILE },
		{ "kselftest",	required_argument, NULL, KSELFTEST },
		{ "mode",	required_argument, NULL, MODE },
		{ "topology",	required_argument, NULL, TOPOLOGY },
		{ "beds",	required_argument, NULL, BEDS },
		{ "out",	required_argument, NULL, OUT },
		{ "timeout",	required_argument, NULL, TIMEOUT },
		{ "quiet",	no_argument, NULL, QUIET },
		{ "help",	no_argument, NULL, HELP },
		{ NULL, 0, NULL, 0 }
	};
	const char **const strings[] = {
		[SERIES] = &o->series, [KERNEL] = &o->kernel, [MODULES] = &o->modules,
		[KDIR] = &o->kdir, [APPEND] = &o->append, [TESTS] = &o->tests,
		[ADD] = &o->add, [ARGS] = &o->args, [PROFILE] = &o->profile,
		[KSELFTEST] = &o->kselftest, [MODE] = &o->mode,
		[TOPOLOGY] = &o->topology, [OUT] = &o->out,
	};
	int c, ret = 0;

	memset(o, 0, sizeof(*o));
	optind = 0;	/* start afresh, whoever parsed before */
	opterr = 0;
	/* "+": stop at the first word that is no option; ":": tell the two errors apart. */
	while (!ret && (c = getopt_long(argc, argv, "+:h", longs, NULL)) != -1) {
		switch (c) {
		case ':':
			return lab_fail(e, -EINVAL, "%s needs an argument", argv[optind - 1]);
		case '?':
			return lab_fail(e, -EINVAL, "%s: no such option; see lab run --help",
					argv[optind - 1]);
		case BEDS:
			ret = parse_number("beds", optarg, "a number", LAB_MAX_BEDS, &o->beds, e);
			break;
		case TIMEOUT:
			ret = parse_number("timeout", optarg, "seconds", 30L * 24 * 3600,
					   &o->timeout, e);
			break;
		case QUIET:
			o->quiet = true;
			break;
		case HELP:
		case 'h':
			o->help = true;
			return 0;
		default:
			*strings[c] = optarg;
		}
	}
	if (ret)
		return ret;
	if (optind < argc)
		return lab_fail(e, -EINVAL, "%s: not an option; see lab run --help", argv[optind]);
	return check(o, e);
}
