// SPDX-License-Identifier: GPL-2.0
/*
 * One run: suite, kernel and image, beds, verdict, reports.
 *
 * What is asked for is looked at first, and what is needed is prepared: until then a
 * failure is one line, and nothing is left behind. Then reports are on disk before
 * anything is booted, and say "fail": whatever becomes of the lab, no one takes an
 * unfinished run for a good one.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/clock.h"
#include "base/command.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "bed/beds.h"
#include "image/image.h"
#include "report/forecast.h"
#include "report/past.h"
#include "report/report.h"
#include "run/attribution.h"
#include "run/dry_run.h"
#include "run/here.h"
#include "run/options.h"
#include "run/prepare.h"
#include "run/resume.h"
#include "run/run.h"
#include "run/setup.h"
#include "suite/manifest.h"

/*
 * All of the kernel log is on the console; whatever oopses panics, so that no later result comes
 * from a wounded kernel; a panic shows what every CPU did (panic_print, since v5.18); watchdogs
 * are as slow as emulation is; and what boots is in ramfs, which reclaim cannot take.
 */
static const char parameters[] =
	" loglevel=6 printk.devkmsg=on "
	"panic=-1 oops=panic panic_print=0x40 mitigations=off rootfstype=ramfs "
	"watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120";

/* Of a board's own parameters the rest. */
static const char board_parameters[] = "panic=10";

#define LEAVE	"exit or Ctrl-D powers the machine off, Ctrl-] stops it at once."

struct run {
	struct lab_options options;
	struct lab_paths paths;		/* for the architecture that is asked for */
	struct lab_suite suite;
	const struct lab_bed_kind *kind;
	const struct lab_topology *topology;
	struct lab_machine_size size;
	struct lab_results results;
	struct lab_progress progress;
	json_t *before;			/* results of an earlier run in the same directory, or NULL */
	struct lab_forecast forecast;
	struct lab_prepared prepared;
	char *image;			/* the initramfs, prepared */
	char *agent, *selftests;	/* for a machine that is up: program, and where tests are */
	struct lab_board board;		/* of --bed ssh:FILE */
	char *tree;			/* for it, prepared */
	bool restores;			/* machines, from a snapshot if there is one */
	struct lab_snapshot snapshot;
	char *programs;			/* then: where they are on this host */
	sigset_t blocked;
	int signals;			/* signalfd of them */
	bool shell_ended;		/* and the machine as it should */
	long started_ms;
	bool resumed;			/* it began before, in the same directory */
};

/* The exit code: a reason that lies in what was asked for is wrong usage. */
static int cannot(int ret, const struct lab_error *e)
{
	fprintf(stderr, "lab: %s\n", e->text);
	return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
}

/* The options as given, but for those that a replay sets itself. */
static char *replay_command(const struct run *r)
{
	struct lab_options o = r->options;
	struct lab_argv words = { NULL };
	struct lab_text t = { NULL };

	o.tests = NULL;
	o.out = NULL;
	o.rounds = 0;
	o.beds = 0;
	o.timeout = 0;
	o.snapshot = NULL;
	o.quiet = false;
	o.shell = false;
	lab_options_args(&o, &words);
	lab_text_addf(&t, "%s run", r->paths.invoked);
	for (size_t i = 0; i < words.nr; i++) {
		lab_text_add(&t, " ", 1);
		lab_report_quote(&t, words.words[i]);
	}
	lab_argv_free(&words);
	return lab_text_take(&t);
}

static void add_programs(struct run *r)
{
	for (size_t i = 0; i < r->suite.nr_programs; i++) {
		const struct lab_suite_program *p = &r->suite.programs[i];
		struct lab_text args = { NULL };
		struct lab_program *result;
		char *joined;

		for (size_t k = 0; k < p->args.nr; k++)
			lab_text_addf(&args, "%s%s", k ? " " : "", p->args.words[k]);
		joined = lab_text_take(&args);
		result = lab_results_add(&r->results, p->name, joined);
		result->by_runner = p->runner;
		result->figures = p->figures;
		free(joined);
	}
}

