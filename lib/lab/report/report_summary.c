// SPDX-License-Identifier: GPL-2.0
/*
 * summary.txt, table.md, and the end of what the lab prints: for people.
 * With the command that runs something again, as one types it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/colour.h"
#include "report/report.h"

/* Of many lines: what was done, and what came of it. */
#define FIRST_LINES	12
#define LAST_LINES	36

static size_t count_lines(const char *s)
{
	size_t lines = 0;

	for (; *s; s++)
		lines += *s == '\n' || !s[1];
	return lines;
}

static void indent(FILE *f, const char *s)
{
	size_t lines = s ? count_lines(s) : 0, i;

	for (i = 0; i < lines; i++) {
		size_t len = strcspn(s, "\n");

		if (i < FIRST_LINES || i + LAST_LINES >= lines)
			fprintf(f, "    %.*s\n", (int)len, s);
		else if (i == FIRST_LINES)
			fprintf(f, "    ... %zu lines, see results.ktap ...\n",
				lines - FIRST_LINES - LAST_LINES);
		s += len + (s[len] == '\n');
	}
}

/* Within single quotes only the single quote itself is special to a shell. */
static void add_quoted(struct lab_text *t, const char *s, bool glob)
{
	for (; *s; s++) {
		if (*s == '\'')
			lab_text_addf(t, "'\\''");
		else if (glob && strchr("*?[\\", *s))
			lab_text_addf(t, "\\%c", *s);
		else
			lab_text_add(t, s, 1);
	}
}

void lab_report_quote(struct lab_text *t, const char *s)
{
	bool plain = s[0] && !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789_-+=.,:/@%")];

	if (plain) {
		lab_text_add(t, s, strlen(s));
		return;
	}
	lab_text_addf(t, "'");
	add_quoted(t, s, false);
	lab_text_addf(t, "'");
}

char *lab_report_replay(const struct lab_results *results, const struct lab_program *p,
			const struct lab_case *c)
{
	struct lab_text t = { NULL };

	if (results->from_text) {
		lab_text_addf(&t, "./%s%s", p->name, c && c->name[0] ? " -t '" : "");
		if (c && c->name[0]) {
			add_quoted(&t, c->name, true);
			lab_text_addf(&t, "'");
		}
		return lab_text_take(&t);
	}
	lab_text_addf(&t, "%s --tests '", results->command);
	add_quoted(&t, p->name, true);
	if (c && c->name[0]) {
		lab_text_addf(&t, ":");
		add_quoted(&t, c->name, true);
	}
	lab_text_addf(&t, "'");
	return lab_text_take(&t);
}

/* The first line of a failure, without its end; coloured for @screen. To be freed. */
static char *headline(FILE *screen, const struct lab_program *p, const struct lab_case *c)
{
	const char *word = c->status == KTAP_ERROR ? "error" : "not ok";

	return lab_format("%s%s%s %s%s%s%s%s", lab_colour(screen, word), word,
			  lab_colour_end(screen), p->name, c->name[0] ? ":" : "", c->name,
			  c->reason[0] ? ": " : "", c->reason);
}

/*
 * The line that says what is broken. A test that says nothing of the kind: the first in which
 * it does not speak of itself, "" if its result has a reason.
 */
static const char *what_broke(const struct lab_case *c)
{
	static const char *const itself[] = { "case: ", "judged: ", "not judged: ", "seed: " };
	const char *line = strstr(c->diagnostics, "# broken: ");

	if (line)
		return line + strlen("# ");
	for (line = c->reason[0] ? "" : c->diagnostics; *line; line += strspn(line, "\n")) {
		size_t i = 0;

		line += strspn(line, "# ");
		while (i < 4 && strncmp(line, itself[i], strlen(itself[i])))
			i++;
		if (i == 4)
			return line;
		line += strcspn(line, "\n");
	}
	return "";
}

void lab_report_failed(struct lab_progress *progress, const struct lab_results *results,
		       const struct lab_program *p, const struct lab_case *c)
{
	char *head = headline(progress->out, p, c), *replay = lab_report_replay(results, p, c);
	const char *why = what_broke(c);
	int len = (int)strcspn(why, "\n");

	lab_progress_say(progress, "%s%s%.*s\n    replay: %s", head, len ? "\n    " : "", len, why,
			 replay);
	free(replay);
	free(head);
}

static void print_failure(FILE *f, const struct lab_results *r, const struct lab_program *p,
			  const struct lab_case *c)
{
	char *head = headline(f, p, c), *replay = lab_report_replay(r, p, c);

	fprintf(f, "%s\n", head);
	indent(f, c->diagnostics);
	if (p->state == LAB_PROGRAM_DONE && (p->end.over_limit || p->end.stuck))
		indent(f, p->evidence.s);
	if (r->beds > 1 && p->bed)
		fprintf(f, "    bed: %u\n", p->bed);
	if (p->seed)
		fprintf(f, "    seed: %s\n", p->seed);
	fprintf(f, "    replay: %s\n", replay);
	free(replay);
	free(head);
}

/* Results that cannot be trusted though none of them failed. */
static void print_problem(FILE *f, const struct lab_results *r, const struct lab_program *p)
{
	char *replay = lab_report_replay(r, p, NULL);

	fprintf(f, "problem %s: %s\n", p->name, p->problem);
	indent(f, p->tail);
	fprintf(f, "    replay: %s\n", replay);
	free(replay);
}

