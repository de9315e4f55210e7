// SPDX-License-Identifier: GPL-2.0
/*
 * The loop that all beds of a run share.
 */
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/run_dir.h"
#include "bed/beds.h"
#include "bed/capacity.h"

static unsigned int number(const struct lab_beds *b, const struct lab_bed *bed)
{
	return (unsigned int)(bed - b->beds) + 1;
}

/* Those of an earlier run in the same directory are not this run's. */
static void remove_logs(const char *out)
{
	char *pattern = lab_format("%s/{console,channel,qemu}*.log", out);
	glob_t found;

	if (!glob(pattern, GLOB_BRACE, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	free(pattern);
}

static void boot(struct lab_beds *b, struct lab_bed *bed)
{
	struct lab_results *res = b->plan.results;

	bed->boots++;
	if (bed->boots > res->boots)
		res->boots = bed->boots;
	bed->session = (struct lab_session){ .plan = &b->plan, .bed = number(b, bed) };
	lab_session_start(&bed->session);
}

/* Of the boot that is to be repeated. */
static void keep_logs(struct lab_session *s)
{
	static const char *const logs[] = { "console", "channel", "qemu" };
	const char *out = s->plan->results->out;

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		char *log = lab_run_file(out, logs[i], s->bed, "log");
		char *kept = lab_run_file(out, logs[i], s->bed, "boot1.log");

		if (rename(log, kept) && errno != ENOENT)
			lab_session_note(s, "rename(%s): %s", log, strerror(errno));
		free(log);
		free(kept);
	}
}

static bool boots_again(const struct lab_beds *b, const struct lab_bed *bed)
{
	const struct lab_session *s = &bed->session;

	return bed->boots == 1 && !b->plan.closed &&
		lab_worth_a_retry(&s->facts, s->console.any);
}

static void boot_again(struct lab_beds *b, struct lab_bed *bed)
{
	struct lab_results *res = b->plan.results;
	struct lab_judgement first;
	char name[32] = "";

	/* One that never came to user space was never in order. */
	lab_judge_machine(&bed->session.facts, &first);
	if (res->beds > 1)
		snprintf(name, sizeof(name), "bed %u: ", bed->session.bed);
	snprintf(res->boot_retried, sizeof(res->boot_retried), "%s%.200s", name, first.why);
	lab_progress_say(b->plan.progress, "note: %s%s; booting once more", name, first.why);
	keep_logs(&bed->session);
	boot(b, bed);
}

static void end(struct lab_beds *b, struct lab_bed *bed)
{
	struct lab_session *s = &bed->session;

	lab_session_end(s);
	if (boots_again(b, bed)) {
		boot_again(b, bed);
		return;
	}
	if (!s->facts.end_marker)
		b->plan.closed = true;
	bed->over = true;
	lab_progress_bed(b->plan.progress, s->bed, "%s", "");
}

static void read_signals(struct lab_beds *b)
{
	struct signalfd_siginfo info;

	while (read(b->signals, &info, sizeof(info)) == sizeof(info)) {
		for (unsigned int i = 0; i < b->plan.results->beds; i++) {
			if (b->beds[i].over)
				continue;
			if (info.ssi_signo == SIGCHLD)
				lab_session_reap(&b->beds[i].session);
			else
				lab_session_interrupt(&b->beds[i].session, (int)info.ssi_signo);
		}
	}
}

static void fail_all(struct lab_beds *b, const char *what, int err)
{
	for (unsigned int i = 0; i < b->plan.results->beds; i++) {
		struct lab_session *s = &b->beds[i].session;

		if (!b->beds[i].over)
			snprintf(s->trouble, sizeof(s->trouble), "%s: %s", what, strerror(err));
	}
}

static void poll_once(struct lab_beds *b)
{
	struct pollfd fds[1 + LAB_MAX_BEDS * LAB_NR_SOCKETS];
	unsigned int nr = b->plan.results->beds;
	int due, first = -1;

	fds[0] = (struct pollfd){ .fd = b->signals, .events = POLLIN };
	for (unsigned int i = 0; i < nr; i++) {
		due = lab_session_poll(&b->beds[i].session, &fds[1 + i * LAB_NR_SOCKETS]);
		if (first < 0 || due < first)
			first = due;
	}
	if (poll(fds, 1 + nr * LAB_NR_SOCKETS, first) < 0) {
		if (errno != EINTR)
			fail_all(b, "poll()", errno);
		return;
	}
	if (fds[0].revents)
		read_signals(b);
	for (unsigned int i = 0; i < nr; i++)
		if (!b->beds[i].over)
			lab_session_handle(&b->beds[i].session, &fds[1 + i * LAB_NR_SOCKETS]);
}

/* End the sessions that are finished; are there others? */
static bool any_left(struct lab_beds *b)
{
	bool left = false;

	for (unsigned int i = 0; i < b->plan.results->beds; i++) {
		struct lab_bed *bed = &b->beds[i];

		if (!bed->over && lab_session_finished(&bed->session))
			end(b, bed);
		left |= !bed->over;
	}
	return left;
}

/* One verdict for all; what ended a machine is also the end of the program on it. */
static void conclude(struct lab_beds *b)
{
	struct lab_results *res = b->plan.results;
	const struct lab_facts *facts[LAB_MAX_BEDS];
	struct lab_judgement own;

	for (unsigned int i = 0; i < res->beds; i++)
		facts[i] = &b->beds[i].session.facts;
	lab_judge_beds(facts, res->beds, &res->judgement);
	for (unsigned int i = 0; i < res->beds; i++) {
		if (!lab_judge_machine(facts[i], &own))
			continue;
		lab_record_abort(&b->beds[i].session.record, own.why);
		if (strcmp(own.why, res->judgement.why))
			lab_session_note(&b->beds[i].session, "%s", own.why);
	}
}

void lab_beds_run(struct lab_beds *b)
{
	unsigned int nr = b->plan.results->beds;

	remove_logs(b->plan.results->out);
	b->beds = lab_realloc(NULL, nr, sizeof(*b->beds));
	memset(b->beds, 0, nr * sizeof(*b->beds));
	for (unsigned int i = 0; i < nr; i++)
		boot(b, &b->beds[i]);
	while (any_left(b))
		poll_once(b);
	conclude(b);
	free(b->beds);
}