/* With what is other than usual, so that results of such a machine are told from those of others. */
static void describe_topology(struct run *r)
{
	char *cpus = r->options.cpus ? lab_format("-%ucpu", r->size.cpus) : lab_strdup("");
	char *mib = r->options.memory ? lab_format("-%luM", r->size.mib) : lab_strdup("");

	snprintf(r->results.topology, sizeof(r->results.topology), "%s%s%s", r->topology->name,
		 cpus, mib);
	free(mib);
	free(cpus);
}

static void start_results(struct run *r)
{
	struct lab_results *res = &r->results;
	const char *append = r->options.append ? r->options.append : "";

	res->started = time(NULL);
	res->command = replay_command(r);
	res->parameters = lab_format("%s%s%s%s%s%s", r->kind->up ? "" : r->paths.arch->parameters,
				     r->kind->up ? board_parameters : parameters,
				     r->suite.parameters[0] ? " " : "", r->suite.parameters,
				     append[0] ? " " : "", append);
	snprintf(res->suite, sizeof(res->suite), "%s", r->suite.name);
	snprintf(res->bed, sizeof(res->bed), "%s", r->kind->name);
	snprintf(res->machine, sizeof(res->machine), "%s", r->paths.arch->machine);
	snprintf(res->mode, sizeof(res->mode), "%s", r->suite.mode);
	snprintf(res->profile, sizeof(res->profile), "%s", r->suite.profile);
	if (r->kind->here)
		lab_here_describe(&r->suite, res);
	else if (!r->kind->up)
		describe_topology(r);
	add_programs(r);
	lab_results_total(res);
	res->judgement = (struct lab_judgement){
		.verdict = LAB_FAIL, .exit_code = LAB_EXIT_FAIL, .why = "the lab did not finish",
	};
}

/* Fewer beds than were asked for need a reason; for fewer programs it goes without saying. */
static int make_beds(struct run *r, struct lab_error *e)
{
	unsigned int wanted = (unsigned int)r->options.beds;
	struct lab_capacity have;
	int ret;

	if (r->kind->up) {
		r->results.beds = 1;
		return 0;
	}
	ret = lab_capacity_read(&have, e);
	if (ret)
		return ret;
	r->results.beds = lab_capacity_beds(&have, wanted, r->options.shell ? 1 :
					    r->suite.nr_programs, r->size.mib);
	if (r->results.beds < wanted && r->results.beds < r->suite.nr_programs)
		lab_text_addf(&r->results.notes, "not %u beds but %u: each takes %lu MiB of %lu\n",
			      wanted, r->results.beds, r->size.mib, have.mib);
	return 0;
}

static int catch_signals(struct run *r, struct lab_error *e)
{
	int ret = lab_process_signals(&r->blocked, e);

	if (ret)
		return ret;
	signal(SIGPIPE, SIG_IGN);
	r->signals = signalfd(-1, &r->blocked, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signals < 0)
		return lab_fail(e, -errno, "signalfd(): %s", strerror(errno));
	return 0;
}

/* Kernel, image and disks: 0, or the exit code to end with, after one line that says why. */
static int prepare(struct run *r)
{
	struct lab_prepared *done = &r->prepared;
	const struct lab_prepare p = {
		.options = &r->options, .paths = &r->paths, .suite = &r->suite,
		.out = r->results.out, .beds = r->results.beds, .here = r->kind->here,
		.board = r->board.json ? &r->board : NULL, .send = r->restores,
		.signals = &r->blocked,
	};
	struct lab_error e;
	int ret;

	lab_progress_status(&r->progress, "%s", r->options.dry_run ? "looking" :
			    "preparing kernel and image");
	ret = lab_prepare_run(&p, done, &e);
	lab_progress_clear(&r->progress);
	if (ret > 0) {
		fprintf(stderr, "lab: interrupted by signal %d before anything was run\n", ret);
		return 128 + ret;
	}
	if (ret || done->ret)
		return ret ? cannot(ret, &e) : cannot(done->ret, &done->error);
	snprintf(r->results.kernel, sizeof(r->results.kernel), "%s", done->kernel.release);
	if (done->parameters[0]) {
		free(r->results.parameters);
		r->results.parameters = lab_strdup(done->parameters);
	}
	if (r->options.dry_run)
		return 0;
	ret = lab_attribute(&r->results, &done->kernel, r->paths.repo, &e);
	if (ret)
		return cannot(-EIO, &e);
	lab_text_addf(&r->results.notes, "%s", done->notes);
	return 0;
}

