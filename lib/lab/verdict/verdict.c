// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts. See verdict.h for the order and its reasons.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "verdict/results.h"
#include "verdict/verdict.h"

static const struct {
	const char *name;
	int exit_code;
	int weight;		/* of two beds' verdicts the run's is the greater one */
} verdicts[] = {
	[LAB_PASS]		= { "pass",		LAB_EXIT_PASS, 0 },
	[LAB_FAIL]		= { "fail",		LAB_EXIT_FAIL, 4 },
	[LAB_ERROR]		= { "error",		LAB_EXIT_ERROR, 2 },
	[LAB_SKIP]		= { "skip",		LAB_EXIT_SKIP, 0 },
	[LAB_HANG]		= { "hang",		LAB_EXIT_HANG, 5 },
	[LAB_PANIC]		= { "panic",		LAB_EXIT_PANIC, 7 },
	[LAB_BOOT_FAILURE]	= { "boot failure",	LAB_EXIT_NO_BOOT, 3 },
	[LAB_INFRASTRUCTURE]	= { "infrastructure",	LAB_EXIT_INFRASTRUCTURE, 1 },
};

const char *lab_verdict_name(enum lab_verdict verdict)
{
	return verdicts[verdict].name;
}

/* True, for "return give()". */
static bool __attribute__((format(printf, 3, 4)))
give(struct lab_judgement *j, enum lab_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	j->verdict = verdict;
	j->exit_code = verdicts[verdict].exit_code;
	va_start(ap, fmt);
	vsnprintf(j->why, sizeof(j->why), fmt, ap);
	va_end(ap);
	return true;
}

static bool judge_panic(const struct lab_facts *f, const char *during, struct lab_judgement *j)
{
	if (!f->user_space)
		return false;
	if (f->panic)
		return give(j, LAB_PANIC, "%s%s", f->panic, during);
	return f->end == LAB_MACHINE_RESET && !f->end_marker &&
		give(j, LAB_PANIC, "the machine reset itself%s (triple fault or reboot)", during);
}

/* Things of the host, which come before anything that the VM did. */
static bool judge_host(const struct lab_facts *f, const char *during, struct lab_judgement *j)
{
	if (f->trouble)
		give(j, LAB_INFRASTRUCTURE, "%s", f->trouble);
	else if (f->interrupted)
		give(j, LAB_INFRASTRUCTURE, "interrupted by SIG%s", sigabbrev_np(f->interrupted));
	else if (f->end == LAB_MACHINE_NOT_STARTED)
		give(j, LAB_INFRASTRUCTURE, "%s did not start", f->process);
	else if (f->end == LAB_MACHINE_SIGNALLED)
		give(j, LAB_INFRASTRUCTURE, "%s was killed by signal %d (%s)", f->process, f->end_code,
		     strsignal(f->end_code));
	else if (f->end == LAB_MACHINE_DISCONNECTED)
		give(j, LAB_INFRASTRUCTURE, "the connection to the machine was lost%s", during);
	else if (f->end == LAB_MACHINE_UNPLUGGED)
		give(j, LAB_INFRASTRUCTURE, "the machine lost its power%s", during);
	else if (f->end == LAB_MACHINE_EXITED && !f->init_error)
		give(j, LAB_INFRASTRUCTURE, "%s ended with exit code %d", f->process, f->end_code);
	else
		return false;
	if (f->interrupted)
		j->exit_code = 128 + f->interrupted;
	return true;
}

static bool judge_boot(const struct lab_facts *f, struct lab_judgement *j)
{
	if (f->user_space || f->init_error)
		return false;
	if (f->starved)
		return give(j, LAB_INFRASTRUCTURE,
			    "no boot in time, but the host did not give %s its CPU", f->process);
	if (f->panic)
		return give(j, LAB_BOOT_FAILURE, "%s", f->panic);
	if (f->init_said)
		return give(j, LAB_BOOT_FAILURE, "init: %s", f->init_said);
	return give(j, LAB_BOOT_FAILURE, "%s",
		    f->end == LAB_MACHINE_RESET ? "the machine reset itself before init spoke" :
		    f->end == LAB_MACHINE_POWER_OFF ?
			"the machine powered off before init spoke" :
			"init did not speak in time");
}

static bool judge_bed(const struct lab_facts *f, const char *during, struct lab_judgement *j)
{
	if (f->garbled)
		return give(j, LAB_INFRASTRUCTURE, "channel: %s", f->garbled);
	if (f->init_error)
		return give(j, LAB_INFRASTRUCTURE, "agent: %s", f->init_error);
	if (f->starved && (f->silent || f->over_limit || f->overall_limit))
		return give(j, LAB_INFRASTRUCTURE,
			    "out of time%s, but the host did not give %s its CPU", during,
			    f->process);
	return f->end == LAB_MACHINE_POWER_OFF && !f->end_marker &&
		give(j, LAB_INFRASTRUCTURE, "the machine powered off%s, before the end", during);
}

