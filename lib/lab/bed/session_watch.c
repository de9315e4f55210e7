// SPDX-License-Identifier: GPL-2.0
/*
 * The deadlines of a session, all in time that the machine was granted (load.h). A
 * machine that has had its time and makes no progress hangs, and is asked for a trace before
 * it goes; one that never got it is the fault of the host.
 */
#include <string.h>

#include "base/clock.h"
#include "bed/session.h"

/* Make the kernel say what its CPUs do. */
static void trace(struct lab_session *s)
{
	struct lab_machine *m = &s->machine;
	struct lab_error e;
	int ret;

	if (!m->kind->trace) {
		lab_session_enter(s, LAB_END);
		return;
	}
	ret = m->kind->trace(m, &e);
	if (ret)
		lab_session_note(s, "no progress, and no NMI: %s", e.text);
	else
		lab_session_note(s, "no progress: %s was sent; the trace is in the console log",
				 m->sysrq ? "a SysRq" : "an NMI");
	lab_console_panic_is_provoked(&s->console);
	s->traced = true;
	lab_session_enter(s, ret ? LAB_END : LAB_TRACE);
}

/* A starved machine has nothing to tell. */
static void give_up(struct lab_session *s, enum lab_wait wait)
{
	s->facts.starved = wait == LAB_WAIT_STARVED;
	if (s->facts.starved)
		lab_session_enter(s, LAB_END);
	else
		trace(s);
}

static void watch_boot(struct lab_session *s)
{
	enum lab_wait wait = lab_window_wait(&s->stage_window, s->machine.kind->boot_seconds);

	if (!s->console.any && !s->machine.kind->up &&
	    lab_window_wait(&s->stage_window, LAB_FIRST_WORD_SECONDS) != LAB_WAIT_ON)
		lab_session_enter(s, LAB_END);
	else if (wait != LAB_WAIT_ON)
		give_up(s, wait);
	else
		lab_session_show(s, "booting");
}

static void watch_silence(struct lab_session *s)
{
	enum lab_wait wait = lab_window_wait(&s->heard, LAB_SILENCE_SECONDS);

	if (wait == LAB_WAIT_ON)
		return;
	s->facts.silent = true;
	give_up(s, wait);
}

static void watch_program(struct lab_session *s)
{
	const struct lab_program *p = s->record.program;
	struct lab_forecast *f = s->plan->forecast;
	enum lab_wait wait;

	if (!p)
		return;
	lab_session_show(s, "%s  %zu/%lu  %s", p->name, p->nr_cases, p->plan,
			 f ? lab_forecast_running(f, (size_t)(p - s->plan->results->programs), p) :
			 p->running);
	if (!s->told_to_stop) {
		wait = lab_window_wait(&s->stage_window, s->limit);
		if (wait == LAB_WAIT_ON)
			return;
		s->facts.starved = wait == LAB_WAIT_STARVED;
		s->told_to_stop = true;
		lab_window_open(&s->stage_window, s->machine.pid);
		lab_session_send(s, CHANNEL_STOP, "");
		return;
	}
	wait = lab_window_wait(&s->stage_window, LAB_STOP_SECONDS);
	if (wait == LAB_WAIT_ON)
		return;
	/* init still ticks, but cannot end the program. */
	s->facts.over_limit = p->name;
	give_up(s, wait);
}

/* A panic on the console is one if the kernel is silent afterwards. */
static void watch_panic(struct lab_session *s, long now)
{
	if (now - s->panic_ms < LAB_PANIC_SECONDS * 1000L)
		return;
	if (s->heard.since_ms <= s->panic_ms + 2 * CHANNEL_TICK_SECONDS * 1000L) {
		lab_session_enter(s, LAB_END);
		return;
	}
	lab_session_note(s, "the console speaks of a panic, but user space lives on: %s",
			 s->console.panic);
	s->panic_ms = 0;
	s->console.panic[0] = '\0';
}

static void watch_overall(struct lab_session *s, long now)
{
	if (now < s->plan->overall_ms || s->traced || s->facts.overall_limit)
		return;
	s->facts.overall_limit = true;
	give_up(s, lab_window_percent(&s->whole) < 50 ?
		LAB_WAIT_STARVED : LAB_WAIT_OVER);
}

static void watch_stage(struct lab_session *s)
{
	switch (s->stage) {
	case LAB_BOOT:
		if (s->facts.user_space)
			watch_silence(s);
		else
			watch_boot(s);
		break;
	case LAB_SAVE:
		break;		/* see session_snapshot.c */
	case LAB_SERVE:
		watch_silence(s);
		if (s->stage == LAB_SERVE)
			watch_program(s);
		break;
	case LAB_LEAVE:
		if (lab_window_wait(&s->stage_window, LAB_LEAVE_SECONDS))
			lab_session_enter(s, LAB_END);
		break;
	case LAB_TRACE:
		if (s->console.panic_done ||
		    lab_window_wait(&s->stage_window, LAB_TRACE_SECONDS))
			lab_session_enter(s, LAB_END);
		break;
	case LAB_END:
		break;
	}
}

void lab_session_watch(struct lab_session *s)
{
	long now = lab_now_ms();

	if (s->panic_ms && s->stage != LAB_END)
		watch_panic(s, now);
	if (s->panic_ms)
		return;		/* nothing else is due from a kernel that panicked */
	watch_stage(s);
	if (s->stage != LAB_END)
		watch_overall(s, now);
}