/* By the programs' own limits, unless told otherwise: this catches what they miss. */
static long overall_ms(const struct run *r)
{
	long seconds = r->kind->boot_seconds + LAB_LEAVE_SECONDS;

	if (r->options.timeout)
		return r->started_ms + r->options.timeout * 1000;
	if (r->options.shell)
		return LONG_MAX;	/* people go and have lunch */
	for (size_t i = 0; i < r->suite.nr_programs; i++)
		seconds += r->suite.programs[i].timeout + LAB_STOP_SECONDS;
	return lab_now_ms() + seconds * LAB_STRETCH * 1000;
}

/* They are large, and worth nothing once the VM is gone. */
static void remove_images(struct run *r)
{
	unlink(r->image);
	unlink(r->tree);
	free(r->image);
	free(r->tree);
	for (unsigned int bed = 1; bed <= r->results.beds; bed++)
		for (size_t i = 0; i < r->suite.nr_disks; i++)
			lab_disk_remove(r->results.out, bed, i);
}

/* For a screen: elsewhere nobody sees it. */
static void make_forecast(struct run *r)
{
	char *runs = lab_format("%s/runs", r->paths.state);
	json_t *manifest = NULL;

	lab_manifest_read(r->paths.target, &manifest, NULL);
	lab_forecast_init(&r->forecast, &r->suite, manifest,
			  lab_past_read(runs, r->before, r->results.kernel, r->results.mode));
	json_decref(manifest);
	free(runs);
}

/* What to know about the machine in which the shell is. */
static char *greeting(const struct run *r)
{
	const char *program = r->suite.programs[0].name;

	return r->options.kselftest ?
		lab_format("kselftest is in /kselftest, modules, which are loaded, in /modules. Try:\n"
			   "    /kselftest/run_kselftest.sh -l\n" LEAVE) :
		lab_format("Programs are in /suite, modules, which are loaded, in /modules. Try:\n"
			   "    %s -l\n" LEAVE, program);
}

static struct lab_plan plan_of(struct run *r)
{
	return (struct lab_plan){
		.suite = &r->suite, .kind = r->kind, .arch = r->paths.arch,
		.topology = r->topology, .size = r->size,
		.programs = r->selftests, .send = r->restores ? r->programs : NULL,
		.accel = r->options.accel ? r->options.accel : LAB_ACCEL_TCG,
		.kernel = r->prepared.kernel.image, .image = r->image,
		.agent = r->agent, .modules = r->prepared.modules,
		.board = &r->board, .tree = r->tree, .stamp = r->prepared.stamp,
		.results = &r->results, .progress = &r->progress,
		.overall_ms = overall_ms(r),
	};
}

/* A shell in the machine instead of a run: the exit code. */
static int shell(struct run *r)
{
	char *greet = greeting(r);
	struct lab_shell shell = { .tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) };
	struct lab_plan plan = plan_of(r);
	const struct lab_judgement *j = &r->results.judgement;

	plan.shell = &shell;
	shell.greeting = shell.tty ? greet : NULL;
	for (const char *s = r->prepared.notes; *s; s += strspn(s, "\n")) {
		lab_progress_say(&r->progress, "note: %.*s", (int)strcspn(s, "\n"), s);
		s += strcspn(s, "\n");
	}
	sigaddset(&r->blocked, SIGWINCH);
	sigprocmask(SIG_BLOCK, &r->blocked, NULL);
	signalfd(r->signals, &r->blocked, 0);
	lab_beds_run(&plan, r->signals);
	lab_progress_end(&r->progress);
	free(greet);
	r->shell_ended = shell.ended && plan.tally.machines.verdict == LAB_PASS;
	if (r->shell_ended)
		return shell.code;
	fprintf(stderr, "lab: %s (%s), logs in %s\n", lab_verdict_name(j->verdict), j->why,
		r->results.out);
	return j->exit_code ? j->exit_code : LAB_EXIT_INFRASTRUCTURE;
}

