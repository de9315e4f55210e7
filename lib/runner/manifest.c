// SPDX-License-Identifier: GPL-2.0
/*
 * Printing what a test program and the library's tables say about themselves.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pressure/pressure.h"
#include "runner/manifest.h"
#include "scenario/scenario.h"
#include "vm/vm.h"

/* Of an object or an array: a comma before each member but the first. */
static void separate(FILE *f, bool *first)
{
	fputs(*first ? "\n" : ",\n", f);
	*first = false;
}

/* The texts are ours and hold no control characters. */
static void print_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		fputc(*s, f);
	}
	fputc('"', f);
}

static void print_member(FILE *f, const char *key, const char *value)
{
	if (!value)
		return;
	fprintf(f, ", \"%s\": ", key);
	print_string(f, value);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void manifest_begin(struct manifest *m, FILE *f, const char *program,
		    const struct test_about *about)
{
	m->f = f;
	m->first = true;
	fputs("{ \"programs\": { ", f);
	print_string(f, base_name(program));
	fputs(": { \"about\": ", f);
	print_string(f, about->purpose);
	fprintf(f, ", \"contracts\": [%s]", about->contracts);
	print_member(f, "missing", m->missing);
	fputs(", \"tests\": {", f);
}

static const struct injector_setup *find_setup(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_injector_setups; i++) {
		if (!strcmp(injector_setups[i].name, name))
			return &injector_setups[i];
	}
	return NULL;
}

static const struct backing *find_backing(const char *name)
{
	unsigned int b;

	for (b = 0; b < NR_BACKINGS; b++) {
		if (!strcmp(backings[b].name, name))
			return &backings[b];
	}
	for (b = 0; &test_backings && test_backings[b]; b++) {
		if (!strcmp(test_backings[b]->name, name))
			return test_backings[b];
	}
	return NULL;
}

/* What of a test matters to the host. */
struct parts {
	const struct pressure *pressure;
	const struct backing *backing;
};

static void print_part(FILE *f, const char *part, struct parts *of)
{
	const struct parts is = { pressure_find(part), find_backing(part) };
	unsigned int vcpus;
	char rest[8];

	if (sscanf(part, "%uvcp%7s", &vcpus, rest) == 2 && !strcmp(rest, "u"))
		fprintf(f, ", \"vcpus\": %u", vcpus);
	else if (is.pressure)
		print_member(f, "pressure", part);
	else if (is.backing)
		print_member(f, "backing", part);
	else if (find_setup(part))
		print_member(f, "injector", part);
	else if (workload_find(part))
		print_member(f, "workload", part);
	of->pressure = is.pressure ?: of->pressure;
	of->backing = is.backing ?: of->backing;
}

/* Those of the texts that there are. */
static void print_list(FILE *f, const char *key, const char * const *texts, size_t nr)
{
	const char *comma = "";
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!texts[i])
			continue;
		if (!*comma)
			fprintf(f, ", \"%s\": [", key);
		fputs(comma, f);
		print_string(f, texts[i]);
		comma = ", ";
	}
	if (*comma)
		fputc(']', f);
}

static const char *missing_here(const struct parts *of)
{
	const char *missing = of->backing && of->backing->missing ? of->backing->missing() : NULL;

	return !missing && of->pressure ? pressure_missing(of->pressure) : missing;
}

static void print_host(const struct manifest *m, const struct parts *of)
{
	const char *may_change[] = {
		of->pressure ? of->pressure->may_change : NULL,
		of->backing ? of->backing->may_change : NULL,
		&test_may_change ? test_may_change : NULL,
	};

	print_list(m->f, "changes", of->pressure ? &of->pressure->changes : NULL, !!of->pressure);
	print_list(m->f, "may_change", may_change, sizeof(may_change) / sizeof(may_change[0]));
	if (m->here)
		print_member(m->f, "missing", missing_here(of));
}

