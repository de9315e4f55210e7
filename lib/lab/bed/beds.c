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

#include "base/clock.h"
#include "base/run_dir.h"
#include "bed/beds.h"
#include "image/image.h"

/* Those of an earlier run in the same directory are not this run's. */
static void remove_logs(const char *out)
{
	char *pattern = lab_format("%s/{console,channel,qemu,agent}*.log", out);
	glob_t found;

	if (!glob(pattern, GLOB_BRACE, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	free(pattern);
}

/* A machine may have died in the middle of a write. */
static void make_disks(struct lab_session *s)
{
	const struct lab_plan *plan = s->plan;

	for (size_t i = 0; i < plan->suite->nr_disks && !s->trouble.text[0]; i++)
		lab_disk_make(plan->results->out, s->bed, i, &plan->suite->disks[i], &s->trouble);
}

/* Another machine for this bed, from the snapshot if there is one. */
static void boot(struct lab_session *s, struct lab_plan *plan, unsigned int bed)
{
	struct lab_results *res = plan->results;

	*s = (struct lab_session){
		.plan = plan, .bed = bed, .boots = s->boots + 1, .retried = s->retried,
	};
	if (s->boots > res->boots)
		res->boots = s->boots;
	if (res->beds > 1)
		snprintf(s->name, sizeof(s->name), "bed %u: ", bed);
	if (s->boots > 1 && !plan->kind->up)
		make_disks(s);
	lab_session_start(s);
}

static void retry(struct lab_session *s)
{
	struct lab_results *res = s->plan->results;
	struct lab_judgement first;

	/* One that never came to user space was never in order. */
	lab_judge_machine(&s->facts, &first);
	snprintf(res->boot_retried, sizeof(res->boot_retried), "%s%.200s", s->name, first.why);
	lab_progress_say(s->plan->progress, "note: %s%s; booting once more", s->name, first.why);
	s->retried = true;
	boot(s, s->plan, s->bed);
}

static void boot_instead(struct lab_session *s, const char *why)
{
	lab_session_note(s, "%s; machines boot", why);
	boot(s, s->plan, s->bed);
}

/* Nothing is begun any more, if there is anything left; the first reason is the one told. */
static void close_queue(struct lab_plan *plan, const char *why)
{
	if (!plan->closed && plan->next < plan->suite->nr_programs)
		snprintf(plan->results->not_run_why, sizeof(plan->results->not_run_why), "%s", why);
	plan->closed = true;
}

/*
 * The kernel died or hangs under a program, and that is the program's failure. Of a machine that
 * was lost for other reasons the program knows nothing.
 */
static void record_end(struct lab_session *s, const struct lab_judgement *own)
{
	bool died = own->verdict == LAB_PANIC || own->verdict == LAB_HANG;
	struct lab_program *p = s->record.program;
	char *evidence;

	if (!p)
		return;
	evidence = lab_session_evidence(s, died ? lab_console_trace(&s->console) : "");
	lab_record_abort(&s->record, !died ? LAB_LOST : s->facts.overall_limit ? LAB_TIME_OUT :
			 LAB_KERNEL, own->why, evidence);
	lab_session_count(s, p);
	free(evidence);
}

/* A machine that died costs the program that ran on it; others get another machine. */
static bool goes_on(const struct lab_session *s, const struct lab_judgement *own)
{
	const struct lab_plan *plan = s->plan;

	/* A board that was out of reach, or without power, is not the kernel's affair either. */
	bool lost = s->facts.end == LAB_MACHINE_DISCONNECTED ||
		s->facts.end == LAB_MACHINE_UNPLUGGED;

	return s->ran && !plan->kind->here && !plan->closed && plan->next < plan->suite->nr_programs &&
		!s->facts.overall_limit &&
		(own->verdict == LAB_PANIC || own->verdict == LAB_HANG || lost);
}

static void end(struct lab_session *s)
{
	struct lab_plan *plan = s->plan;
	struct lab_judgement own;
	bool bad, again;
	char why[256];

	lab_session_end(s);
	if (lab_session_snapshot_failed(s, why, sizeof(why))) {
		lab_console_clear(&s->console);
		boot_instead(s, why);
		return;
	}
	if (!s->retried && !plan->closed && lab_worth_a_retry(&s->facts, s->console.any)) {
		lab_console_clear(&s->console);
		retry(s);
		return;
	}
	bad = lab_judge_machine(&s->facts, &own);
	if (bad)
		record_end(s, &own);
	lab_session_splats(s);
	lab_judge_boot(&plan->tally, &s->facts, &own);
	again = bad && goes_on(s, &own);
	if (bad && !s->facts.interrupted)
		lab_session_note(s, "%s%s", own.why,
				 again ? "; the rest gets another machine" : "");
	if (bad && !again && (!s->facts.end_marker || plan->kind->here))
		close_queue(plan, own.why);
	lab_console_clear(&s->console);
	s->over = !again;
	if (again)
		boot(s, plan, s->bed);
	else
		lab_session_show(s, "%s", "");
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
			else if (info.ssi_signo == SIGWINCH)
				lab_shell_resized(s);
			else
				lab_session_interrupt(s, (int)info.ssi_signo);
		}
	}
}

static void poll_once(struct lab_session *beds, unsigned int nr, int signals)
{
	struct pollfd fds[1 + LAB_MAX_BEDS * LAB_NR_STREAMS + 1];
	struct pollfd *input = &fds[1 + nr * LAB_NR_STREAMS];
	int due, first = -1, err = 0;

	fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	for (unsigned int i = 0; i < nr; i++) {
		due = lab_session_poll(&beds[i], &fds[1 + i * LAB_NR_STREAMS]);
		if (first < 0 || due < first)
			first = due;
	}
	*input = (struct pollfd){ .fd = lab_shell_fd(beds), .events = POLLIN };
	if (poll(fds, 1 + nr * LAB_NR_STREAMS + 1, first) < 0)
		err = errno;
	else if (fds[0].revents)
		read_signals(beds, nr, signals);
	if (!err && input->revents && !beds->over)
		lab_shell_input(beds);
	for (unsigned int i = 0; i < nr; i++) {
		if (err && err != EINTR)
			lab_fail(&beds[i].trouble, 0, "poll(): %s", strerror(err));
		else if (!err && !beds[i].over)
			lab_session_handle(&beds[i], &fds[1 + i * LAB_NR_STREAMS]);
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

void lab_beds_run(struct lab_plan *plan, int signals)
{
	unsigned int nr = plan->results->beds;
	struct lab_session *beds = lab_realloc(NULL, nr, sizeof(*beds));

	if (!plan->boots)
		remove_logs(plan->results->out);
	plan->started_ms = lab_now_ms();
	memset(beds, 0, nr * sizeof(*beds));
	beds[0].boots = plan->boots;
	for (unsigned int i = 0; i < nr; i++)
		boot(&beds[i], plan, i + 1);
	while (any_left(beds, nr))
		poll_once(beds, nr, signals);
	lab_judge_run(&plan->tally, &plan->results->judgement);
	free(beds);
}
