// SPDX-License-Identifier: GPL-2.0
/*
 * All reports of a run, and the command that runs something again, as one types it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "report/report.h"

static const struct {
	const char *file;
	int (*write)(FILE *f, const struct lab_results *results);
	bool (*wanted)(const struct lab_results *results);	/* NULL: always */
} reports[] = {
	{ "results.json",	lab_report_json,	NULL },
	{ "results.ktap",	lab_report_ktap,	NULL },
	{ "summary.txt",	lab_report_summary,	NULL },
	{ "table.md",		lab_report_table,	lab_results_has_table },
};

#define NR_REPORTS	(sizeof(reports) / sizeof(reports[0]))

static int write_one(const char *path, const struct lab_results *results,
		     int (*write)(FILE *, const struct lab_results *), struct lab_error *e)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int ret = f ? write(f, results) : -ENOMEM;

	if (f && ferror(f))
		ret = -ENOMEM;
	if (f && fclose(f))
		ret = -ENOMEM;
	ret = ret ? lab_fail(e, ret, "writing %s: %s", path, strerror(-ret)) :
		lab_write_file(path, text, len, e);
	free(text);
	return ret;
}

int lab_report_all(const struct lab_results *results, struct lab_error *e)
{
	int first = 0;

	for (size_t i = 0; i < NR_REPORTS; i++) {
		char *path = lab_format("%s/%s", results->out, reports[i].file);
		struct lab_error *why = first ? NULL : e;
		/* A report of an earlier run in the same directory is not this run's. */
		int ret = !reports[i].wanted || reports[i].wanted(results) ?
			write_one(path, results, reports[i].write, why) :
			lab_remove_tree(path, why);

		first = first ? first : ret;
		free(path);
	}
	return first;
}

int lab_report_remove(const char *out, struct lab_error *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < NR_REPORTS; i++) {
		char *path = lab_format("%s/%s", out, reports[i].file);

		ret = lab_remove_tree(path, e);
		free(path);
	}
	return ret;
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

	lab_text_addf(&t, "%s --tests '", results->command);
	add_quoted(&t, p->name, true);
	if (c && c->name[0]) {
		lab_text_addf(&t, ":");
		add_quoted(&t, c->name, true);
	}
	lab_text_addf(&t, "'");
	return lab_text_take(&t);
}