/* What is prepared, in the machines; the exit code. */
static int execute(struct run *r)
{
	struct lab_plan plan = plan_of(r);
	struct lab_error e;
	int ret = lab_report_all(&r->results, &e);

	if (ret)
		return cannot(ret, &e);
	if (r->progress.tty && !r->options.quiet) {
		make_forecast(r);
		plan.forecast = &r->forecast;
	}
	if (r->kind->here && r->resumed)
		ret = lab_resume_replay(&plan, &e);
	if (r->kind->here && !ret)
		ret = lab_resume_keep(r->results.out, &r->options, &r->paths, &e);
	if (ret)
		return cannot(-EIO, &e);
	if (r->restores)
		lab_snapshot_open(&r->snapshot, r->paths.state, &plan);
	/* A machine that dies of being looked at is left alone. */
	if (plan.closed)
		lab_judge_run(&plan.tally, &r->results.judgement);
	else
		lab_beds_run(&plan, r->signals);
	lab_resume_drop(r->results.out, &r->paths);
	lab_results_total(&r->results);
	r->results.ms = lab_now_ms() - r->started_ms;
	lab_progress_end(&r->progress);
	if (plan.snapshot)
		lab_snapshot_close(plan.snapshot);
	ret = lab_report_all(&r->results, &e);
	if (ret)
		return cannot(-EIO, &e);
	if (r->options.quiet)
		lab_report_brief(stdout, &r->results);
	else
		lab_report_end(stdout, &r->results);
	return r->results.judgement.exit_code;
}

/* What was reported before where this run reports to, or NULL. */
static json_t *read_before(const char *out)
{
	char *path = lab_format("%s/results.json", out);
	json_t *results = json_load_file(path, 0, NULL);

	free(path);
	return results;
}

/* What would be run. What cannot be is refused as it would be then. */
static int dry_run(struct run *r)
{
	const struct lab_dry_run dry = {
		.options = &r->options, .suite = &r->suite, .results = &r->results,
		.kernel = &r->prepared.kernel, .forecast = &r->forecast,
	};
	struct lab_error e;
	int code, ret = r->options.out ? lab_run_dir_check(r->options.out, &e) : 0;

	if (ret)
		return cannot(-EINVAL, &e);
	lab_progress_init(&r->progress, stdout, r->options.quiet);
	start_results(r);
	ret = make_beds(r, &e);
	if (!ret)
		ret = catch_signals(r, &e);
	code = ret ? cannot(-EIO, &e) : prepare(r);
	if (!code) {
		r->before = r->options.out ? read_before(r->options.out) : NULL;
		make_forecast(r);
		lab_dry_run(stdout, &dry);
	}
	return code;
}

static void clean_up(struct run *r)
{
	lab_progress_end(&r->progress);
	lab_forecast_clear(&r->forecast);
	json_decref(r->before);
	lab_results_free(&r->results);
	lab_suite_free(&r->suite);
}

