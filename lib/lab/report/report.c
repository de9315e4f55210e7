// SPDX-License-Identifier: GPL-2.0
/*
 * All reports of a run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* A report of an earlier run in the same directory is not this run's. */
static int remove_one(const char *path)
{
	return remove(path) && errno != ENOENT ? -errno : 0;
}

static int write_one(const char *path, const char *tmp, const struct lab_results *results,
		     int (*write)(FILE *, const struct lab_results *))
{
	FILE *f = fopen(tmp, "we");
	int ret;

	if (!f)
		return -errno;
	ret = write(f, results);
	if (!ret && ferror(f))
		ret = -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		remove(tmp);
	return ret;
}

int lab_report_all(const struct lab_results *results, struct lab_error *e)
{
	int first = 0;

	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		char *path = lab_format("%s/%s", results->out, reports[i].file);
		char *tmp = lab_format("%s.new", path);
		bool wanted = !reports[i].wanted || reports[i].wanted(results);
		int ret = wanted ? write_one(path, tmp, results, reports[i].write) :
			remove_one(path);

		if (ret && !first)
			first = lab_fail(e, ret, "writing %s: %s", path, strerror(-ret));
		free(path);
		free(tmp);
	}
	return first;
}

int lab_report_remove(const char *out, struct lab_error *e)
{
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		char *path = lab_format("%s/%s", out, reports[i].file);
		int ret = remove_one(path);

		if (ret)
			lab_fail(e, ret, "unlink(%s): %s", path, strerror(-ret));
		free(path);
		if (ret)
			return ret;
	}
	return 0;
}
