// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting on a bisection.
 *
 * The mail has what the regression tracker, and those who will mend it, ask for
 * first: which commit, since when, how often, what is broken, how to see it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_state.h"

int lab_bisect_describe(struct lab_bisect_found *found, const char *tree, struct lab_error *e)
{
	const struct {
		const char *format;
		char **answer;
	} questions[] = {
		{ "--format=%an <%ae>", &found->author },
		{ "--format=%s", &found->subject },
		{ "--format=%cs", &found->date },
		{ "--format=%P", &found->parent },
	};
	enum lab_git_bisection how;
	char first[41];
	int ret = lab_git_bisection(tree, &how, first, &found->log, e);

	for (size_t i = 0; !ret && i < sizeof(questions) / sizeof(questions[0]); i++)
		ret = lab_git_do(tree, questions[i].answer, e, "show", "-s", questions[i].format,
				 found->first);
	/* Of a merge that of the branch merged into. */
	if (!ret)
		found->parent[strcspn(found->parent, " ")] = '\0';
	return ret;
}

void lab_bisect_found_free(struct lab_bisect_found *found)
{
	free(found->author);
	free(found->subject);
	free(found->date);
	free(found->parent);
	free(found->log);
}

void lab_bisect_print_step(FILE *f, json_t *step)
{
	unsigned int runs = (unsigned int)lab_bisect_number(step, "runs");

	fprintf(f, "%.12s %s: %s", lab_json_text_of(step, "commit"),
		lab_json_text_of(step, "subject"), lab_json_text_of(step, "verdict"));
	if (runs)
		fprintf(f, ", %.0f of %u runs failed", lab_bisect_number(step, "failed"), runs);
	else
		fprintf(f, " (%s)", lab_json_text_of(step, "reason"));
	fprintf(f, "; build %.0f s", lab_bisect_number(step, "build_seconds"));
	if (lab_bisect_number(step, "run_seconds") > 0)
		fprintf(f, ", runs %.0f s", lab_bisect_number(step, "run_seconds"));
}

/* Also a commit that was found to be bad though it was never tested has some: those of BAD. */
static json_t *evidence_of(const struct lab_bisect_found *found)
{
	json_t *step = lab_bisect_state_step(found->state, found->first);

	if (!step || !lab_json_text_of(step, "test")[0])
		step = lab_bisect_state_step(found->state, lab_json_text_of(found->state, "bad"));
	return step;
}

static void print_evidence(FILE *f, json_t *step, const char *margin)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(step, "evidence"), i, line)
		fprintf(f, "%s%s\n", margin, json_string_value(line));
}

static void print_tests(FILE *f, json_t *step)
{
	fprintf(f, "Test:       %s\n", lab_json_text_of(step, "test"));
	fprintf(f, "Fail:runs:  %.0f:%.0f\n", lab_bisect_number(step, "failed"),
		lab_bisect_number(step, "runs"));
	fprintf(f, "Kernel:     %s\n", lab_json_text_of(step, "kernel"));
	fprintf(f, "Config:     %s\n", lab_json_text_of(step, "config"));
	if (lab_json_text_of(step, "seed")[0])
		fprintf(f, "Seed:       %s\n", lab_json_text_of(step, "seed"));
	fprintf(f, "Replay:     %s\n", lab_json_text_of(step, "command"));
}

static void print_good(FILE *f, const struct lab_bisect_found *found)
{
	json_t *step = lab_bisect_state_step(found->state, found->parent);

	fprintf(f, "Last good:  %s", found->parent);
	if (step && !strcmp(lab_json_text_of(step, "verdict"), "good"))
		fprintf(f, " (%.0f:%.0f)\n", lab_bisect_number(step, "failed"),
			lab_bisect_number(step, "runs"));
	else
		fprintf(f, " (before it in history, not tested)\n");
}

static void print_total(FILE *f, json_t *steps)
{
	double build = 0, run = 0;
	json_t *step;
	size_t i;

	json_array_foreach(steps, i, step) {
		build += lab_bisect_number(step, "build_seconds");
		run += lab_bisect_number(step, "run_seconds");
	}
	fprintf(f, "%zu commit%s tested in %.0f s: %.0f s of building, %.0f s of running\n",
		json_array_size(steps), json_array_size(steps) == 1 ? "" : "s", build + run, build, run);
}

