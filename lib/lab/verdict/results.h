/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run has brought to light: filled in by run.c, read by the reports and
 * the progress display.
 */
#ifndef LAB_RESULTS_H
#define LAB_RESULTS_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "agent/channel.h"
#include "base/text.h"
#include "verdict/known.h"
#include "verdict/ktap.h"
#include "verdict/verdict.h"

/* Name of the kernel's configuration beside the results. */
#define LAB_KERNEL_CONFIG	"kernel.config"

/* Why a case ended that did not come to a result by itself. */
enum lab_cause {
	LAB_BY_ITSELF,		/* it did, or its program ended without it */
	LAB_KERNEL,		/* the kernel died or hangs, or holds on to a process */
	LAB_TIME_OUT,		/* program or run took longer than they may: it was ended */
	LAB_LOST,		/* the bed, or whoever ran it, is to blame: it counts as skipped */
};

/* The program that stands for a boot which never came to the first one. */
#define LAB_BOOT_PROGRAM	"boot"
/* How a note begins that the kernel complained before the first program. */
#define LAB_SPLAT_AT_BOOT	"kernel log, before the first program: "

struct lab_case {
	char *name;		/* within its program; "" stands for the program itself */
	enum ktap_status status;
	enum lab_cause cause;
	char *reason;
	char *diagnostics;	/* lines */
	json_t *samples;	/* what it measured of itself, see samples.h; or NULL */
	json_t *issue;		/* that it is known to be, of lab_results.known; or NULL */
	long ms;		/* since the result before it */
	time_t started;		/* that one, or the program */
};

enum lab_program_state {
	LAB_PROGRAM_WAITING,	/* not run (yet) */
	LAB_PROGRAM_RUNNING,	/* at the end of a run: it never finished */
	LAB_PROGRAM_DONE,
};

struct lab_program {
	char *name;
	char *args;		/* for people, separated by spaces */
	bool by_runner;		/* run_kselftest.sh ran it: see kselftest.h */
	json_t *figures;	/* in what it prints, see measured.h; the suite's, or NULL */
	enum lab_program_state state;
	unsigned int bed;	/* that ran it, from 1; 0: not run */
	unsigned int boot;	/* of that bed, from 1 */
	struct lab_case *cases;
	size_t nr_cases;
	unsigned int passed, failed, errors, skipped;	/* counts of cases; xfail passed */
	unsigned int known;	/* of those that passed: failures that are known issues */
	unsigned long plan;	/* cases announced, 0: none yet */
	struct channel_exit end;	/* valid when done */
	char *doubt;		/* first complaint of the KTAP reader, or NULL */
	enum lab_verdict agreement;	/* of exit code and results, see lab_judge_program() */
	char *problem;		/* why it cannot be trusted, or NULL */
	char *seed;		/* from a line "# seed: N", or NULL */
	char *tail;		/* diagnostics behind the last result */
	struct lab_text table;	/* rows, as Markdown */
	struct lab_text evidence;	/* what it did when it overran its limit */
	long ms;
	long since_ms;		/* lab_now_ms() of the last result, or of the start */
	char running[160];	/* the case that runs, as far as it says; "" */
};

struct lab_results {
	struct lab_program *programs;
	size_t nr_programs;
	struct lab_judgement judgement;
	/* Set by lab_results_total(). */
	unsigned int passed, failed, errors, skipped, not_run;
	char kernel[128];	/* release, as the kernel itself says */
	char machine[32], build_id[48], cpu_model[128];	/* the same; "" if not known */
	char kernel_commit[64], suite_revision[64];	/* of git, "" if not known */
	char host[64];		/* where the lab ran */
	bool has_config;	/* the kernel's is beside the results */
	json_t *known;		/* issues, see known.h; or NULL */
	bool from_text;		/* the lab did not run it: of times and beds nothing is known */
	char bed[16];		/* kind of its beds; "" if not known */
	char qemu[64];
	char suite[64];
	char mode[32], topology[32], profile[32];
	char *parameters;	/* kernel command line */
	char *command;		/* the lab's own arguments, but for --tests and --out */
	struct lab_text notes;	/* lines */
	unsigned int beds;	/* virtual machines side by side */
	unsigned int boots;	/* of the bed that had most: machines die, or do not boot */
	char boot_retried[256];	/* why a first boot failed, if for a reason of the bed */
	char not_run_why[512];	/* why some programs were not run, or "" */
	time_t started;
	unsigned int booted, restored;	/* machines that were there, from their boot or from a snapshot */
	long boot_ms;		/* until init took commands, of the slowest */
	long save_ms;		/* that it took to save a snapshot; 0: none was saved */
	long ms;		/* all of the run */
	char out[PATH_MAX];
};

/* Append a program; the pointer is valid until the next one is added. */
struct lab_program *lab_results_add(struct lab_results *r, const char *name, const char *args);

/* What of these results known issues are compared with. */
struct lab_known_where lab_results_where(const struct lab_results *r);

/*
 * Does @issue concern tests that were run, and did none of them fail by it? Then it is
 * stale: fixed, or gone from where it was.
 */
bool lab_results_stale(const struct lab_results *r, json_t *issue);

/* Append a case and count it. */
void lab_program_add(struct lab_program *p, const char *name, enum ktap_status status,
		     const char *reason, const char *diagnostics, long ms);

/*
 * The kernel complained by @line while @p ran, or just after, with @evidence in lines: that
 * fails it. Not so if it failed anyway, for it has said so, or died of it, or if a known
 * issue of it is this complaint. Did it?
 */
bool lab_program_splat(struct lab_program *p, const char *line, const char *evidence);

/* @p was not run: what came of it is forgotten. */
void lab_program_reset(struct lab_program *p);

/* Sum up the programs' counts. */
void lab_results_total(struct lab_results *r);

/* Free everything that @r holds. */
void lab_results_free(struct lab_results *r);

#endif
