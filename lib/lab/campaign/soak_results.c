// SPDX-License-Identifier: GPL-2.0
/*
 * The results of a soak, and the report on them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_cdf.h>

#include "base/exit.h"
#include "base/json_text.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/figures.h"
#include "run/setup.h"

#define CONFIDENCE	0.95
#define MAX_DEATHS	3

/* "program:case" of all that failed, or could not be carried out. */
static json_t *failures(json_t *results)
{
	json_t *names = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		char *title = lab_case_title(one);

		if (lab_case_failed(one))
			json_array_append_new(names, json_string(title));
		free(title);
	}
	return names;
}

/* Programs under which the machine died, or which it could not end. */
static json_t *deaths(json_t *results)
{
	json_t *names = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, one) {
		bool died = !strcmp(lab_json_text_of(one, "state"), "interrupted") &&
			json_integer_value(json_object_get(one, "failed"));

		if (died || json_is_true(json_object_get(one, "survives_sigkill")))
			json_array_append(names, json_object_get(one, "name"));
	}
	return names;
}

/* Of the programs that draw at random: each with its seed. */
static json_t *seeds(json_t *results)
{
	json_t *all = json_object(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, one) {
		const char *name, *seed;

		if (!json_unpack(one, "{s:s, s:s}", "name", &name, "seed", &seed))
			json_object_set_new(all, name, json_string(seed));
	}
	return all;
}

json_t *lab_soak_record(json_t *setup, json_t *results, long burners, double load,
			const char *kept)
{
	json_t *totals = json_object_get(results, "totals"), *record, *mine, *figures;

	/* "o" and "O" refuse what is not there. */
	mine = json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:o, s:o, s:o, s:i, s:f,"
			 " s:s?}",
			 "started", json_object_get(results, "started"),
			 "seconds", json_object_get(results, "seconds"),
			 "verdict", json_object_get(results, "verdict"),
			 "reason", json_object_get(results, "reason"),
			 "exit_code", json_object_get(results, "exit_code"),
			 "passed", json_object_get(totals, "passed"),
			 "failed", json_object_get(totals, "failed"),
			 "errors", json_object_get(totals, "errors"),
			 "skipped", json_object_get(totals, "skipped"),
			 "failures", failures(results), "deaths", deaths(results), "seeds", seeds(results),
			 "burners", (int)burners, "load_average", load, "directory", kept);
	record = mine ? json_copy(setup) : NULL;
	json_object_update(record, mine);
	json_decref(mine);
	/* What "lab perf" compares. */
	figures = json_object();
	lab_figures_add(figures, results);
	if (json_object_size(figures))
		json_object_set(record, "figures", figures);
	json_decref(figures);
	return record;
}

/* Did the run say something about kernel and suite, be it good or bad? */
static bool is_conclusive(int code)
{
	return code == LAB_EXIT_PASS || code == LAB_EXIT_FAIL || code == LAB_EXIT_ERROR ||
		code == LAB_EXIT_HANG || code == LAB_EXIT_PANIC;
}

int lab_soak_append(const char *path, json_t *record, struct lab_error *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644), ret = 0;
	char *json, *line, last = '\n';
	size_t len;

	if (fd < 0)
		return lab_fail(e, -errno, "open(%s): %s", path, strerror(errno));
	json = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(9));
	/* A line that a crash cut short must not swallow the next one. */
	if (lseek(fd, -1, SEEK_END) >= 0 && read(fd, &last, 1) != 1)
		last = '\n';
	line = lab_format("%s%s\n", last == '\n' ? "" : "\n", json ? json : "");
	len = strlen(line);
	errno = EIO;	/* for a write that ends early without a reason */
	if (!json)
		ret = lab_fail(e, -ENOMEM, "json_dumps() of a run for %s failed", path);
	else if (write(fd, line, len) != (ssize_t)len || fsync(fd))
		ret = lab_fail(e, -errno, "write(%s, %zu bytes): %s", path, len, strerror(errno));
	close(fd);
	free(line);
	free(json);
	return ret;
}

static void count_run(struct lab_soak_count *c, int code, int passed, int failed)
{
	c->runs++;
	c->failed += code != LAB_EXIT_PASS;
	c->tests += (unsigned long)passed + (unsigned long)failed;
	c->failed_tests += (unsigned long)failed;
}

