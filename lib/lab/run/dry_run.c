// SPDX-License-Identifier: GPL-2.0
/*
 * What would be run: kernel, machine, programs.
 */
#include <stdlib.h>
#include <string.h>

#include "run/dry_run.h"

static void print_kernel(FILE *f, const struct lab_dry_run *d)
{
	const struct lab_kernel *k = d->kernel;
	const char *series = d->options->series;

	if (k->release[0])
		fprintf(f, "kernel      %s%s%s\n", k->release, k->image[0] ? ", " : "", k->image);
	else if (series)
		fprintf(f, "kernel      Debian's %s, which is still to be fetched\n", series);
	else
		fprintf(f, "kernel      Debian's own, which is still to be fetched\n");
}

static void print_modules(FILE *f, const struct lab_suite *suite)
{
	fprintf(f, "modules    ");
	for (size_t i = 0; i < suite->nr_modules; i++) {
		const struct lab_suite_module *m = &suite->modules[i];

		if (m->dir && m->program && !lab_suite_runs(suite, m->program))
			continue;
		fprintf(f, " %s%s", m->name, m->dir ? " (built for it)" : "");
	}
	fputc('\n', f);
}

static void print_programs(FILE *f, const struct lab_dry_run *d)
{
	size_t tests = 0;

	fprintf(f, "programs    of profile %s\n", d->results->profile);
	for (size_t i = 0; i < d->suite->nr_programs; i++) {
		const struct lab_program *p = &d->results->programs[i];
		size_t nr = lab_forecast_tests(d->forecast, i);
		long ms = lab_forecast_program(d->forecast, i);
		char *time = ms < 0 ? lab_strdup("") : lab_duration(ms);

		fprintf(f, "  %s%s%s: ", p->name, p->args[0] ? " " : "", p->args);
		if (nr)
			fprintf(f, "%zu test%s", nr, nr == 1 ? "" : "s");
		else
			fprintf(f, "tests of its own");
		fprintf(f, "%s%s\n", time[0] ? ", " : "", time);
		tests += nr;
		free(time);
	}
	fprintf(f, "%zu program%s, %zu tests", d->suite->nr_programs,
		d->suite->nr_programs == 1 ? "" : "s", tests);
}

void lab_dry_run(FILE *f, const struct lab_dry_run *d)
{
	const struct lab_results *r = d->results;
	char *time;

	print_kernel(f, d);
	fprintf(f, "parameters  %s\n", r->parameters);
	fprintf(f, "mode        %s\ntopology    %s\nbeds        %u\n", r->mode, r->topology,
		r->beds);
	print_modules(f, d->suite);
	if (d->options->add)
		fprintf(f, "files       %s\n", d->options->add);
	print_programs(f, d);
	lab_forecast_now(d->forecast, r, 0, 0);
	if (d->forecast->left_ms >= 0) {
		time = lab_duration(d->forecast->left_ms);
		fprintf(f, ", %s by what they took before\n", time);
		free(time);
	} else {
		fprintf(f, "; what they take is not known\n");
	}
	if (d->options->timeout)
		fprintf(f, "limit       %ld s\n", d->options->timeout);
	fprintf(f, "results     %s\n", d->options->out ? d->options->out :
		"a new directory in build/runs");
	for (const char *s = r->notes.s; s && *s; s += strspn(s, "\n")) {
		fprintf(f, "note: %.*s\n", (int)strcspn(s, "\n"), s);
		s += strcspn(s, "\n");
	}
}
