// SPDX-License-Identifier: GPL-2.0
/*
 * Find and fetch Debian packages through apt-get and apt-cache.
 *
 * What is installed must not matter: apt would prefer an installed version to
 * an older suite's, so it is shown an empty system.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/tool.h"
#include "kernel/apt.h"

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

static int add_option(struct lab_apt *apt, struct lab_error *e,
		      const char *name, const char *value)
{
	return lab_path(e, apt->options[apt->nr_options++], "-o%s=%s", name,
			value);
}

/*
 * Run "PROGRAM options args" with stdout in dir/@out. Errors are told from
 * stderr, kept in dir/@out.err.
 */
static int run(const struct lab_apt *apt, const char *const *args,
	       const char *cwd, const char *out, struct lab_error *e)
{
	const char *argv[64];
	char output[PATH_MAX], log[PATH_MAX];
	struct lab_tool tool = {
		.argv = argv, .dir = cwd, .output = output, .log = log,
	};
	size_t n = 0;
	int ret;

	argv[n++] = args[0];
	for (size_t i = 0; i < apt->nr_options; i++)
		argv[n++] = apt->options[i];
	for (size_t i = 1; args[i] && n < 63; i++)
		argv[n++] = args[i];
	argv[n] = NULL;
	ret = lab_path(e, output, "%s/%s", apt->dir, out);
	if (!ret)
		ret = lab_path(e, log, "%s/%s.err", apt->dir, out);
	return ret ? ret : lab_tool_run(&tool, e);
}

static int read_output(const struct lab_apt *apt, const char *out, char **text,
		       struct lab_error *e)
{
	char path[PATH_MAX];
	size_t len;
	int ret;

	ret = lab_path(e, path, "%s/%s", apt->dir, out);
	return ret ? ret : lab_read_file(path, text, &len, e);
}

int lab_apt_system(struct lab_apt *apt, const char *dir, struct lab_error *e)
{
	int ret;

	memset(apt, 0, sizeof(*apt));
	ret = lab_path(e, apt->dir, "%s", dir);
	if (!ret)
		ret = add_option(apt, e, "Dir::State::status", "/dev/null");
	if (!ret)
		ret = add_option(apt, e, "Dir::Cache::pkgcache", "");
	if (!ret)
		ret = add_option(apt, e, "Dir::Cache::srcpkgcache", "");
	return ret;
}

/*
 * Split 'URI/dists/SUITE/InRelease' into its parts; false for a line about
 * anything else, or about a suite that is no release by itself, as
 * bookworm-updates or bookworm-security.
 */
static bool parse_release_uri(char *line, char **uri, char **suite)
{
	char *dists, *end;

	if (*line != '\'')
		return false;
	dists = strstr(line, "/dists/");
	end = strstr(line, "/InRelease'");
	if (!dists || !end || end <= dists)
		return false;
	*dists = '\0';
	*end = '\0';
	*uri = line + 1;
	*suite = dists + strlen("/dists/");
	return !strpbrk(*suite, "-/");
}

/*
 * The mirror of Debian itself among the system's sources. Others may offer a
 * suite of the same name for their own packages, but not its -updates.
 */
static int find_mirror(const struct lab_apt *apt, char mirror[PATH_MAX],
		       struct lab_error *e)
{
	static const char *const args[] = {
		"apt-get", "update", "--print-uris", NULL
	};
	char updates[PATH_MAX];
	char *all, *text, *line, *save, *uri, *suite;
	bool sure = false;
	int ret;

	ret = run(apt, args, NULL, "sources", e);
	if (!ret)
		ret = read_output(apt, "sources", &text, e);
	if (ret)
		return ret;
	all = strdup(text);
	mirror[0] = '\0';
	for (line = strtok_r(text, "\n", &save); all && line && !ret && !sure;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!parse_release_uri(line, &uri, &suite))
			continue;
		ret = lab_path(e, updates, "'%s/dists/%s-updates/", uri, suite);
		sure = !ret && strstr(all, updates);
		if (!ret && (sure || !mirror[0]))
			ret = lab_path(e, mirror, "%s", uri);
	}
	free(all);
	free(text);
	if (!ret && !mirror[0])
		ret = lab_fail(e, -ENOENT,
			       "no Debian mirror among the sources in /etc/apt");
	return ret;
}

