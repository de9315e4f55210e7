// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the catalogue of regressions.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "base/text.h"
#include "prove/prove.h"

/* A text that is expected on the architecture of that name alone. */
static int expect_on(const char *name, struct lab_regression *r, const struct lab_arch *arch,
		     const char *text, struct lab_error *e)
{
	const struct lab_arch *only = lab_arch_find(name, e);

	if (!only)
		return -EINVAL;
	if (only == arch)
		lab_argv_add(&r->expects, text);
	return 0;
}

static int set(struct lab_regression *r, const struct lab_arch *arch, const char *key,
	       const char *value, struct lab_error *e)
{
	const struct { const char *key; char **where; } keys[] = {
		{ "class", &r->class }, { "commit", &r->commit }, { "broke", &r->broke },
		{ "mode", &r->mode }, { "arch", &r->arch }, { "tests", &r->tests },
	};

	if (!strncmp(key, "SPDX", 4))
		return 0;
	if (!strcmp(key, "expect") || !strcmp(key, "file")) {
		lab_argv_add(key[0] == 'e' ? &r->expects : &r->files, value);
		return 0;
	}
	if (!strncmp(key, "expect on ", strlen("expect on ")))
		return expect_on(key + strlen("expect on "), r, arch, value, e);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char *before = *keys[i].where;

		if (strcmp(key, keys[i].key))
			continue;
		if (before && keys[i].where != &r->tests)
			return lab_fail(e, -EINVAL, "%s: a second \"%s:\"", r->path, key);
		*keys[i].where = lab_format("%s%s%s", before ? before : "", before ? " " : "",
					    value);
		free(before);
		return 0;
	}
	return lab_fail(e, -EINVAL, "%s: \"%s:\" is no key of an entry", r->path, key);
}

static int read_line(struct lab_regression *r, const struct lab_arch *arch, const char *line,
		     struct lab_error *e)
{
	char key[32];
	int value = 0;

	if (sscanf(line, "// %31[^:]: %n", key, &value) != 1 || !value)
		return lab_fail(e, -EINVAL, "%s: \"%s\": expected \"// KEY: VALUE\"", r->path,
				line);
	return set(r, arch, key, line + value, e);
}

static int read_entry(struct lab_regression *r, const struct lab_arch *arch, const char *path,
		      struct lab_error *e)
{
	const char *name = basename(path);
	char *text, *rest, *line;
	size_t len;
	int ret;

	*r = (struct lab_regression){
		.name = lab_format("%.*s", (int)strcspn(name, "."), name),
		.path = lab_strdup(path),
	};
	ret = lab_read_file(path, &text, &len, e);
	if (ret)
		return ret;
	rest = text;
	while (!ret && (line = strsep(&rest, "\n")) && !strncmp(line, "//", 2))
		ret = read_line(r, arch, line, e);
	free(text);
	if (!ret && !(r->class && r->commit && r->broke && r->tests && r->expects.nr))
		ret = lab_fail(e, -EINVAL,
			       "%s: needs class, commit, broke, tests and expect", path);
	return ret;
}

bool lab_regression_is_for(const struct lab_regression *r, const struct lab_arch *arch)
{
	bool is = !r->files.nr;

	if (r->arch && strcmp(r->arch, arch->name))
		return false;
	for (size_t i = 0; !is && i < r->files.nr; i++) {
		const char *file = r->files.words[i];
		size_t n = strlen(arch->kernel);

		is = strncmp(file, "arch/", 5) ||
			(!strncmp(file + 5, arch->kernel, n) && file[5 + n] == '/');
	}
	return is;
}

int lab_catalogue_read(const char *dir, const struct lab_arch *arch, struct lab_catalogue *c,
		       struct lab_error *e)
{
	char *pattern = lab_format("%s/*.cocci", dir);
	glob_t found = { 0 };
	int ret = 0;

	*c = (struct lab_catalogue){ NULL };
	if (glob(pattern, 0, NULL, &found))
		ret = lab_fail(e, -ENOENT, "%s: no entries of a catalogue", pattern);
	for (size_t i = 0; !ret && i < found.gl_pathc; i++) {
		c->entries = lab_realloc(c->entries, c->nr + 1, sizeof(*c->entries));
		ret = read_entry(&c->entries[c->nr++], arch, found.gl_pathv[i], e);
	}
	globfree(&found);
	free(pattern);
	return ret;
}
