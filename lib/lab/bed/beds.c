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

static void boot(struct lab_session *s, struct lab_plan *plan, unsigned int bed)
{
	struct lab_results *res = plan->results;

	*s = (struct lab_session){ .plan = plan, .bed = bed, .boots = s->boots + 1 };
	if (s->boots > res->boots)
		res->boots = s->boots;
	if (res->beds > 1)
		snprintf(s->name, sizeof(s->name), "bed %u: ", bed);
	lab_session_start(s);
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

static void boot_again(struct lab_session *s)
{
	struct lab_results *res = s->plan->results;
	struct lab_judgement first;

	/* One that never came to user space was never in order. */
	lab_judge_machine(&s->facts, &first);
	snprintf(res->boot_retried, sizeof(res->boot_retried), "%s%.200s", s->name, first.why);
	lab_progress_say(s->plan->progress, "note: %s%s; booting once more", s->name, first.why);
	keep_logs(s);
	boot(s, s->plan, s->bed);
}

static void end(struct lab_session *s)
{
	lab_session_end(s);
	if (s->boots == 1 && !s->plan->closed && lab_worth_a_retry(&s->facts, s->console.any)) {
		boot_again(s);
		return;
	}
	if (!s->facts.end_marker)
		s->plan->closed = true;
	s->over = true;
	lab_progress_bed(s->plan->progress, s->bed, "%s", "");
}

static void read_signals(struct lab_session *beds, unsigned int nr, int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		for (struct lab_session *s = beds; s < beds + nr; s++) {
			if (s->over)
				continue;
			if (info.ssi_signo == SIGCHLD)
				lab_session_reap(s);
			else
				lab_session_interrupt(s, (int)info.ssi_signo);
		}
	}
}

static void poll_once(struct lab_session *beds, unsigned int nr, int signals)
{
	struct pollfd fds[1 + LAB_MAX_BEDS * LAB_NR_SOCKETS];
	int due, first = -1, err = 0;

	fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	for (unsigned int i = 0; i < nr; i++) {
		due = lab_session_poll(&beds[i], &fds[1 + i * LAB_NR_SOCKETS]);
		if (first < 0 || due < first)
			first = due;
	}
	if (poll(fds, 1 + nr * LAB_NR_SOCKETS, first) < 0)
		err = errno;
	else if (fds[0].revents)
		read_signals(beds, nr, signals);
	for (unsigned int i = 0; i < nr; i++) {
		if (err && err != EINTR)
			lab_fail(&beds[i].trouble, 0, "poll(): %s", strerror(err));
		else if (!err && !beds[i].over)
			lab_session_handle(&beds[i], &fds[1 + i * LAB_NR_SOCKETS]);
	}
}

/* End the sessions that are finished; are there others? */
static bool any_left(struct lab_session *beds, unsigned int nr)
{
	bool left = false;

	for (struct lab_session *s = beds; s < beds + nr; s++) {
		if (!s->over && lab_session_finished(s))
			end(s);
		left |= !s->over;
	}
	return left;
}

/* One verdict for all; what ended a machine is also the end of the program on it. */
static void conclude(struct lab_session *beds, unsigned int nr, struct lab_judgement *all)
{
	const struct lab_facts *facts[LAB_MAX_BEDS] = { NULL };
	struct lab_judgement own;

	for (unsigned int i = 0; i < nr; i++)
		facts[i] = &beds[i].facts;
	lab_judge_beds(facts, nr, all);
	for (struct lab_session *s = beds; s < beds + nr; s++) {
		if (!lab_judge_machine(&s->facts, &own))
			continue;
		lab_record_abort(&s->record, own.why);
		if (strcmp(own.why, all->why))
			lab_session_note(s, "%s", own.why);
	}
}

void lab_beds_run(struct lab_plan *plan, int signals)
{
	unsigned int nr = plan->results->beds;
	struct lab_session *beds = lab_realloc(NULL, nr, sizeof(*beds));

	remove_logs(plan->results->out);
	memset(beds, 0, nr * sizeof(*beds));
	for (unsigned int i = 0; i < nr; i++)
		boot(&beds[i], plan, i + 1);
	while (any_left(beds, nr))
		poll_once(beds, nr, signals);
	conclude(beds, nr, &plan->results->judgement);
	free(beds);
}
