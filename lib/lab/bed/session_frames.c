// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent says, and what the lab makes of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bed/session.h"
#include "report/report.h"

static void run_next(struct lab_session *s)
{
	struct lab_plan *plan = s->plan;
	struct lab_program *result;

	if (s->gone_ms)
		return;		/* its last words; nothing can be begun on it */
	/* Whatever holds a process that survives SIGKILL may hold the next program too. */
	if (s->facts.stuck || plan->closed || plan->next == plan->suite->nr_programs) {
		lab_session_leave(s);
		lab_session_show(s, "%s", "");
		return;
	}
	s->program = &plan->suite->programs[plan->next];
	result = &plan->results->programs[plan->next++];
	result->bed = s->bed;
	result->boot = s->boots;
	s->ran = true;
	lab_record_start(&s->record, plan->results, result, plan->progress, lab_report_failed);
	s->limit = s->program->timeout;
	s->told_to_stop = false;
	if (plan->send && !s->program->runner)
		lab_session_bring(s);
	else
		lab_session_run(s);
}

static void hello(struct lab_session *s, const char *text)
{
	struct lab_results *res = s->plan->results;
	char *fields = lab_strdup(text), *rest = fields, sep[] = { CHANNEL_FIELD, '\0' };
	const struct {
		char *to;
		size_t size;
	} known[] = {
		{ res->kernel, sizeof(res->kernel) }, { res->machine, sizeof(res->machine) },
		{ res->build_id, sizeof(res->build_id) },
		{ res->cpu_model, sizeof(res->cpu_model) },
	};

	s->facts.user_space = true;
	for (size_t i = 0; rest && i < sizeof(known) / sizeof(known[0]); i++)
		snprintf(known[i].to, known[i].size, "%s", strsep(&rest, sep));
	free(fields);
}

static void ready(struct lab_session *s, const char *text)
{
	long ms = lab_now_ms() - s->whole.since_ms - s->paused_ms;
	struct lab_results *res = s->plan->results;
	char bed[32] = "";

	(void)text;
	if (s->plan->snapshot && !s->resumed) {
		lab_session_pause(s);
		return;
	}
	s->facts.ready = true;
	if (ms > res->boot_ms)
		res->boot_ms = ms;
	res->restored += s->restored;
	res->booted += !s->restored;
	if (res->beds > 1)
		snprintf(bed, sizeof(bed), "bed %u ", s->bed);
	lab_progress_say(s->plan->progress, "%s: %s%s in %.1f s", res->kernel, bed,
			 s->plan->kind->up ? "ready" : s->restored ? "restored" : "booted",
			 (double)ms / 1000);
	if (s->plan->shell)
		lab_shell_start(s);
	else
		run_next(s);
}

/* Is "kvm_amd: REASON" about kvm-amd? */
static bool same_module(const char *name, const char *text)
{
	while (*name && (*name == *text || (strspn(name, "-_") && strspn(text, "-_")))) {
		name++;
		text++;
	}
	return !*name && *text == ':';
}

/* All beds have the same image: what one lacks is said once. */
static void note_module(struct lab_session *s, const char *text)
{
	struct lab_text *notes = &s->plan->results->notes;
	char *line = lab_format("module %s\n", text);

	if (!notes->s || !strstr(notes->s, line)) {
		lab_text_addf(notes, "%s", line);
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
		lab_fail(&s->trouble, 0, "the suite needs module %.400s", text);
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
		return;
	}
	lab_record_exit(&s->record, &x);
	lab_session_count(s, p);
	if (p->problem && p->agreement == LAB_INFRASTRUCTURE && !s->problem[0])
		snprintf(s->problem, sizeof(s->problem), "%s: %.300s", p->name, p->problem);
	if (x.over_limit && !s->facts.over_limit)
		s->facts.over_limit = p->name;
	if (x.stuck)
		s->facts.stuck = p->name;
	run_next(s);
}

static void init_failed(struct lab_session *s, const char *text)
{
	snprintf(s->init_error, sizeof(s->init_error), "%.500s", text);
	lab_session_enter(s, LAB_LEAVE);
}

static void note(struct lab_session *s, const char *text)
{
	const struct lab_program *p = s->record.program;

	lab_session_note(s, "%s%s%s", p ? p->name : "", p ? ": " : "", text);
}

static void taken(struct lab_session *s, const char *text)
{
	(void)text;
	lab_session_taken(s);
}

static void klog(struct lab_session *s, const char *text)
{
	lab_session_console(s, text, strlen(text));
	lab_session_console(s, "\n", 1);
}

static void bye(struct lab_session *s, const char *text)
{
	(void)text;
	s->facts.end_marker = true;
}

void lab_session_frame(struct lab_session *s, const struct channel_frame *frame)
{
	static void (*const heed[CHANNEL_NR_KINDS])(struct lab_session *s, const char *text) = {
		[CHANNEL_HELLO] = hello,
		[CHANNEL_MODULE] = module,
		[CHANNEL_NOTE] = note,
		[CHANNEL_ERROR] = init_failed,
		[CHANNEL_READY] = ready,
		[CHANNEL_EXIT] = finished,
		[CHANNEL_TAKEN] = taken,
		[CHANNEL_KLOG] = klog,
		[CHANNEL_BYE] = bye,
	};

	if (s->plan->shell && lab_shell_frame(s, frame))
		return;
	if (heed[frame->kind])
		heed[frame->kind](s, frame->text);
	else
		lab_record_frame(&s->record, frame);
}
