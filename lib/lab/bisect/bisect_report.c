// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence of a failed run, and the report on a bisection.
 *
 * The mail has what the regression tracker, and those who will fix it, ask for first:
 * which commit, since when, how often, what fails, how to see it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/run_dir.h"
#include "base/splats.h"
#include "base/text.h"
#include "bisect/bisect_report.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/console_part.h"
#include "report/report.h"
#include "verdict/console.h"

static double number(json_t *step, const char *key)
{
	return json_number_value(json_object_get(step, key));
}

static const char *text(json_t *step, const char *key)
{
	return lab_json_text_of(step, key);
}

/* Nobody reads a longer mail. */
#define MAX_LINES	60

void lab_bisect_add_splat(json_t *lines, const char *console)
{
	const size_t before = json_array_size(lines);

	while (*console && json_array_size(lines) < before + MAX_LINES) {
		size_t len = strcspn(console, "\r\n");
		char *line = lab_format("%.*s", (int)len, console);

		if (json_array_size(lines) > before || splat_is_in(line))
			json_array_append_new(lines, lab_json_text(line));
		free(line);
		console += len;
		console += strspn(console, "\r\n");
	}
}

/* The program that @test is part of, or NULL; a profile may list it more than once. */
static json_t *program_of(json_t *results, json_t *test)
{
	json_t *program, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, program) {
		bool failed = number(program, "failed") + number(program, "errors") > 0;

		if (strcmp(text(program, "name"), text(test, "program")))
			continue;
		if (!found || failed)
			found = program;
		if (failed)
			break;
	}
	return found;
}

/* What the kernel said on @bed; 0: on the first bed of @beds with a splat. */
static void add_splat(json_t *record, json_t *lines, const char *dir, const char *program,
		      unsigned int bed, unsigned int beds)
{
	unsigned int last = bed ? bed : beds;
	size_t before = json_array_size(lines);

	for (bed = bed ? bed : 1; bed <= last && json_array_size(lines) == before; bed++) {
		char *path = lab_run_file(dir, "console", bed, "log"), *console, *part;
		size_t len;

		if (!lab_read_file(path, &console, &len, NULL)) {
			part = lab_console_part(console, program);
			lab_bisect_add_splat(lines, part ? part : console);
			free(part);
			free(console);
			json_object_set_new(record, "console", lab_json_text(path));
		}
		free(path);
	}
}

void lab_bisect_evidence(json_t *record, json_t *results, const char *dir, json_t *test)
{
	char *title = test ? lab_case_title(test) : lab_strdup("");
	json_t *lines = json_array(), *program = program_of(results, test), *line;
	struct lab_text command = { NULL };
	size_t i;

	if (text(test, "reason")[0])
		json_array_append(lines, json_object_get(test, "reason"));
	json_array_foreach(json_object_get(test, "diagnostics"), i, line)
		if (json_array_size(lines) < MAX_LINES)
			json_array_append(lines, line);
	lab_text_addf(&command, "%s", text(results, "command"));
	if (test) {
		lab_text_addf(&command, " --tests ");
		lab_report_quote(&command, title);
	}
	add_splat(record, lines, dir, text(program, "name"),
		  (unsigned int)number(program, "bed"), (unsigned int)number(results, "beds"));
	json_object_update_new(record, json_pack("{s:o, s:o, s:O?, s:o, s:o}",
			       "test", lab_json_text(title), "evidence", lines,
			       "seed", json_object_get(program, "seed"),
			       "command", lab_json_text(command.s),
			       "results", lab_json_text(dir)));
	lab_text_clear(&command);
	free(title);
}

char *lab_bisect_step_line(json_t *step)
{
	struct lab_text t = { NULL };

	lab_text_addf(&t, "%.12s %s: %s", text(step, "commit"), text(step, "subject"),
		      text(step, "verdict"));
	if (number(step, "runs") > 0)
		lab_text_addf(&t, ", %.0f of %.0f runs failed", number(step, "failed"),
			      number(step, "runs"));
	if (strcmp(text(step, "verdict"), "good"))
		lab_text_addf(&t, " (%s)", text(step, "reason"));
	lab_text_addf(&t, "; build %.0f s, runs %.0f s", number(step, "build_seconds"),
		      number(step, "run_seconds"));
	return lab_text_take(&t);
}

static json_t *step_of(const struct lab_bisect_found *found, const char *commit)
{
	json_t *one;
	size_t i;

	json_array_foreach(found->steps, i, one)
		if (!strcmp(text(one, "commit"), commit))
			return one;
	return NULL;
}

/* A commit that was never tested, but must be the one, shows what the bad end shows. */
static json_t *evidence_of(const struct lab_bisect_found *found)
{
	json_t *step = step_of(found, found->first);

	return text(step, "test")[0] ? step : json_array_get(found->steps, 0);
}

/* One that is good. */
static json_t *last_good(const struct lab_bisect_found *found)
{
	json_t *one, *last = NULL;
	size_t i;

	json_array_foreach(found->steps, i, one)
		if (!strcmp(text(one, "verdict"), "good"))
			last = one;
	return last;
}