static bool judge_hang(const struct lab_facts *f, const char *during, struct lab_judgement *j)
{
	if (f->silent)
		return give(j, LAB_HANG, "the machine fell silent%s", during);
	if (f->stuck)
		return give(j, LAB_HANG, "%s: a process survives SIGKILL", f->stuck);
	if (f->over_limit)
		return give(j, LAB_HANG, "%s ran over its time limit", f->over_limit);
	if (f->overall_limit)
		return give(j, LAB_HANG, "the run took longer than its time limit%s", during);
	return !f->end_marker && give(j, LAB_HANG, "the machine did not power off%s", during);
}

bool lab_judge_machine(const struct lab_facts *f, struct lab_judgement *j)
{
	char during[160] = "";

	if (f->running)
		snprintf(during, sizeof(during), " during %s", f->running);
	else if (!f->ready)
		strcpy(during, " while modules were loaded");
	return judge_panic(f, during, j) || judge_host(f, during, j) || judge_boot(f, j) ||
		judge_bed(f, during, j) || judge_hang(f, during, j);
}

static void judge_results(const struct lab_tally *t, struct lab_judgement *j)
{
	unsigned int total = t->passed + t->failed + t->errors + t->skipped;

	if (t->failed)
		give(j, LAB_FAIL, "%u of %u failed", t->failed, total);
	else if (t->splat[0])
		give(j, LAB_FAIL, LAB_SPLAT_AT_BOOT "%s", t->splat);
	else if (t->errors)
		give(j, LAB_ERROR, "%u of %u could not be carried out", t->errors, total);
	else if (t->problem[0])
		give(j, LAB_INFRASTRUCTURE, "%s", t->problem);
	else if (!total)
		give(j, LAB_INFRASTRUCTURE, "no results at all");
	else if (!t->passed)
		give(j, LAB_SKIP, "all %u skipped", t->skipped);
	else
		give(j, LAB_PASS, "%u of %u passed", t->passed, total);
}

/* An interruption ended the whole run, and whoever did it wants to see so. */
static int weight(const struct lab_judgement *j)
{
	return j->exit_code > 128 ? 6 : verdicts[j->verdict].weight;
}

bool lab_judge_boot(struct lab_tally *t, const struct lab_facts *f, struct lab_judgement *j)
{
	bool bad = lab_judge_machine(f, j);

	t->passed += f->passed;
	t->failed += f->failed;
	t->errors += f->errors;
	t->skipped += f->skipped;
	if (!t->problem[0] && f->problem)
		snprintf(t->problem, sizeof(t->problem), "%s", f->problem);
	if (!t->splat[0] && f->splat)
		snprintf(t->splat, sizeof(t->splat), "%s", f->splat);
	if (!bad)
		t->failed_soundly |= f->failed || f->errors || f->splat;
	else if (weight(j) > weight(&t->machines))
		t->machines = *j;
	return bad;
}

void lab_judge_run(const struct lab_tally *t, struct lab_judgement *j)
{
	struct lab_judgement results;

	judge_results(t, &results);
	*j = t->machines;
	if (!weight(j) || (t->failed_soundly && weight(&results) > weight(j)))
		*j = results;
}

bool lab_worth_a_retry(const struct lab_facts *f, bool console_output)
{
	if (f->user_space || f->init_error || f->trouble || f->interrupted)
		return false;
	if (f->end == LAB_MACHINE_NOT_STARTED || f->end == LAB_MACHINE_SIGNALLED ||
	    f->end == LAB_MACHINE_EXITED)
		return true;
	/* Emulated timers are late on a loaded host; the kernel panics then. */
	if (f->panic && strstr(f->panic, "IO-APIC + timer"))
		return true;
	return f->starved || !console_output;
}

void lab_judge_program(struct lab_program *p)
{
	unsigned int failed = p->failed + p->errors + p->known;
	int expected = failed ? LAB_EXIT_FAIL : p->passed ? LAB_EXIT_PASS : LAB_EXIT_SKIP;
	const struct channel_exit *x = &p->end;
	bool admits = x->signal || (x->code > 0 && x->code != LAB_EXIT_SKIP);	/* that it failed */

	p->agreement = LAB_PASS;
	if (x->over_limit || x->stuck)
		return;		/* judged as a hang; what it printed is no matter */
	if (x->signal == SIGKILL) {
		p->problem = lab_strdup("killed by SIGKILL, not by the lab");
		admits = false;
	} else if (x->signal) {
		p->problem = lab_format("killed by signal %d (%s)", x->signal,
					strsignal(x->signal));
	} else if (x->code == 126 || x->code == 127) {
		p->problem = lab_format("could not be started (exit code %d)", x->code);
		admits = false;
	} else if (x->dropped) {
		p->problem = lab_format("printed too much: %lu lines were dropped", x->dropped);
		admits = false;
	} else if (p->doubt) {
		p->problem = lab_strdup(p->doubt);
	} else if (!p->passed && !failed && !p->skipped) {
		p->problem = lab_format("no results (exit code %d)", x->code);
	} else if (x->code == expected || (p->by_runner && !x->code) || x->code < 0) {
		return;
	} else {
		p->problem = lab_format("exit code %d, but %u passed, %u failed, %u skipped",
					x->code, p->passed - p->known, failed, p->skipped);
	}
	p->agreement = admits ? LAB_FAIL : LAB_INFRASTRUCTURE;
}
