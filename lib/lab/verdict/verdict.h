/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what was seen during a run to the one word that it is worth.
 *
 * All functions are pure, so that every combination can be tested without a VM.
 * The strongest statement wins:
 *
 *  1. panic: the kernel said so, or the machine reset itself, after user space
 *     had come up. Before that it is a boot failure, which a bisection skips.
 *  2. boot failure: init never spoke. A boot that never began for want of QEMU
 *     or an image is infrastructure.
 *  3. infrastructure of the bed: QEMU killed, channel garbled, host starved or
 *     the lab interrupted: what was seen says nothing about the kernel, except
 *     for a panic, which no bed brings about.
 *  4. hang: a program over its limit, or silence, on a bed that had its CPU.
 *  5. fail: a case failed, a program crashed, or the kernel complained in its log before
 *     the first program. A case that failed did fail, whatever is wrong with the output
 *     of another program.
 *  6. error: a case could not be carried out, and none failed.
 *  7. infrastructure of a program: results that cannot be trusted though
 *     nothing failed, such as output that ends before its plan is done.
 *  8. skip, when nothing but skips came; else pass.
 */
#ifndef LAB_VERDICT_H
#define LAB_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/exit.h"

enum lab_verdict {
	LAB_PASS,
	LAB_FAIL,
	LAB_ERROR,
	LAB_SKIP,
	LAB_HANG,
	LAB_PANIC,
	LAB_BOOT_FAILURE,
	LAB_INFRASTRUCTURE,
};

/* How a machine came to its end. */
enum lab_machine_end {
	LAB_MACHINE_NOT_STARTED,
	LAB_MACHINE_STOPPED,	/* by the lab */
	LAB_MACHINE_POWER_OFF,	/* it asked for it */
	LAB_MACHINE_RESET,	/* reboot or triple fault */
	LAB_MACHINE_EXITED,	/* its process, with an exit code, nobody asked */
	LAB_MACHINE_DISCONNECTED,	/* it lives, but is out of reach */
	LAB_MACHINE_UNPLUGGED,	/* its power is off */
	LAB_MACHINE_SIGNALLED,	/* its process, by a signal that the lab did not send */
};

/* Everything that was seen. Texts are NULL unless the thing happened. */
struct lab_facts {
	const char *trouble;	/* before or beside the VM: image, build, host call */
	int interrupted;	/* the signal that ended the lab, or 0 */
	const char *process;	/* that is the machine, as people call it */
	enum lab_machine_end end;
	int end_code;		/* that process's exit code or signal */
	bool user_space;	/* init greeted */
	bool ready;		/* init took commands */
	bool end_marker;	/* init took leave */
	const char *panic;	/* first line of a panic that the lab did not provoke */
	const char *init_said;	/* init's own last words on the console */
	const char *garbled;	/* what arrived on the channel that is no frame */
	const char *init_error;	/* init's own report of its failure */
	bool silent;		/* no byte for the silence limit */
	bool overall_limit;	/* the whole run took too long */
	const char *over_limit;	/* program that ran over its time limit */
	const char *stuck;	/* program of which something survived SIGKILL */
	const char *running;	/* program that ran when it ended, or NULL */
	bool starved;		/* the host did not give it its CPU meanwhile */
	const char *problem;	/* first thing wrong with a program's output */
	const char *splat;	/* a complaint of the kernel that belongs to no program */
	/* Of the programs that came to their end. */
	unsigned int passed, failed, errors, skipped;
};

struct lab_judgement {
	enum lab_verdict verdict;
	int exit_code;
	char why[512];		/* one line */
};

/* "pass", "boot failure", ...: words of results.json */
const char *lab_verdict_name(enum lab_verdict verdict);

/* Did the machine come to a bad end? Then @j says to which, else it is left alone. */
bool lab_judge_machine(const struct lab_facts *f, struct lab_judgement *j);

/* What the boots of a run come to, one by one; {} to begin with. */
struct lab_tally {
	struct lab_judgement machines;	/* the most severe end of one, LAB_PASS if none was bad */
	unsigned int passed, failed, errors, skipped;
	bool failed_soundly;		/* in a machine that was in order, or that died of it */
	char problem[400], splat[300];	/* the first of each */
};

/* Add a boot that is over: as lab_judge_machine(). */
bool lab_judge_boot(struct lab_tally *t, const struct lab_facts *f, struct lab_judgement *j);

/*
 * The verdict on the run. What a machine that was in order has shown of the
 * kernel stands, whatever became of another one: panic comes before hang, before
 * fail, before boot failure, before error, before infrastructure. Only a panic comes before
 * an interruption.
 */
void lab_judge_run(const struct lab_tally *t, struct lab_judgement *j);

/* Did the boot fail for a reason of the bed, so that one more try is fair? */
bool lab_worth_a_retry(const struct lab_facts *f, bool console_output);

/*
 * Do exit code and results of @p, which has ended, agree? Sets @p->agreement to LAB_PASS
 * when they do, LAB_FAIL when the program crashed or failed without saying where,
 * LAB_INFRASTRUCTURE when its results cannot be trusted; @p->problem says what is wrong. An
 * exit code that is not known (-1, and no signal) agrees with anything.
 */
struct lab_program;
void lab_judge_program(struct lab_program *p);

#endif
