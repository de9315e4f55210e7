// SPDX-License-Identifier: GPL-2.0
/*
 * Of what a run's results are results: what this machine knows of suite and kernel. The rest
 * is told by the machine under test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/process.h"
#include "run/attribution.h"

/*
 * The commit that is checked out in @tree, "-dirty" behind it if files differ, or "". A tree
 * that only lies somewhere in a repository of something else has none.
 */
static void read_commit(const char *tree, char *commit, size_t size)
{
	struct lab_argv argv = { NULL };
	const struct lab_process git = { .argv = &argv };
	char *text = NULL;
	struct lab_error e;

	commit[0] = '\0';
	if (!lab_has(tree, ".git"))
		return;
	lab_argv_add_all(&argv, "git", "-C", tree, "describe", "--always", "--abbrev=40",
			 "--match=", "--dirty", NULL);
	if (!lab_process_output(&git, &text, &e))
		snprintf(commit, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	lab_argv_free(&argv);
}

/* Of a build tree the source is beside it, or where O= has it. */
static void read_kernel_commit(const char *build, char *commit, size_t size)
{
	char *source = lab_format("%s/source", build);

	commit[0] = '\0';
	if (build[0] && lab_has(build, ".config"))
		read_commit(lab_is_dir(source) ? source : build, commit, size);
	free(source);
}

/* Where a kernel's configuration is kept: in its tree, or beside its image, or in boot/. */
static char *find_config(const struct lab_kernel *k)
{
	const char *slash = strrchr(k->image, '/');
	int len = slash ? (int)(slash - k->image) : 0;
	char *paths[] = {
		lab_format("%s/.config", k->build),
		lab_format("%.*s/config-%s", len, k->image, k->release),
		lab_format("%.*s/boot/config-%s", len, k->image, k->release),
	};
	char *found = NULL;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!found && lab_is_file(paths[i]))
			found = paths[i];
		else
			free(paths[i]);
	}
	return found;
}

int lab_attribute(struct lab_results *r, const struct lab_kernel *kernel, const char *repo,
		  struct lab_error *e)
{
	char *config = find_config(kernel), *data = NULL;
	char *path = lab_format("%s/" LAB_KERNEL_CONFIG, r->out);
	size_t len;
	int ret;

	if (gethostname(r->host, sizeof(r->host) - 1))
		r->host[0] = '\0';
	read_commit(repo, r->suite_revision, sizeof(r->suite_revision));
	read_kernel_commit(kernel->build, r->kernel_commit, sizeof(r->kernel_commit));
	ret = lab_remove_tree(path, e);
	if (!ret && config)
		ret = lab_read_file(config, &data, &len, e);
	if (!ret && config)
		ret = lab_write_file(path, data, len, e);
	r->has_config = !ret && config;
	free(data);
	free(path);
	free(config);
	return ret;
}