/* Why a program failed, behind @lead: of what failed the first, by its own words. */
static void print_reason(FILE *f, const char *lead, const struct lab_program *p)
{
	const struct lab_case *c = p->cases, *end = p->cases + p->nr_cases;
	const char *why;

	while (c < end && !ktap_failed(c->status))
		c++;
	if (p->problem) {
		fprintf(f, "%s%s", lead, p->problem);
	} else if (c < end) {
		why = c->reason[0] ? c->reason : c->diagnostics + strspn(c->diagnostics, "# ");
		fprintf(f, "%s%s%s%.*s", lead, c->name, c->name[0] && why[0] ? ": " : "",
			(int)strcspn(why, "\n"), why);
	}
}

static void print_program(FILE *f, const struct lab_results *r, const struct lab_program *p,
			  int width)
{
	static const char *const states[] = {
		[LAB_PROGRAM_WAITING] = "  not run",
		[LAB_PROGRAM_RUNNING] = "  interrupted",
		[LAB_PROGRAM_DONE] = "",
	};

	fprintf(f, "%-*s  %4u passed %4u failed %4u skipped", width, p->name, p->passed,
		p->failed, p->skipped);
	if (p->errors)
		fprintf(f, " %4u errors", p->errors);
	if (!r->from_text)
		fprintf(f, " %7.1f s", (double)p->ms / 1000);
	fputs(states[p->state], f);
	print_reason(f, "  ", p);
	fputc('\n', f);
}

static void print_notes(FILE *f, const struct lab_results *r)
{
	const char *s = r->notes.s;

	while (s && *s) {
		size_t len = strcspn(s, "\n");

		fprintf(f, "note: %.*s\n", (int)len, s);
		s += len + (s[len] == '\n');
	}
	if (r->boot_retried[0])
		fprintf(f, "note: booted a second time, the first failed: %s\n", r->boot_retried);
}

static void print_failures(FILE *f, const struct lab_results *r)
{
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		for (size_t k = 0; k < p->nr_cases; k++)
			if (ktap_failed(p->cases[k].status))
				print_failure(f, r, p, &p->cases[k]);
		if (p->problem && !p->failed)
			print_problem(f, r, p);
	}
}

static void print_verdict(FILE *f, const struct lab_results *r)
{
	const char *word = lab_verdict_name(r->judgement.verdict);

	fprintf(f, "verdict: %s%s%s (%s)\n", lab_colour(f, word), word, lab_colour_end(f),
		r->judgement.why);
	fprintf(f, "%u passed, %u failed, %u skipped", r->passed, r->failed, r->skipped);
	if (r->errors)
		fprintf(f, ", %u errors", r->errors);
	fputc('\n', f);
}

int lab_report_brief(FILE *f, const struct lab_results *r)
{
	print_failures(f, r);
	print_verdict(f, r);
	return 0;
}

/* Of the run, and until the slowest of its machines took commands. */
static void add_times(struct lab_text *t, const struct lab_results *r)
{
	lab_text_addf(t, ", %.1f s", (double)r->ms / 1000);
	if (r->restored)
		lab_text_addf(t, ", %u of %u machines restored", r->restored,
			      r->booted + r->restored);
	if (r->booted + r->restored)
		lab_text_addf(t, ", ready in %.1f s", (double)r->boot_ms / 1000);
	if (r->save_ms)
		lab_text_addf(t, ", saved in %.1f s", (double)r->save_ms / 1000);
}

static int print_summary(FILE *f, const struct lab_results *r, bool programs)
{
	struct lab_text where = { NULL };
	int width = 0;

	for (size_t i = 0; i < r->nr_programs; i++) {
		int len = (int)strlen(r->programs[i].name);

		width = len > width ? len : width;
	}
	print_failures(f, r);
	print_notes(f, r);
	for (size_t i = 0; programs && i < r->nr_programs; i++)
		print_program(f, r, &r->programs[i], width);
	lab_report_where(&where, r);
	if (!r->from_text)
		add_times(&where, r);
	fprintf(f, "%s, results in %s\n", where.s, r->out);
	lab_text_clear(&where);
	fprintf(f, "table in %s/table.md\n", r->out);
	lab_report_overview(f, r);
	print_verdict(f, r);
	return 0;
}

int lab_report_summary(FILE *f, const struct lab_results *r)
{
	return print_summary(f, r, true);
}

int lab_report_end(FILE *f, const struct lab_results *r)
{
	return print_summary(f, r, false);
}

int lab_report_table(FILE *f, const struct lab_results *r)
{
	lab_report_overview_table(f, r);
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		if (!p->table.len && !p->failed && !p->errors && !p->problem)
			continue;
		fprintf(f, "\n## %s\n\n", p->name);
		if (p->failed || p->errors || p->problem) {
			fprintf(f, "%u failed", p->failed);
			if (p->errors)
				fprintf(f, ", %u could not be carried out", p->errors);
			print_reason(f, ": ", p);
			fprintf(f, "\n%s", p->table.len ? "\n" : "");
		}
		if (p->table.len)
			fputs(p->table.s, f);
	}
	return 0;
}