static void count_line(struct lab_soak_tally *t, json_t *setup, const char *line, size_t len)
{
	json_t *record = json_loadb(line, len, 0, NULL), *any = json_copy(setup);
	bool same = lab_json_has(record, json_incref(setup)), other_programs;
	int passed, failed, errors = 0, code, burners = 0;
	double seconds = 0;

	json_object_del(any, LAB_SETUP_PROGRAMS);
	other_programs = !same && lab_json_has(record, any);
	if (json_unpack(record, "{s:i, s:i, s?i, s:i, s?i, s?F}", "passed", &passed,
			"failed", &failed, "errors", &errors, "exit_code", &code,
			"burners", &burners, "seconds", &seconds) ||
	    passed < 0 || failed < 0 || errors < 0) {
		t->unreadable++;
	} else if (!is_conclusive(code)) {
		t->inconclusive += same;
	} else if (other_programs) {
		count_run(&t->others, code, passed, failed + errors);
	} else if (same) {
		count_run(&t->all, code, passed, failed + errors);
		if (burners)
			count_run(&t->busy, code, passed, failed + errors);
		lab_json_count_all(t->failures, json_object_get(record, "failures"));
		lab_json_count_all(t->deaths, json_object_get(record, "deaths"));
		t->seconds += seconds;
	}
	json_decref(record);
}

int lab_soak_read(const char *path, json_t *setup, struct lab_soak_tally *t,
		  struct lab_error *e)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int ret = 0;

	*t = (struct lab_soak_tally){ .failures = json_object(), .deaths = json_object() };
	if (!f && errno == ENOENT)
		return 0;
	while (f && (n = getline(&line, &size, f)) > 0)
		count_line(t, setup, line, (size_t)n);
	if (!f || ferror(f))
		ret = lab_fail(e, -errno, "read(%s): %s", path, strerror(errno));
	free(line);
	if (f)
		fclose(f);
	return ret;
}

void lab_soak_clear(struct lab_soak_tally *t)
{
	json_decref(t->failures);
	json_decref(t->deaths);
}

char *lab_soak_tests(const struct lab_soak_tally *t, const char *tests)
{
	struct lab_text words = { NULL };
	const char *name;
	json_t *times;

	if (tests)
		lab_text_addf(&words, "%s", tests);
	json_object_foreach(t->deaths, name, times)
		if (json_integer_value(times) >= MAX_DEATHS)
			lab_text_addf(&words, "%s!%s", words.len ? " " : "", name);
	return words.len ? lab_text_take(&words) : NULL;
}

/*
 * The rate of failure that so many trials rule out is the exact bound of Clopper and
 * Pearson: were it higher, so few failures would come about in less than one case of
 * twenty. It holds for few trials, and for no failure at all.
 */
static void print_bound(FILE *f, const char *what, unsigned long failures, unsigned long trials)
{
	double upper = failures >= trials ? 1 :
		gsl_cdf_beta_Pinv(CONFIDENCE, (double)failures + 1, (double)(trials - failures));

	fprintf(f, "  at most %.3g %% of %s fail", upper * 100, what);
	if (upper < 0.1)
		fprintf(f, ", or one in %.0f", 1 / upper);
	fprintf(f, " (%g %% confidence)\n", CONFIDENCE * 100);
}

static void print_count(FILE *f, const char *what, const struct lab_soak_count *c)
{
	fprintf(f, "  %s: %lu run%s, %lu failed; %lu tests, %lu failed\n", what, c->runs,
		c->runs == 1 ? "" : "s", c->failed, c->tests, c->failed_tests);
}

void lab_soak_report(FILE *f, const char *title, const struct lab_soak_tally *t)
{
	const char *name;
	json_t *times;

	fprintf(f, "%s\n", title);
	print_count(f, "in all", &t->all);
	if (t->busy.runs)
		print_count(f, "of these under load", &t->busy);
	if (t->all.runs) {
		print_bound(f, "runs", t->all.failed, t->all.runs);
		print_bound(f, "tests", t->all.failed_tests, t->all.tests);
	}
	json_object_foreach(t->failures, name, times)
		fprintf(f, "  failed in %lld run%s: %s\n", (long long)json_integer_value(times),
			json_integer_value(times) == 1 ? "" : "s", name);
	json_object_foreach(t->deaths, name, times)
		fprintf(f, "  %lld machine%s died under %s%s\n", (long long)json_integer_value(times),
			json_integer_value(times) == 1 ? "" : "s", name,
			json_integer_value(times) >= MAX_DEATHS ? ": it is left out from then on" : "");
	if (t->inconclusive)
		fprintf(f, "  not counted: %lu inconclusive run%s (the bed's fault, or all "
			"skipped)\n", t->inconclusive, t->inconclusive == 1 ? "" : "s");
	if (t->others.runs)
		print_count(f, "not counted, with other versions of the programs", &t->others);
	if (t->unreadable)
		fprintf(f, "  not counted: %lu line%s that cannot be read\n", t->unreadable,
			t->unreadable == 1 ? "" : "s");
}