static int run_in(struct run *r, bool ours)
{
	struct lab_error e;
	bool prepared;
	int ret, code;

	r->before = read_before(r->results.out);
	ret = lab_report_remove(r->results.out, &e);
	r->image = lab_format("%s/" LAB_IMAGE, r->results.out);
	r->tree = lab_format("%s/" LAB_TREE, r->results.out);
	/* Of a shell stdout is its own. */
	lab_progress_init(&r->progress, r->options.shell ? stderr : stdout, r->options.quiet);
	start_results(r);
	if (!ret)
		ret = lab_known_of_suite(&r->paths, &r->results.known, &e);
	if (!ret)
		ret = make_beds(r, &e);
	if (!ret)
		ret = catch_signals(r, &e);
	code = ret ? cannot(-EIO, &e) : prepare(r);
	prepared = !code;
	if (prepared && ours && !r->options.out && !r->options.shell)
		ret = lab_run_dir_latest(r->results.out, &e);
	if (prepared && ret)
		code = cannot(-EIO, &e);
	else if (prepared)
		code = r->options.shell ? shell(r) : execute(r);
	/* Nobody will look at the logs of a machine in which all was well. */
	if (ours && (!prepared || r->shell_ended))
		lab_remove_tree(r->results.out, NULL);
	remove_images(r);
	return code;
}

/* Without options of its own argp would not hand the input on to the child. */
static const struct argp_option no_options[] = { { 0 } };
static const struct argp_child children[] = { { .argp = &lab_run_argp }, { 0 } };
static const struct argp command = {
	.options = no_options,
	.doc = "Boot a kernel in an emulated machine, run the suite in it and say what came of it. "
		"This takes neither KVM on this machine nor privileges."
		"\vExit code: 0 pass, 1 fail, 4 all skipped, 5 a test could not be carried out, 10 hang, "
		"11 panic, 12 did not boot, 13 infrastructure, 64 wrong usage, "
		"128+N interrupted by signal N",
	.children = children,
};

static int run_main(int argc, char *argv[], const char *resumed, const struct lab_paths *paths)
{
	static struct run r;	/* large; its life is the process's */
	struct lab_error e;
	bool ours;
	int ret;

	memset(&r, 0, sizeof(r));
	r.started_ms = lab_now_ms();
	ret = lab_command_parse(&command, argc, argv, &r.options);
	if (ret)
		return ret;
	r.paths = lab_arch_paths(paths, r.options.arch);
	if (resumed)
		r.options.out = resumed;
	r.resumed = resumed;
	r.kind = lab_bed_kind_find(r.options.bed ? r.options.bed : "qemu", &e);
	if (!r.kind)
		return cannot(-EINVAL, &e);
	ret = strcmp(r.kind->name, "ssh") ? 0 :
		lab_board_read(r.options.bed + strcspn(r.options.bed, ":") +
			       !!strchr(r.options.bed, ':'), &r.board, &e);
	if (!ret && r.options.accel)
		ret = lab_accel_check(r.paths.arch, r.options.accel, &e);
	if (!ret && r.kind->up)
		ret = lab_here_check(&r.options, r.board.json ? &r.board : NULL, &e);
	if (ret)
		return cannot(-EINVAL, &e);
	r.size = lab_machine_size(r.options.cpus, r.options.memory);
	r.topology = lab_topology_find(r.paths.arch, r.options.topology, &e);
	if (!r.topology)
		return cannot(-EINVAL, &e);
	r.agent = lab_format("%s/lab-agent", r.paths.target);
	r.selftests = r.kind->here ? lab_format("%s/selftests", r.paths.target) :
		lab_format("%s/suite", r.board.json ? r.board.directory : "");
	r.programs = lab_format("%s/selftests", r.paths.target);
	r.restores = lab_setup_restores(&r.options, r.kind, r.paths.arch, &r.results.notes);
	ret = lab_setup_suite(paths, &r.options, &r.suite, &e);
	if (ret)
		return cannot(ret, &e);
	if (r.options.dry_run) {
		ret = dry_run(&r);
	} else {
		ours = !r.options.out || !lab_is_dir(r.options.out);
		ret = lab_run_dir_make(paths->state, r.options.out, r.results.out, &e);
		ret = ret ? cannot(r.options.out ? -EINVAL : ret, &e) : run_in(&r, ours);
	}
	clean_up(&r);
	return ret;
}

int lab_run_main(int argc, char *argv[], const struct lab_paths *paths)
{
	return run_main(argc, argv, NULL, paths);
}

int lab_run_resumed(int argc, char *argv[], const char *dir, const struct lab_paths *paths)
{
	return run_main(argc, argv, dir, paths);
}
