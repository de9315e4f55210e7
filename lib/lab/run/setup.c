// SPDX-License-Identifier: GPL-2.0
/*
 * What a run is a run of.
 *
 * Verdicts of other programs, or of another kernel of the same release, say
 * nothing about these: both are known by their contents. On how many beds the
 * programs are spread is no part of it, as little as the load beside them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/fingerprint.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "base/text.h"
#include "bed/qemu.h"
#include "bed/snapshot.h"
#include "kernel/kernel.h"
#include "run/setup.h"
#include "suite/kselftest.h"

static int add(struct lab_fingerprint *f, struct lab_error *e, char *pattern)
{
	int ret = lab_fingerprint_add(f, pattern, e);

	free(pattern);
	return ret;
}

/* The programs selected, how they are run, and the modules built for them. */
static int fingerprint_suite(const struct lab_paths *paths, const char *kselftest,
			     const struct lab_suite *suite, struct lab_fingerprint *f,
			     struct lab_error *e)
{
	int ret = add(f, e, lab_format("%s/selftests/suite.json", paths->repo));

	if (!ret && kselftest)
		ret = add(f, e, lab_format("%s/*", kselftest));
	for (size_t i = 0; !ret && i < suite->nr_programs; i++) {
		const struct lab_suite_program *p = &suite->programs[i];

		if (!p->kselftest)
			ret = add(f, e, p->runner ? lab_format("%s/%s/*", kselftest, p->name) :
				  lab_format("%s/selftests/%s", paths->target, p->name));
		else
			ret = add(f, e, lab_format("%s/%.*s/%s", kselftest,
						   (int)strcspn(p->kselftest, ":"), p->kselftest,
						   strchr(p->kselftest, ':') + 1));
	}
	for (size_t i = 0; !ret && i < suite->nr_modules; i++)
		if (suite->modules[i].dir)
			ret = add(f, e, lab_format("%s/%s/*", paths->repo,
							     suite->modules[i].dir));
	return ret;
}

int lab_setup_suite(const struct lab_paths *paths, const struct lab_options *o,
		    struct lab_suite *suite, struct lab_error *e)
{
	/* With a profile it is beside the suite. */
	bool instead = o->kselftest && !o->profile;
	const struct lab_suite_select select = {
		.mode = o->mode, .profile = o->profile,
		.tests = instead ? NULL : o->tests,
		.args = instead ? NULL : o->args,
	};
	const struct lab_paths own = lab_arch_paths(paths, o->arch);
	int ret = lab_suite_load(&own, &select, suite, e);

	if (ret)
		return ret == -ESRCH ? -EINVAL : ret == -EINVAL ? -EIO : ret;
	ret = instead ? lab_kselftest_select(o->kselftest, o->tests, o->args, suite, e) :
		lab_kselftest_join(o->kselftest, suite, e);
	if (ret) {
		lab_suite_free(suite);
		return -EINVAL;
	}
	if (o->rounds > 1)
		lab_suite_repeat(suite, o->rounds);
	return 0;
}

int lab_setup_kernel(const struct lab_paths *paths, const struct lab_options *o,
		     struct lab_kernel *k, struct lab_error *e)
{
	char *cache = lab_format("%s/kernels", paths->state);
	const struct lab_kernel_request request = {
		.arch = lab_arch_paths(paths, o->arch).arch,
		.kernel = o->kernel, .modules = o->modules, .kdir = o->kdir,
		.package = o->series, .repo = paths->repo, .cache_dir = cache, .quiet = o->quiet,
		.look_only = o->dry_run,
	};
	int ret = lab_kernel_get(&request, k, e);

	free(cache);
	/* Who names a kernel that is not there asks for the wrong thing. */
	return ret == -ENOENT && (o->kernel || o->kdir) ? -EINVAL : ret;
}

static const char *given(const char *option)
{
	return option ? option : "";
}

int lab_setup_describe(const struct lab_paths *paths, const struct lab_options *o,
		       json_t **setup, struct lab_error *e)
{
	const struct lab_paths own = lab_arch_paths(paths, o->arch);
	struct lab_fingerprint programs = { "" }, image = { "" };
	const struct lab_topology *topology;
	struct lab_kernel kernel;
	struct lab_suite suite;
	int ret;

	topology = lab_topology_find(own.arch, o->topology, e);
	if (!topology)
		return -EINVAL;
	ret = lab_setup_suite(paths, o, &suite, e);
	if (ret)
		return ret;
	ret = fingerprint_suite(&own, o->kselftest, &suite, &programs, e);
	if (!ret)
		ret = lab_setup_kernel(paths, o, &kernel, e);
	if (!ret)
		ret = lab_fingerprint_add_file(&image, kernel.image, e);
	if (!ret)
		*setup = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}",
				   "kernel", kernel.release, "image", image.hex,
				   "mode", suite.mode, "profile", suite.profile,
				   "topology", topology->name, "tests", given(o->tests),
				   "args", given(o->args), "append", given(o->append),
				   LAB_SETUP_PROGRAMS, programs.hex, "kselftest", o->kselftest,
				   "bed", o->bed, "accel", o->accel, "arch", o->arch,
				   "cpus", o->cpus, "memory", o->memory, "snapshot", o->snapshot);
	if (!ret && !*setup)
		ret = lab_fail(e, -EINVAL, "an option is no UTF-8");
	lab_suite_free(&suite);
	return ret;
}

char *lab_setup_title(json_t *setup)
{
	static const struct {
		const char *member;
		bool option;		/* quoted, and told only if it was given */
	} parts[] = {
		{ "mode", false }, { "profile", false }, { "topology", false },
		{ "kselftest", true }, { "bed", true }, { "accel", true }, { "arch", true },
		{ "cpus", true }, { "memory", true }, { "snapshot", true },
		{ "tests", true }, { "args", true }, { "append", true },
		{ LAB_SETUP_PROGRAMS, false },
	};
	struct lab_text t = { NULL };

	lab_text_addf(&t, "%s", lab_json_text_of(setup, "kernel"));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *value = lab_json_text_of(setup, parts[i].member);

		if (value[0] || !parts[i].option)
			lab_text_addf(&t, parts[i].option ? ", %s '%s'" : ", %s %s",
				      parts[i].member, value);
	}
	return lab_text_take(&t);
}

bool lab_setup_restores(const struct lab_options *o, const struct lab_bed_kind *kind,
			const struct lab_arch *arch, struct lab_text *notes)
{
	const char *unfit = lab_snapshot_unfit(kind, arch, o->accel ? o->accel : LAB_ACCEL_TCG);

	/* Of a shell all programs are in the image. */
	if (!o->snapshot || strcmp(o->snapshot, "auto") || o->shell || o->dry_run)
		return false;
	if (unfit)
		lab_text_addf(notes, "no snapshots: %s\n", unfit);
	return !unfit;
}
