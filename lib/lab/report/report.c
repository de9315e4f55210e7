// SPDX-License-Identifier: GPL-2.0
/*
 * All reports of a run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "report/report.h"

static const struct {
	const char *file;
	int (*write)(FILE *f, const struct lab_results *results);
} reports[] = {
	{ "results.json",	lab_report_json },
	{ "results.ktap",	lab_report_ktap },
	{ "junit.xml",		lab_report_junit },
	{ "summary.txt",	lab_report_summary },
	{ "table.md",		lab_report_table },
	{ "index.html",		lab_report_page },
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
		int ret = write_one(path, results, reports[i].write, first ? NULL : e);

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
