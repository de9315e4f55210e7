// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the kernel tree's own KVM selftests.
 */
#include <stdlib.h>

#include "base/child.h"
#include "base/text.h"
#include "prove/prove_kernel.h"
#include "prove/upstream_trial.h"

int lab_upstream_run(const struct lab_upstream *u, const struct lab_trial *t)
{
	char *self = lab_format("%s/lab", u->paths->build);
	char *append = lab_format("%s=%s%s", LAB_PROVE_PARAMETER, t->active,
				  t->counts ? " " LAB_PROVE_COUNTS "=1" : "");
	char *log = lab_format("%s/lab.log", t->dir);
	const char *argv[24] = {
		self, "run", "--kdir", u->kdir, "--append", append, "--out", t->dir,
		"--profile", "upstream", "--add", t->programs, "--beds", "1",
	};
	size_t n = 14;
	int code;

	if (t->mode) {
		argv[n++] = "--mode";
		argv[n++] = t->mode;
	}
	if (t->tests) {
		argv[n++] = "--tests";
		argv[n++] = t->tests;
	}
	if (t->stops) {
		argv[n++] = "--args";
		argv[n++] = "-x";
	}
	code = lab_child_run((char *const *)argv, log);
	free(log);
	free(append);
	free(self);
	return code;
}