/* Look at one suite of the mirror instead of the system's sources. */
static int use_suite(struct lab_apt *apt, const char *suite,
		     struct lab_error *e)
{
	char mirror[PATH_MAX], path[PATH_MAX], line[2 * PATH_MAX];
	int n, ret;

	ret = find_mirror(apt, mirror, e);
	if (!ret)
		ret = lab_path(e, path, "%s/sources.list", apt->dir);
	if (ret)
		return ret;
	n = snprintf(line, sizeof(line), "deb [signed-by=" KEYRING "] %s %s main\n",
		     mirror, suite);
	if (n >= (int)sizeof(line))
		return lab_fail(e, -ENAMETOOLONG, "mirror's name is too long");
	ret = lab_write_file(path, line, n, e);
	if (!ret)
		ret = add_option(apt, e, "Dir::Etc::SourceList", path);
	if (!ret)
		ret = add_option(apt, e, "Dir::Etc::SourceParts", "/dev/null");
	return ret;
}

int lab_apt_update(struct lab_apt *apt, const char *dir, const char *suite,
		   struct lab_error *e)
{
	static const char *const args[] = {
		"apt-get", "update", "-oAPT::Update::Error-Mode=any",
		"-oAcquire::Languages=none", "-oAcquire::Retries=3",
		"-oAcquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
		NULL
	};
	char lists[PATH_MAX];
	int ret;

	ret = lab_apt_system(apt, dir, e);
	if (!ret && suite)
		ret = use_suite(apt, suite, e);
	if (!ret)
		ret = lab_path(e, lists, "%s/lists", dir);
	if (!ret)
		ret = lab_make_dirs(lists, e);
	if (!ret)
		ret = add_option(apt, e, "Dir::State::Lists", lists);
	return ret ? ret : run(apt, args, NULL, "update", e);
}

/* Whether @name is a part of one kernel that the lab makes use of. */
static bool is_kernel_part(const char *name)
{
	static const char *const parts[] = {
		"linux-base-", "linux-binary-", "linux-headers-",
		"linux-image-", "linux-kbuild-", "linux-modules-",
	};
	static const char unsigned_end[] = "-unsigned";
	size_t len = strlen(name);

	/* Debian offers images twice; the signed ones exist in all suites. */
	if (len > strlen(unsigned_end) &&
	    !strcmp(name + len - strlen(unsigned_end), unsigned_end))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t n = strlen(parts[i]);

		if (!strncmp(name, parts[i], n))
			return isdigit((unsigned char)name[n]);
	}
	return false;
}

int lab_apt_kernel_packages(const struct lab_apt *apt,
			    struct lab_apt_packages *p, struct lab_error *e)
{
	static const char *const args[] = {
		"apt-cache", "depends", "--recurse", "--important",
		"linux-image-amd64", "linux-headers-amd64", NULL
	};
	char *text, *line, *save;
	int ret;

	ret = run(apt, args, NULL, "depends", e);
	if (!ret)
		ret = read_output(apt, "depends", &text, e);
	if (ret)
		return ret;
	p->nr = 0;
	/* Each package of the tree has one line that is not indented. */
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!is_kernel_part(line) || strlen(line) >= LAB_APT_NAME ||
		    p->nr == LAB_APT_PACKAGES)
			continue;
		strcpy(p->names[p->nr++], line);
	}
	free(text);
	return 0;
}

int lab_apt_download(const struct lab_apt *apt,
		     const struct lab_apt_packages *p, const char *to,
		     struct lab_error *e)
{
	const char *args[LAB_APT_PACKAGES + 4] = {
		"apt-get", "download", "-oAcquire::Retries=3",
	};

	for (size_t i = 0; i < p->nr; i++)
		args[3 + i] = p->names[i];
	return run(apt, args, to, "download", e);
}
