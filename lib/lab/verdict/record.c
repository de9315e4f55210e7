// SPDX-License-Identifier: GPL-2.0
/*
 * Results of the program that runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_text.h"
#include "verdict/kselftest_line.h"
#include "verdict/record.h"

static long now_ms(const struct lab_record *r)
{
	return r->now_ms ? r->now_ms : lab_now_ms();
}

/* The known issue that a failure is, by its own words; or NULL. */
static json_t *known_issue(const struct lab_record *r, const char *name, const char *reason,
			   const char *diagnostics)
{
	const struct lab_known_where where = lab_results_where(r->results);
	const char *broken = strstr(diagnostics, "# broken: ");
	char *title = lab_format("%s:%s", r->program->name, name);
	char *message = broken ? lab_format("%.*s", (int)strcspn(broken, "\n"), broken) :
		lab_strdup(reason);
	json_t *issue = lab_known_find(r->results->known, &where, title, message);

	free(message);
	free(title);
	return issue;
}

static void add_case(struct lab_record *r, const char *name, enum ktap_status status,
		     const char *reason, const char *diagnostics, json_t *samples)
{
	json_t *issue = status == KTAP_FAIL ? known_issue(r, name, reason, diagnostics) : NULL;
	long now = now_ms(r), ms = now - r->program->since_ms;
	char *known;

	if (issue) {
		known = lab_format("known: %s (%s)", lab_json_text_of(issue, "reason"),
				   lab_json_text_of(issue, "link"));
		lab_program_add(r->program, name, KTAP_XFAIL, known, diagnostics, ms);
		r->program->cases[r->program->nr_cases - 1].issue = issue;
		r->program->known++;
		free(known);
	} else {
		lab_program_add(r->program, name, status, reason, diagnostics, ms);
	}
	r->program->cases[r->program->nr_cases - 1].samples = json_incref(samples);
	r->program->since_ms = now;
	if (ktap_failed(status) && !issue && r->failed)
		r->failed(r->progress, r->results, r->program,
			  &r->program->cases[r->program->nr_cases - 1]);
}

static void ktap_event(void *arg, const struct ktap_event *ev)
{
	struct lab_record *r = arg;

	switch (ev->kind) {
	case KTAP_PLAN:
		r->program->plan = ev->number;
		break;
	case KTAP_CASE:
		add_case(r, ev->name, ev->status, ev->reason, ev->diagnostics, ev->samples);
		break;
	case KTAP_SKIP_ALL:
		add_case(r, "", KTAP_SKIP, ev->reason, "", NULL);
		break;
	case KTAP_PROBLEM:
		if (!r->program->doubt)
			r->program->doubt = lab_strdup(ev->reason);
		break;
	case KTAP_ROW:
		lab_text_addf(&r->program->table, "%s\n", ev->reason);
		break;
	}
}

void lab_record_start(struct lab_record *r, const struct lab_results *results,
		      struct lab_program *program, struct lab_progress *progress,
		      lab_failed_fn failed)
{
	*r = (struct lab_record){
		.results = results,
		.program = program,
		.progress = progress,
		.failed = failed,
		.ktap = ktap_new(ktap_event, r),
		.now_ms = r->now_ms,
		.started_ms = now_ms(r),
	};
	program->state = LAB_PROGRAM_RUNNING;
	program->since_ms = r->started_ms;
}

void lab_record_line(struct lab_record *r, const char *line, size_t len)
{
	struct lab_program *p = r->program;
	char buf[CHANNEL_TEXT_MAX + 8], seed[64];

	if (p->by_runner) {
		line = lab_kselftest_line(line, len, buf, sizeof(buf));
		if (!line)
			return;
		len = strlen(line);
	}
	/* The way every program announces its random seed. */
	if (!p->seed && sscanf(line, "# seed: %63s", seed) == 1)
		p->seed = lab_strdup(seed);
	ktap_line(r->ktap, line, len);
	snprintf(p->running, sizeof(p->running), "%s", ktap_running(r->ktap));
}

void lab_record_frame(struct lab_record *r, const struct channel_frame *frame)
{
	if (!r->program)
		return;
	switch (frame->kind) {
	case CHANNEL_OUT:
		lab_record_line(r, frame->text, frame->len);
		break;
	case CHANNEL_ERR:
		ktap_remark(r->ktap, frame->text, frame->len);
		break;
	case CHANNEL_EVIDENCE:
		lab_text_addf(&r->program->evidence, "%s\n", frame->text);
		break;
	default:
		break;
	}
}

static void stop(struct lab_record *r)
{
	struct lab_program *p = r->program;

	p->ms = now_ms(r) - r->started_ms;
	p->tail = lab_strdup(ktap_pending(r->ktap));
	ktap_free(r->ktap);
	*r = (struct lab_record){ .now_ms = r->now_ms };
}

void lab_record_forget(struct lab_record *r)
{
	ktap_free(r->ktap);
	lab_program_reset(r->program);
	*r = (struct lab_record){ NULL };
}

/*
 * A failure that no result of the program tells of is that of the case that ran; what
 * is nested is given out first.
 */
static void end_running(struct lab_record *r, enum lab_cause cause, const char *reason,
			const char *evidence)
{
	struct lab_program *p = r->program;
	char *running = lab_strdup(ktap_running(r->ktap)), *said;

	ktap_end(r->ktap);
	said = lab_format("%s%s", ktap_pending(r->ktap), evidence);
	add_case(r, running, cause == LAB_LOST ? KTAP_SKIP : KTAP_FAIL, reason, said,
		 NULL);
	p->cases[p->nr_cases - 1].cause = cause;
	free(said);
	free(running);
}

void lab_record_exit(struct lab_record *r, const struct channel_exit *x)
{
	struct lab_program *p = r->program;
	struct lab_progress *progress = r->progress;

	p->end = *x;
	if (x->stuck) {
		end_running(r, LAB_KERNEL, "a process survives SIGKILL", "");
	} else if (x->over_limit) {
		end_running(r, LAB_TIME_OUT, "ran over the time limit", "");
	} else {
		ktap_end(r->ktap);
		lab_judge_program(p);
		if (p->agreement == LAB_FAIL && !p->failed)
			end_running(r, LAB_BY_ITSELF, p->problem, "");
	}
	stop(r);
	p->state = LAB_PROGRAM_DONE;
	lab_progress_say(progress, "%s: %u passed, %u failed, %u skipped%s (%.1f s)%s%s", p->name,
			 p->passed, p->failed, p->skipped, p->errors ? ", with errors" : "",
			 (double)p->ms / 1000, p->problem ? ": " : "", p->problem ? p->problem : "");
}

void lab_record_abort(struct lab_record *r, enum lab_cause cause, const char *reason,
		      const char *evidence)
{
	end_running(r, cause, reason, evidence);
	stop(r);
}
