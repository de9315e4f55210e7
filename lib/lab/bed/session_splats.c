// SPDX-License-Identifier: GPL-2.0
/*
 * Complaints of the kernel that no test reports: while modules were loaded, in programs that
 * do not watch the kernel log, between programs, at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "bed/session.h"
#include "report/report.h"

/* A kernel that was not given its CPU complains of itself. */
static bool is_of_time(const char *line)
{
	static const char *const words[] = { "stall", "lockup", "LOCKUP", "blocked for more than" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* The @nth program of this boot, from 1; NULL for 0. */
static struct lab_program *nth_program(const struct lab_session *s, unsigned int nth)
{
	struct lab_results *res = s->plan->results;

	for (size_t i = 0; i < res->nr_programs && nth; i++) {
		struct lab_program *p = &res->programs[i];

		if (p->bed == s->bed && p->boot == s->boots && !--nth)
			return p;
	}
	return NULL;
}

static void take_splat(struct lab_session *s, const struct lab_splat *splat)
{
	struct lab_program *p = nth_program(s, splat->program);
	char *evidence;

	if (is_of_time(splat->line) && splat->starved) {
		lab_session_note(s, "the host did not give QEMU its CPU, and the kernel says: %s",
				 splat->line);
		return;
	}
	/* Others run there as well; what is ours the programs know best, and watch the log. */
	if (s->plan->kind->here) {
		lab_session_note(s, "kernel log%s%s: %s", p ? ", during " : "", p ? p->name : "",
				 splat->line);
		return;
	}
	if (!p) {
		if (!s->splat[0])
			snprintf(s->splat, sizeof(s->splat), "%s", splat->line);
		return;
	}
	evidence = lab_session_evidence(s, splat->trace.s);
	if (lab_program_splat(p, splat->line, evidence)) {
		lab_report_failed(s->plan->progress, s->plan->results, p,
				  &p->cases[p->nr_cases - 1]);
		s->facts.failed++;
	}
	free(evidence);
}

void lab_session_splats(struct lab_session *s)
{
	/* One that never came up has said what it had to say: see verdict.h. */
	for (size_t i = 0; s->facts.user_space && i < s->console.nr_splats; i++)
		take_splat(s, &s->console.splats[i]);
	s->facts.splat = s->splat[0] ? s->splat : NULL;
	if (s->splat[0])
		lab_session_note(s, LAB_SPLAT_AT_BOOT "%s", s->splat);
}
