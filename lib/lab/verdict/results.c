// SPDX-License-Identifier: GPL-2.0
/*
 * The results of a run in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/results.h"

struct lab_program *lab_results_add(struct lab_results *r, const char *name, const char *args)
{
	struct lab_program *p;

	r->programs = lab_realloc(r->programs, r->nr_programs + 1, sizeof(*r->programs));
	p = &r->programs[r->nr_programs++];
	*p = (struct lab_program){
		.name = lab_strdup(name),
		.args = lab_strdup(args),
	};
	return p;
}

void lab_program_add(struct lab_program *p, const char *name, enum ktap_status status,
		     const char *reason, const char *diagnostics, long ms)
{
	p->cases = lab_realloc(p->cases, p->nr_cases + 1, sizeof(*p->cases));
	p->cases[p->nr_cases++] = (struct lab_case){
		.name = lab_strdup(name),
		.status = status,
		.reason = lab_strdup(reason),
		.diagnostics = lab_strdup(diagnostics),
		.ms = ms,
		.started = time(NULL) - (ms + 500) / 1000,
	};
	if (status == KTAP_FAIL)
		p->failed++;
	else if (status == KTAP_ERROR)
		p->errors++;
	else if (status == KTAP_SKIP)
		p->skipped++;
	else
		p->passed++;
}

bool lab_program_splat(struct lab_program *p, const char *line, const char *evidence)
{
	char *reason;

	if (p->failed)
		return false;
	for (size_t i = 0; i < p->nr_cases; i++)
		if (p->cases[i].issue && strstr(p->cases[i].diagnostics, line))
			return false;
	reason = lab_format("kernel log, during it or just after: %s", line);
	lab_program_add(p, "", KTAP_FAIL, reason, evidence, 0);
	free(reason);
	return true;
}

struct lab_known_where lab_results_where(const struct lab_results *r)
{
	return (struct lab_known_where){
		.kernel = r->kernel, .mode = r->mode, .machine = r->machine,
	};
}

/* Was @c of @p run, and is it one in which @issue shows? */
static bool shows_in(const struct lab_results *r, const struct lab_program *p,
		     const struct lab_case *c, json_t *issue)
{
	const struct lab_known_where where = lab_results_where(r);
	char *title = lab_format("%s:%s", p->name, c->name);
	bool yes = c->status != KTAP_SKIP && lab_known_concerns(issue, &where, title);

	free(title);
	return yes;
}

bool lab_results_stale(const struct lab_results *r, json_t *issue)
{
	bool was_run = false;

	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		for (size_t k = 0; k < p->nr_cases; k++) {
			if (p->cases[k].issue == issue)
				return false;
			was_run |= shows_in(r, p, &p->cases[k], issue);
		}
	}
	return was_run;
}

void lab_results_total(struct lab_results *r)
{
	r->passed = r->failed = r->errors = r->skipped = r->not_run = 0;
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		r->passed += p->passed;
		r->failed += p->failed;
		r->errors += p->errors;
		r->skipped += p->skipped;
		r->not_run += p->state == LAB_PROGRAM_WAITING;
	}
}

static void clear(struct lab_program *p)
{
	for (size_t k = 0; k < p->nr_cases; k++) {
		free(p->cases[k].name);
		free(p->cases[k].reason);
		free(p->cases[k].diagnostics);
		json_decref(p->cases[k].samples);
	}
	free(p->cases);
	free(p->doubt);
	free(p->problem);
	free(p->seed);
	free(p->tail);
	lab_text_clear(&p->table);
	lab_text_clear(&p->evidence);
}

void lab_program_reset(struct lab_program *p)
{
	clear(p);
	*p = (struct lab_program){ .name = p->name, .args = p->args, .by_runner = p->by_runner,
		.figures = p->figures };
}

void lab_results_free(struct lab_results *r)
{
	for (size_t i = 0; i < r->nr_programs; i++) {
		clear(&r->programs[i]);
		free(r->programs[i].name);
		free(r->programs[i].args);
	}
	free(r->programs);
	free(r->parameters);
	free(r->command);
	lab_text_clear(&r->notes);
	json_decref(r->known);
}