/* What both the report and the mail are to say. */
static void print_facts(struct lab_text *t, const struct lab_bisect_found *found)
{
	static const struct {
		const char *label, *key;
	} rows[] = {
		{ "Test:", "test" }, { "Kernel:", "kernel" }, { "Config:", "config" },
		{ "Fix-up:", "fixup" },
		{ "Console:", "console" }, { "Seed:", "seed" }, { "Replay:", "command" },
	};
	json_t *good = step_of(found, found->parent), *step = evidence_of(found), *line;
	size_t i;

	lab_text_addf(t, "Last good:  %s", found->parent);
	if (!strcmp(text(good, "verdict"), "good"))
		lab_text_addf(t, " (%.0f:%.0f)\n", number(good, "failed"), number(good, "runs"));
	else
		lab_text_addf(t, " (its parent; not tested)\n");
	if (found->perf)
		lab_text_addf(t, "Count:      %s\n            %g, before %g; bad above %g\n", found->perf,
			      number(step, "value"), number(good ? good : last_good(found), "value"),
			      found->limit);
	else
		lab_text_addf(t, "Fail:runs:  %.0f:%.0f\n", number(step, "failed"),
			      number(step, "runs"));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (text(step, rows[i].key)[0])
			lab_text_addf(t, "%-11s %s\n", rows[i].label, text(step, rows[i].key));
	lab_text_addf(t, "\nThe test says:\n\n");
	json_array_foreach(json_object_get(step, "evidence"), i, line)
		lab_text_addf(t, "  %s\n", json_string_value(line));
}

static void print_steps(struct lab_text *t, json_t *steps)
{
	double build = 0, run = 0;
	json_t *step;
	size_t i;

	lab_text_addf(t, "\nTested, in this order:\n");
	json_array_foreach(steps, i, step) {
		char *line = lab_bisect_step_line(step);

		lab_text_addf(t, "  %s\n", line);
		free(line);
		build += number(step, "build_seconds");
		run += number(step, "run_seconds");
	}
	lab_text_addf(t, "%zu commit%s tested in %.0f s: %.0f s of building, %.0f s of running\n",
		      json_array_size(steps), json_array_size(steps) == 1 ? "" : "s", build + run,
		      build, run);
}

void lab_bisect_report(struct lab_text *t, const struct lab_bisect_found *found)
{
	if (found->how == LAB_GIT_FOUND)
		lab_text_addf(t, "First bad:  %s (\"%s\")\n", found->first, found->subject);
	else
		lab_text_addf(t, "The first bad commit is one of several that could not be "
			      "judged;\nthe last of them is %s (\"%s\").\n", found->first,
			      found->subject);
	lab_text_addf(t, "Author:     %s, %s\n", found->author, found->date);
	print_facts(t, found);
	print_steps(t, found->steps);
	if (!found->perf)
		lab_text_addf(t, "Judging by how often the bad end failed, the chance that a bad commit "
			      "was taken\nfor a good one is %.2g %%.\n", found->chance * 100);
	lab_text_addf(t, "\n%s\n", found->log);
}

void lab_bisect_mail(struct lab_text *t, const struct lab_bisect_found *found)
{
	lab_text_addf(t, "To: %s\nCc: regressions@lists.linux.dev, %s%s"
		      "[what scripts/get_maintainer.pl says]\n",
		      found->author, found->cc, found->cc[0] ? ", " : "");
	lab_text_addf(t, "Subject: [REGRESSION] %.12s (\"%s\"): %s %s\n\n", found->first,
		      found->subject, found->perf ? found->perf : text(evidence_of(found), "test"),
		      found->perf ? "grew" : "fails");
	if (found->perf)
		lab_text_addf(t, "Hi,\n\nthis count of %s grew with this commit:\n\n", found->about);
	else
		lab_text_addf(t, "Hi,\n\n%s fail since this commit:\n\n", found->about);
	lab_text_addf(t, "First bad:  %s\n            (\"%s\", %s)\n", found->first, found->subject,
		      found->date);
	print_facts(t, found);
	lab_text_addf(t, "\nThe kernel was built from this commit with the config named above\n"
		      "(attached) and run in QEMU.\n\n");
	lab_text_addf(t, "#regzbot introduced: %s\n\n", found->first);
	lab_text_addf(t, "If you fix this, please add:\n\n");
	lab_text_addf(t, "Fixes: %.12s (\"%s\")\n", found->first, found->subject);
	lab_text_addf(t, "Reported-by: [YOUR NAME] <[YOUR ADDRESS]>\n\n%s\n", found->log);
}

static int write_file(const char *dir, const char *name,
		      void (*print)(struct lab_text *t, const struct lab_bisect_found *found),
		      const struct lab_bisect_found *found, struct lab_error *e)
{
	char *path = lab_format("%s/%s", dir, name);
	struct lab_text t = { NULL };
	int ret;

	print(&t, found);
	ret = lab_write_file(path, t.s, t.len, e);
	lab_text_clear(&t);
	free(path);
	return ret;
}

static int describe(struct lab_bisect_found *found, const char *tree, struct lab_error *e)
{
	char **const parts[] = { &found->author, &found->date, &found->parent, &found->subject };
	int ret = lab_git(tree, 0, &found->said, e, "show", "-s",
			  "--format=%an <%ae>%n%cs%n%P%n%s", found->first, NULL);
	char *rest = found->said;

	if (ret)
		return ret;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		*parts[i] = strsep(&rest, "\n");
	/* Of a merge, the parent merged into. */
	found->parent[strcspn(found->parent, " ")] = '\0';
	return 0;
}

int lab_bisect_write(const char *dir, const char *tree, struct lab_bisect_found *found,
		     struct lab_error *e)
{
	int ret = describe(found, tree, e);

	if (!ret)
		ret = write_file(dir, LAB_BISECT_REPORT, lab_bisect_report, found, e);
	if (!ret && found->how == LAB_GIT_FOUND)
		ret = write_file(dir, LAB_BISECT_MAIL, lab_bisect_mail, found, e);
	return ret;
}