void lab_bisect_report(FILE *f, const struct lab_bisect_found *found)
{
	json_t *steps = json_object_get(found->state, "steps"), *step = evidence_of(found);
	json_t *one;
	size_t i;

	if (found->how == LAB_GIT_FOUND)
		fprintf(f, "First bad:  %s (\"%s\")\n", found->first, found->subject);
	else
		fprintf(f, "The first bad commit is one of several of which nothing can be told;\n"
			"the last of them is %s (\"%s\").\n", found->first, found->subject);
	fprintf(f, "Author:     %s, %s\n", found->author, found->date);
	print_good(f, found);
	print_tests(f, step);
	fprintf(f, "\nWhat the test says:\n");
	print_evidence(f, step, "  ");
	fprintf(f, "\nTested, in this order:\n");
	json_array_foreach(steps, i, one) {
		fputs("  ", f);
		lab_bisect_print_step(f, one);
		fputc('\n', f);
	}
	print_total(f, steps);
	fprintf(f, "By how often the bad end failed, a bad commit passes as many runs as were asked of\n"
		"a good one with a chance of %.2g %%.\n", found->chance * 100);
	fprintf(f, "\n%s\n", found->log);
}

void lab_bisect_mail(FILE *f, const struct lab_bisect_found *found)
{
	json_t *step = evidence_of(found);

	fprintf(f, "To: %s\n", found->author);
	fprintf(f, "Cc: regressions@lists.linux.dev, [what scripts/get_maintainer.pl says]\n");
	fprintf(f, "Subject: [REGRESSION] %.12s (\"%s\"): %s fails\n\n", found->first,
		found->subject, lab_json_text_of(step, "test"));
	fprintf(f, "Hi,\n\n");
	fprintf(f, "KVM selftests under MMU-notifier pressure fail since this commit:\n\n");
	fprintf(f, "First bad:  %s\n            (\"%s\", %s)\n", found->first, found->subject,
		found->date);
	print_good(f, found);
	print_tests(f, step);
	fprintf(f, "\nThe test says:\n\n");
	print_evidence(f, step, "  ");
	fprintf(f, "\nThe kernel was built from this commit with the config named above\n"
		"(attached) and run in QEMU.\n\n");
	fprintf(f, "#regzbot introduced: %s\n\n", found->first);
	fprintf(f, "If you fix this, please add:\n\n");
	fprintf(f, "Fixes: %.12s (\"%s\")\n", found->first, found->subject);
	fprintf(f, "Reported-by: [YOUR NAME] <[YOUR ADDRESS]>\n\n");
	fprintf(f, "%s\n", found->log);
}

static int write_file(const char *dir, const char *name,
		      void (*print)(FILE *f, const struct lab_bisect_found *found),
		      const struct lab_bisect_found *found, struct lab_error *e)
{
	char *path = lab_format("%s/%s", dir, name), *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int ret = f ? 0 : lab_fail(e, -ENOMEM, "open_memstream(): %s", strerror(errno));

	if (f) {
		print(f, found);
		fclose(f);
		ret = lab_write_file(path, text, len, e);
	}
	free(text);
	free(path);
	return ret;
}

int lab_bisect_write(const char *dir, const struct lab_bisect_found *found, struct lab_error *e)
{
	int ret = write_file(dir, LAB_BISECT_REPORT, lab_bisect_report, found, e);

	if (!ret && found->how == LAB_GIT_FOUND)
		ret = write_file(dir, LAB_BISECT_MAIL, lab_bisect_mail, found, e);
	return ret;
}

bool lab_bisect_has(const char *dir, const char *name)
{
	char *path = lab_format("%s/%s", dir, name);
	bool found = lab_is_file(path);

	free(path);
	return found;
}

int lab_bisect_forget(const char *dir, struct lab_error *e)
{
	static const char *const names[] = { LAB_BISECT_REPORT, LAB_BISECT_MAIL };
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = lab_format("%s/%s", dir, names[i]);

		ret = lab_remove_tree(path, e);
		free(path);
	}
	return ret;
}
