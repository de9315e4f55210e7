// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts. See verdict.h for the order and its reasons.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verdict/verdict.h"

static const struct {
	const char *name;
	int exit_code;
} verdicts[] = {
	[LAB_PASS]		= { "pass",		LAB_EXIT_PASS },
	[LAB_FAIL]		= { "fail",		LAB_EXIT_FAIL },
	[LAB_SKIP]		= { "skip",		LAB_EXIT_SKIP },
	[LAB_HANG]		= { "hang",		LAB_EXIT_HANG },
	[LAB_PANIC]		= { "panic",		LAB_EXIT_PANIC },
	[LAB_BOOT_FAILURE]	= { "boot failure",	LAB_EXIT_NO_BOOT },
	[LAB_INFRASTRUCTURE]	= { "infrastructure",	LAB_EXIT_INFRASTRUCTURE },
};

const char *lab_verdict_name(enum lab_verdict verdict)
{
	return verdicts[verdict].name;
}

static void give(struct lab_judgement *j, enum lab_verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void give(struct lab_judgement *j, enum lab_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	j->verdict = verdict;
	j->exit_code = verdicts[verdict].exit_code;
	va_start(ap, fmt);
	vsnprintf(j->why, sizeof(j->why), fmt, ap);
	va_end(ap);
}

static const char *where(const struct lab_facts *f, char *buf, size_t size)
{
	if (f->running)
		snprintf(buf, size, " during %s", f->running);
	else
		snprintf(buf, size, "%s", f->ready ? "" : " while modules were loaded");
	return buf;
}

static bool judge_panic(const struct lab_facts *f, struct lab_judgement *j)
{
	char during[160];

	if (!f->user_space)
		return false;
	where(f, during, sizeof(during));
	if (f->panic)
		give(j, LAB_PANIC, "%s%s", f->panic, during);
	else if (f->qemu_end == LAB_QEMU_RESET && !f->end_marker)
		give(j, LAB_PANIC, "the machine reset itself%s (triple fault or reboot)", during);
	else
		return false;
	return true;
}

/* Things of the host, which come before anything that the VM did. */
static bool judge_host(const struct lab_facts *f, struct lab_judgement *j)
{
	if (f->trouble)
		give(j, LAB_INFRASTRUCTURE, "%s", f->trouble);
	else if (f->interrupted)
		give(j, LAB_INFRASTRUCTURE, "interrupted by SIG%s", sigabbrev_np(f->interrupted));
	else if (f->qemu_end == LAB_QEMU_NOT_STARTED)
		give(j, LAB_INFRASTRUCTURE, "QEMU did not start");
	else if (f->qemu_end == LAB_QEMU_SIGNALLED)
		give(j, LAB_INFRASTRUCTURE, "QEMU was killed by signal %d (%s)", f->qemu_code,
		     strsignal(f->qemu_code));
	else if (f->qemu_end == LAB_QEMU_EXITED)
		give(j, LAB_INFRASTRUCTURE, "QEMU ended with exit code %d", f->qemu_code);
	else
		return false;
	if (f->interrupted)
		j->exit_code = 128 + f->interrupted;
	return true;
}

static bool judge_boot(const struct lab_facts *f, struct lab_judgement *j)
{
	if (f->user_space)
		return false;
	if (f->starved)
		give(j, LAB_INFRASTRUCTURE, "no boot in time, but the host did not give QEMU its CPU");
	else if (f->panic)
		give(j, LAB_BOOT_FAILURE, "%s", f->panic);
	else if (f->init_said)
		give(j, LAB_BOOT_FAILURE, "init: %s", f->init_said);
	else if (f->qemu_end == LAB_QEMU_RESET)
		give(j, LAB_BOOT_FAILURE, "the machine reset itself before init spoke");
	else if (f->qemu_end == LAB_QEMU_POWER_OFF)
		give(j, LAB_BOOT_FAILURE, "the machine powered off before init spoke");
	else
		give(j, LAB_BOOT_FAILURE, "init did not speak in time");
	return true;
}

static bool judge_bed(const struct lab_facts *f, struct lab_judgement *j)
{
	char during[160];

	where(f, during, sizeof(during));
	if (f->garbled)
		give(j, LAB_INFRASTRUCTURE, "channel: %s", f->garbled);
	else if (f->init_error)
		give(j, LAB_INFRASTRUCTURE, "init: %s", f->init_error);
	else if (f->starved && (f->silent || f->over_limit || f->overall_limit))
		give(j, LAB_INFRASTRUCTURE,
		     "out of time%s, but the host did not give QEMU its CPU", during);
	else if (f->qemu_end == LAB_QEMU_POWER_OFF && !f->end_marker)
		give(j, LAB_INFRASTRUCTURE, "the machine powered off%s, before the end", during);
	else
		return false;
	return true;
}

static bool judge_hang(const struct lab_facts *f, struct lab_judgement *j)
{
	char during[160];

	where(f, during, sizeof(during));
	if (f->silent)
		give(j, LAB_HANG, "the machine fell silent%s", during);
	else if (f->stuck)
		give(j, LAB_HANG, "%s: a process survives SIGKILL", f->stuck);
	else if (f->over_limit)
		give(j, LAB_HANG, "%s ran over its time limit", f->over_limit);
	else if (f->overall_limit)
		give(j, LAB_HANG, "the run took longer than its time limit%s", during);
	else if (!f->end_marker)
		give(j, LAB_HANG, "the machine did not power off%s", during);
	else
		return false;
	return true;
}

bool lab_judge_machine(const struct lab_facts *f, struct lab_judgement *j)
{
	return judge_panic(f, j) || judge_host(f, j) || judge_boot(f, j) ||
		judge_bed(f, j) || judge_hang(f, j);
}

static void judge_results(const struct lab_facts *f, struct lab_judgement *j)
{
	unsigned int total = f->passed + f->failed + f->skipped;

	if (f->failed)
		give(j, LAB_FAIL, "%u of %u failed", f->failed, total);
	else if (f->problem)
		give(j, LAB_INFRASTRUCTURE, "%s", f->problem);
	else if (!total)
		give(j, LAB_INFRASTRUCTURE, "no results at all");
	else if (!f->passed)
		give(j, LAB_SKIP, "all %u skipped", f->skipped);
	else
		give(j, LAB_PASS, "%u of %u passed", f->passed, total);
}

void lab_judge(const struct lab_facts *f, struct lab_judgement *j)
{
	if (!lab_judge_machine(f, j))
		judge_results(f, j);
}

/* Which of two beds' verdicts is the run's: the greater one. */
static int weight(const struct lab_judgement *j)
{
	static const int weights[] = {
		[LAB_INFRASTRUCTURE] = 1, [LAB_BOOT_FAILURE] = 2, [LAB_FAIL] = 3,
		[LAB_HANG] = 4, [LAB_PANIC] = 6,
	};

	/* It ended the whole run, and whoever did it wants to see so. */
	return j->exit_code > 128 ? 5 : weights[j->verdict];
}

void lab_judge_beds(const struct lab_facts *const beds[], size_t nr, struct lab_judgement *j)
{
	struct lab_judgement machine, results;
	struct lab_facts all = { 0 };
	bool sound_failed = false;

	*j = (struct lab_judgement){ .verdict = LAB_PASS };
	for (size_t i = 0; i < nr; i++) {
		all.passed += beds[i]->passed;
		all.failed += beds[i]->failed;
		all.skipped += beds[i]->skipped;
		if (!all.problem)
			all.problem = beds[i]->problem;
		if (!lab_judge_machine(beds[i], &machine))
			sound_failed |= beds[i]->failed > 0;
		else if (weight(&machine) > weight(j))
			*j = machine;
	}
	judge_results(&all, &results);
	if (!weight(j) || (sound_failed && weight(&results) > weight(j)))
		*j = results;
}

bool lab_worth_a_retry(const struct lab_facts *f, bool console_output)
{
	if (f->user_space || f->trouble || f->interrupted)
		return false;
	switch (f->qemu_end) {
	case LAB_QEMU_NOT_STARTED:
	case LAB_QEMU_SIGNALLED:
	case LAB_QEMU_EXITED:
		return true;
	default:
		break;
	}
	/* Emulated timers are late on a loaded host; the kernel panics then. */
	if (f->panic && strstr(f->panic, "IO-APIC + timer"))
		return true;
	return f->starved || !console_output;
}

enum lab_verdict lab_judge_program(const struct lab_program_facts *f, char *why, size_t size)
{
	unsigned int total = f->passed + f->failed + f->skipped;
	enum lab_verdict verdict = LAB_INFRASTRUCTURE;
	int expected;

	why[0] = '\0';
	if (f->over_limit || f->stuck)
		return LAB_PASS;	/* judged as a hang; what it printed is no matter */
	if (f->signal == SIGKILL) {
		snprintf(why, size, "killed by SIGKILL, not by the lab");
	} else if (f->signal) {
		snprintf(why, size, "killed by signal %d (%s)", f->signal, strsignal(f->signal));
		verdict = LAB_FAIL;
	} else if (f->code == 126 || f->code == 127) {
		snprintf(why, size, "could not be started (exit code %d)", f->code);
	} else if (f->dropped) {
		snprintf(why, size, "printed too much: %lu lines were dropped", f->dropped);
	} else if (f->ktap_problem) {
		snprintf(why, size, "%s", f->ktap_problem);
		if (f->code && f->code != LAB_EXIT_SKIP)
			verdict = LAB_FAIL;
	} else if (!total) {
		snprintf(why, size, "no results (exit code %d)", f->code);
		if (f->code && f->code != LAB_EXIT_SKIP)
			verdict = LAB_FAIL;
	} else {
		expected = f->failed ? LAB_EXIT_FAIL : f->passed ? LAB_EXIT_PASS : LAB_EXIT_SKIP;
		if (f->code == expected || (f->by_runner && !f->code))
			return LAB_PASS;
		snprintf(why, size, "exit code %d, but %u passed, %u failed, %u skipped",
			 f->code, f->passed, f->failed, f->skipped);
		if (f->code != LAB_EXIT_PASS && f->code != LAB_EXIT_SKIP)
			verdict = LAB_FAIL;
	}
	return verdict;
}