/* @name is that of the test that @id and @parameters tell of. */
static void print_test(struct manifest *m, const char *name, const char *id,
		       const char *parameters, unsigned int sets)
{
	char parts[512], *rest = parts, *part;
	struct parts of = { NULL };
	FILE *f = m->f;

	separate(f, &m->first);
	print_string(f, name);
	fprintf(f, ": { \"default\": %s, \"all\": %s", sets & TEST_BY_DEFAULT ? "true" : "false",
		sets & TEST_BY_ALL ? "true" : "false");
	snprintf(parts, sizeof(parts), "%s%s", id, parameters);
	/* The first part is the fixture. */
	strsep(&rest, ".");
	while ((part = strsep(&rest, "./")))
		print_part(f, part, &of);
	if (parameters[0] && !strchr(name, '/'))
		fprintf(f, ", \"case\": \"%s%s\"", id, parameters);
	/* Its cases are no different. */
	if (!strchr(name, '/'))
		print_host(m, &of);
	fputs(" }", f);
}

void manifest_test(struct manifest *m, const char *id, const char *parameters,
		   unsigned int sets)
{
	char whole[512];

	if (!parameters[0]) {
		print_test(m, id, id, parameters, sets);
		return;
	}
	if (sets & TEST_BY_ID)
		print_test(m, id, id, parameters, sets & TEST_BY_DEFAULT);
	snprintf(whole, sizeof(whole), "%s%s", id, parameters);
	print_test(m, whole, id, parameters, sets & TEST_BY_ALL);
}

/* "a b c" as an array. */
static void print_words(FILE *f, const char *key, const char *words)
{
	char *copy = words ? strdup(words) : NULL, *rest = copy, *word;
	const char *comma = "";

	if (!copy)
		return;
	fprintf(f, ", \"%s\": [", key);
	while ((word = strsep(&rest, " "))) {
		fputs(comma, f);
		print_string(f, word);
		comma = ", ";
	}
	fputc(']', f);
	free(copy);
}

static void print_pressure(FILE *f, const struct pressure *p)
{
	static const char * const kinds[] = {
		[PRESSURE_TAKES] = "takes memory", [PRESSURE_AGES] = "ages memory",
		[PRESSURE_SPARES] = "causes nothing",
	};
	static const char * const effects[] = {
		[EFFECT_PRESERVE] = "preserves", [EFFECT_DISCARD] = "discards",
		[EFFECT_MAY_DISCARD] = "may discard", [EFFECT_REPLACE] = "replaces",
	};
	const char *comma = "";
	unsigned int b;

	print_string(f, p->name);
	fputs(": { \"family\": ", f);
	print_string(f, pressure_family_name(p->family));
	print_member(f, "kind", kinds[p->kind]);
	print_member(f, "calls", p->calls);
	print_words(f, "events", p->events);
	print_member(f, "proof", p->proof);
	print_member(f, "since", p->since);
	print_member(f, "changes", p->changes);
	print_member(f, "may_change", p->may_change);
	fputs(", \"backings\": {", f);
	for (b = 0; b < NR_BACKINGS; b++) {
		if (!pressure_applies(p, &backings[b]))
			continue;
		fprintf(f, "%s\"%s\": \"%s\"", comma, backings[b].name,
			effects[pressure_effect(p, &backings[b])]);
		comma = ", ";
	}
	fputs("} }", f);
}

static void print_about(FILE *f, bool *first, const char *name, const char *about)
{
	separate(f, first);
	print_string(f, name);
	fputs(": { \"about\": ", f);
	print_string(f, about);
	fputs(" }", f);
}

void manifest_end(struct manifest *m)
{
	const struct guest_workload *w = NULL;
	const struct pressure *p = NULL;
	bool first = true;
	unsigned int i;
	FILE *f = m->f;

	fputs("\n} } },\n\"pressures\": {", f);
	while ((p = pressure_next(p))) {
		separate(f, &first);
		print_pressure(f, p);
	}
	fputs("\n},\n\"backings\": {", f);
	for (i = 0, first = true; i < NR_BACKINGS; i++)
		print_about(f, &first, backings[i].name, backings[i].about);
	fputs("\n},\n\"workloads\": {", f);
	for (first = true; (w = workload_next(w)); )
		print_about(f, &first, w->name, w->about);
	fputs("\n},\n\"injectors\": {", f);
	for (i = 0, first = true; i < nr_injector_setups; i++)
		print_about(f, &first, injector_setups[i].name, injector_setups[i].about);
	fputs("\n} }\n", f);
}
