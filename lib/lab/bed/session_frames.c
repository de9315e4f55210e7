// SPDX-License-Identifier: GPL-2.0
/*
 * What init says, and what the lab makes of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bed/session.h"

static void run_next(struct lab_session *s)
{
	const struct lab_suite_program *p;
	struct lab_text cmd = { NULL };
	struct lab_plan *plan = s->plan;
	size_t n;

	if (s->gone_ms)
		return;		/* its last words; nothing can be begun on it */
	if (plan->closed || plan->next == plan->suite->nr_programs) {
		lab_session_enter(s, LAB_LEAVE);
		lab_session_send(s, CHANNEL_QUIT, "");
		lab_progress_bed(s->plan->progress, s->bed, "%s", "");
		return;
	}
	n = plan->next++;
	p = &s->plan->suite->programs[n];
	if (p->runner)
		lab_text_addf(&cmd, "%s", p->runner);
	else
		lab_text_addf(&cmd, "/suite/%s", p->name);
	for (size_t i = 0; i < p->args.nr; i++)
		lab_text_addf(&cmd, "%c%s", CHANNEL_FIELD, p->args.words[i]);
	s->plan->results->programs[n].bed = s->bed;
	lab_record_start(&s->record, &s->plan->results->programs[n], s->plan->progress);
	s->limit = p->timeout;
	s->told_to_stop = false;
	lab_session_enter(s, LAB_SERVE);
	lab_session_send(s, CHANNEL_RUN, cmd.s);
	lab_text_clear(&cmd);
}

static void hello(struct lab_session *s, const char *release)
{
	s->facts.user_space = true;
	snprintf(s->plan->results->kernel, sizeof(s->plan->results->kernel), "%.120s", release);
}

static void ready(struct lab_session *s)
{
	long ms = lab_now_ms() - s->started_ms;

	s->facts.ready = true;
	if (ms > s->plan->results->boot_ms)
		s->plan->results->boot_ms = ms;
	if (s->plan->results->beds > 1)
		lab_progress_say(s->plan->progress, "%s: bed %u booted in %.1f s", s->plan->results->kernel,
				 s->bed, (double)ms / 1000);
	else
		lab_progress_say(s->plan->progress, "%s: booted in %.1f s", s->plan->results->kernel,
				 (double)ms / 1000);
	run_next(s);
}

static bool same_module(const char *name, const char *text)
{
	for (; *name; name++, text++) {
		char a = *name == '-' ? '_' : *name, b = *text == '-' ? '_' : *text;

		if (a != b)
			return false;
	}
	return *text == ':';
}

/* All beds have the same image: what one lacks is said once. */
static void note_module(struct lab_session *s, const char *text)
{
	char *line = lab_format("module %s\n", text);

	if (!s->plan->results->notes.s || !strstr(s->plan->results->notes.s, line)) {
		lab_text_addf(&s->plan->results->notes, "%s", line);
		lab_progress_say(s->plan->progress, "note: module %s", text);
	}
	free(line);
}

/* "NAME: REASON": one that the suite cannot do without ends the run. */
static void module(struct lab_session *s, const char *text)
{
	for (size_t i = 0; i < s->plan->suite->nr_modules; i++) {
		const struct lab_suite_module *m = &s->plan->suite->modules[i];

		if (m->optional || !same_module(m->name, text))
			continue;
		snprintf(s->trouble, sizeof(s->trouble), "the suite needs module %.400s", text);
		return;
	}
	note_module(s, text);
}

static void finished(struct lab_session *s, const char *text)
{
	struct lab_program *p = s->record.program;
	struct channel_exit x;

	if (!p || channel_parse_exit(text, &x)) {
		snprintf(s->garbled, sizeof(s->garbled), "an exit out of place: %.200s", text);
		s->facts.garbled = s->garbled;
		lab_session_enter(s, LAB_END);
		return;
	}
	lab_record_exit(&s->record, &x);
	s->facts.passed += p->passed;
	s->facts.failed += p->failed;
	s->facts.skipped += p->skipped;
	if (p->problem && p->agreement == LAB_INFRASTRUCTURE && !s->problem[0]) {
		snprintf(s->problem, sizeof(s->problem), "%s: %.300s", p->name, p->problem);
		s->facts.problem = s->problem;
	}
	if (x.over_limit && !s->facts.over_limit)
		s->facts.over_limit = p->name;
	if (x.stuck) {
		/* Whatever holds it may hold the next program too: no more results. */
		s->facts.stuck = p->name;
		s->plan->closed = true;
	}
	run_next(s);
}

static void init_failed(struct lab_session *s, const char *text)
{
	snprintf(s->init_error, sizeof(s->init_error), "%.500s", text);
	s->facts.init_error = s->init_error;
	lab_session_enter(s, LAB_LEAVE);
}

void lab_session_frame(struct lab_session *s, const struct channel_frame *frame)
{
	switch (frame->kind) {
	case CHANNEL_HELLO:
		hello(s, frame->text);
		break;
	case CHANNEL_MODULE:
		module(s, frame->text);
		break;
	case CHANNEL_NOTE:
		lab_session_note(s, "%s%s%s", s->record.program ? s->record.program->name : "",
				 s->record.program ? ": " : "", frame->text);
		break;
	case CHANNEL_ERROR:
		init_failed(s, frame->text);
		break;
	case CHANNEL_READY:
		ready(s);
		break;
	case CHANNEL_EXIT:
		finished(s, frame->text);
		break;
	case CHANNEL_BYE:
		s->facts.end_marker = true;
		break;
	case CHANNEL_OUT:
	case CHANNEL_ERR:
	case CHANNEL_EVIDENCE:
		lab_record_frame(&s->record, frame);
		break;
	default:
		break;
	}
}
