// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel sources of Debian, unpacked into the cache as CACHE/source-SERIES.
 * Nothing is installed.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cache.h"
#include "base/command.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/tool.h"
#include "kernel/apt.h"
#include "kernel/series.h"
#include "kernel/source.h"
#include "verdict/verdict.h"

struct source {
	const char *series;
	char cache[PATH_MAX], final[PATH_MAX], stage[PATH_MAX];
	struct lab_apt apt;
	struct lab_apt_packages packages;
};

/* The system's lists come first, being at hand; then those of the series' suite. */
static int download(struct source *s, struct lab_error *e)
{
	int ret;

	s->packages.nr = 1;
	snprintf(s->packages.names[0], LAB_APT_NAME, "linux-source-%.40s", s->series);
	fprintf(stderr, "lab: downloading Debian's %s (once) into %s\n", s->packages.names[0],
		s->cache);
	if (!lab_apt_system(&s->apt, s->stage, NULL) &&
	    !lab_apt_download(&s->apt, &s->packages, s->stage, NULL))
		return 0;
	ret = lab_apt_update(&s->apt, s->stage, lab_series_suite(s->series), e);
	return ret ? ret : lab_apt_download(&s->apt, &s->packages, s->stage, e);
}

static int tool_in(const struct source *s, const char *const *argv, struct lab_error *e)
{
	char log[PATH_MAX];
	int ret = lab_path(e, log, "%s/unpack", s->stage);
	const struct lab_tool tool = { .argv = argv, .dir = s->stage, .output = log };

	return ret ? ret : lab_tool_run(&tool, e);
}

/* A package holds a directory with an archive, which holds one directory. */
static int unpack(const struct source *s, struct lab_error *e)
{
	char archive[PATH_MAX], pattern[PATH_MAX], tree[PATH_MAX];
	const char *const unarchive[] = { "tar", "-xJf", archive, NULL };
	const char *open[] = { "dpkg-deb", "-x", NULL, ".", NULL };
	glob_t debs;
	int ret;

	ret = lab_path(e, pattern, "%s/*.deb", s->stage);
	if (!ret)
		ret = lab_path(e, archive, "usr/src/%s.tar.xz", s->packages.names[0]);
	if (!ret)
		ret = lab_path(e, tree, "%s/%s", s->stage, s->packages.names[0]);
	if (ret)
		return ret;
	if (glob(pattern, 0, NULL, &debs))
		return lab_fail(e, -EIO, "apt-get download left no %s", pattern);
	open[2] = debs.gl_pathv[0];
	ret = tool_in(s, open, e);
	if (!ret)
		ret = tool_in(s, unarchive, e);
	if (!ret && rename(tree, s->final))
		ret = lab_fail(e, -errno, "rename(%s, %s): %s", tree, s->final, strerror(errno));
	globfree(&debs);
	return ret;
}

static int fetch(struct source *s, struct lab_error *e)
{
	int lock = lab_cache_lock(s->cache, false, e), ret;

	if (lock < 0)
		return lock;
	ret = lab_is_dir(s->final) ? 0 : lab_cache_stage(s->cache, s->stage, e);
	if (!ret && s->stage[0]) {
		ret = download(s, e);
		if (!ret)
			ret = unpack(s, e);
		/* After a failure what the tools said stays there to be read. */
		if (!ret)
			ret = lab_remove_tree(s->stage, e);
	}
	close(lock);
	return ret;
}

static int find(struct source *s, const char *build, struct lab_error *e)
{
	int ret = lab_series_check(s->series, e);

	if (!ret)
		ret = lab_path(e, s->cache, "%s/kernels", build);
	if (!ret)
		ret = lab_make_dirs(s->cache, e);
	if (!ret)
		ret = lab_path(e, s->final, "%s/source-%s", s->cache, s->series);
	return ret || lab_is_dir(s->final) ? ret : fetch(s, e);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **series = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*series)
			return ARGP_ERR_UNKNOWN;
		*series = arg;
		return 0;
	case ARGP_KEY_END:
		if (!*series)
			return lab_command_refuse(state,
				"which series? as in: lab source 6.1; see lab source --help");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp command = {
	.parser = parse, .args_doc = "SERIES",
	.doc = "Print the directory of the kernel source of Debian's series SERIES (5.10, 6.1, 6.12, "
		"7.2), which is fetched the first time.",
};

int lab_source_main(int argc, char *argv[], const struct lab_paths *paths)
{
	const char *series = NULL;
	struct source *s;
	struct lab_error e;
	int ret;

	ret = lab_command_parse(&command, argc, argv, &series);
	if (ret)
		return ret;
	s = calloc(1, sizeof(*s));
	if (!s) {
		fprintf(stderr, "lab: no memory to fetch a source\n");
		return LAB_EXIT_INFRASTRUCTURE;
	}
	s->series = series;
	ret = find(s, paths->build, &e);
	if (ret)
		fprintf(stderr, "lab: cannot have the source of %.40s: %s\n", s->series, e.text);
	else
		printf("%s\n", s->final);
	free(s);
	if (ret == -EINVAL)
		return LAB_EXIT_USAGE;
	return ret ? LAB_EXIT_INFRASTRUCTURE : 0;
}
