// SPDX-License-Identifier: GPL-2.0
/*
 * "lab doctor": what the programs would skip on this very machine, and what they would change
 * on it. Each is asked what it finds missing here, which changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/json_text.h"
#include "base/process.h"
#include "suite/doctor.h"
#include "suite/suite.h"

struct doctor {
	const char *profile;
	bool allow;		/* as with -D */
};

/* What the tests come to: counts by reason, or by what is changed. */
struct findings {
	json_int_t tests, run;
	json_t *missing, *changes, *may_change;
};

static void take_test(struct findings *f, json_t *test)
{
	const char *missing = lab_json_text_of(test, "missing");

	f->tests++;
	if (missing[0]) {
		lab_json_count(f->missing, missing);
		return;
	}
	f->run++;
	lab_json_count_all(f->changes, json_object_get(test, "changes"));
	lab_json_count_all(f->may_change, json_object_get(test, "may_change"));
}

/* Ask @program about the tests that run by default. */
static int ask(const struct doctor *d, struct findings *f, const struct lab_paths *paths,
	       const char *program, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv };
	json_t *part = NULL, *tests, *test;
	const char *name;
	char *text = NULL;
	int ret;

	lab_argv_addf(&argv, "%s/selftests/%s", paths->build, program);
	lab_argv_add_all(&argv, "--manifest=here", d->allow ? "-D" : NULL, NULL);
	ret = lab_process_output(&p, &text, e);
	if (!ret)
		part = json_loads(text, 0, NULL);
	tests = json_object_get(json_object_get(json_object_get(part, "programs"), program),
				"tests");
	if (!json_is_object(tests))
		ret = lab_fail(e, -EIO, "%s --manifest=here does not say what it finds: %.300s",
			       program, text ? text : "");
	json_object_foreach(tests, name, test)
		if (json_is_true(json_object_get(test, "default")))
			take_test(f, test);
	json_decref(part);
	free(text);
	lab_argv_free(&argv);
	return ret;
}

static void print(const char *title, json_t *counts)
{
	const char *name;
	json_t *times;

	if (json_object_size(counts))
		printf("\n%s\n", title);
	json_object_foreach(counts, name, times)
		printf("  %4lld  %s\n", (long long)json_integer_value(times), name);
}

static int examine(const struct doctor *d, const struct lab_paths *paths, struct lab_error *e)
{
	const struct lab_suite_select select = { .profile = d->profile };
	struct findings f = {
		.missing = json_object(), .changes = json_object(), .may_change = json_object(),
	};
	struct lab_suite suite;
	int ret = lab_suite_load(paths, &select, &suite, e);

	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < suite.nr_programs; i++)
		ret = ask(d, &f, paths, suite.programs[i].name, e);
	if (!ret) {
		printf("On this machine, %s -D, %lld of %lld tests of profile %s would run.\n",
		       d->allow ? "with" : "without", (long long)f.run, (long long)f.tests,
		       suite.profile);
		print("Tests that would be skipped, and why:", f.missing);
		print("Tests that would change, and put back:", f.changes);
		print(d->allow ? "Tests that would change, and put back, unless it is so already:" :
		      "Tests that would be skipped, unless this is so already:", f.may_change);
	}
	lab_suite_free(&suite);
	json_decref(f.missing);
	json_decref(f.changes);
	json_decref(f.may_change);
	return ret;
}

static const struct argp_option options[] = {
	{ "allow", 'D', NULL, 0, "As with -D, which lets tests change the whole host", 0 },
	{ "profile", LAB_COMMAND_KEY(doctor, profile), "NAME", 0,
	  "A list of programs in selftests/suite.json (default: default)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct doctor *d = state->input;

	if (key != 'D')
		return lab_command_take(state, options, key, arg);
	d->allow = true;
	return 0;
}

static const struct argp command = {
	.options = options,
	.parser = parse,
	.doc = "What the tests would skip on this machine if they were run on it directly, and "
		"what of it they would change and put back. Nothing is run, loaded or changed."
		"\vExit code: 0, 13 infrastructure, 64 wrong usage",
};

int lab_doctor_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct doctor d = { NULL };
	int ret = lab_command_parse(&command, argc, argv, &d);
	struct lab_error e;

	if (ret)
		return ret;
	ret = examine(&d, paths, &e);
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	return ret == -ESRCH ? LAB_EXIT_USAGE : ret ? LAB_EXIT_INFRASTRUCTURE : 0;
}
