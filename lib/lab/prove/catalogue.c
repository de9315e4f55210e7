// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the catalogue of regressions.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/text.h"
#include "prove/catalogue.h"

static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = lab_strdup(slash ? slash + 1 : path), *dot = strrchr(name, '.');

	if (dot)
		*dot = '\0';
	return name;
}

static void append_word(char **words, const char *word)
{
	char *joined = *words ? lab_format("%s %s", *words, word) : lab_strdup(word);

	free(*words);
	*words = joined;
}

static int set(struct lab_regression *r, const char *key, const char *value,
	       struct lab_error *e)
{
	const struct { const char *key; char **where; } once[] = {
		{ "class", &r->class }, { "commit", &r->commit }, { "broke", &r->broke },
		{ "mode", &r->mode },
	};

	if (!strcmp(key, "file") || !strncmp(key, "SPDX", 4))
		return 0;
	if (!strcmp(key, "tests")) {
		append_word(&r->tests, value);
		return 0;
	}
	if (!strcmp(key, "expect")) {
		if (r->nr_expects == LAB_REGRESSION_EXPECTS)
			return lab_fail(e, -EINVAL, "%s: more than %d \"expect:\"", r->path,
					LAB_REGRESSION_EXPECTS);
		r->expects[r->nr_expects++] = lab_strdup(value);
		return 0;
	}
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (strcmp(key, once[i].key))
			continue;
		if (*once[i].where)
			return lab_fail(e, -EINVAL, "%s: a second \"%s:\"", r->path, key);
		*once[i].where = lab_strdup(value);
		return 0;
	}
	return lab_fail(e, -EINVAL, "%s: \"%s:\" is no key of an entry", r->path, key);
}

static int read_line(struct lab_regression *r, char *line, struct lab_error *e)
{
	char *key = line + strlen("//"), *value = strchr(key, ':');

	if (!value)
		return lab_fail(e, -EINVAL, "%s: \"%s\": expected \"// KEY: VALUE\"", r->path, line);
	*value++ = '\0';
	while (isspace(*key))
		key++;
	while (isspace(*value))
		value++;
	return set(r, key, value, e);
}

static int read_entry(struct lab_regression *r, const char *path, struct lab_error *e)
{
	char *text, *rest, *line;
	size_t len;
	int ret;

	*r = (struct lab_regression){ .name = base_name(path), .path = lab_strdup(path) };
	ret = lab_read_file(path, &text, &len, e);
	if (ret)
		return ret;
	rest = text;
	while (!ret && (line = strsep(&rest, "\n")) && !strncmp(line, "//", 2))
		ret = read_line(r, line, e);
	free(text);
	if (!ret && !(r->class && r->commit && r->broke && r->tests && r->nr_expects))
		ret = lab_fail(e, -EINVAL,
			       "%s: needs class, commit, broke, tests and expect", path);
	return ret;
}

int lab_catalogue_read(const char *dir, struct lab_catalogue *c, struct lab_error *e)
{
	char *pattern = lab_format("%s/*.cocci", dir);
	glob_t found;
	int ret = 0;

	*c = (struct lab_catalogue){ NULL };
	if (glob(pattern, 0, NULL, &found)) {
		ret = lab_fail(e, -ENOENT, "%s: no entries of a catalogue", pattern);
		free(pattern);
		return ret;
	}
	for (size_t i = 0; !ret && i < found.gl_pathc; i++) {
		c->entries = lab_realloc(c->entries, c->nr + 1, sizeof(*c->entries));
		ret = read_entry(&c->entries[c->nr++], found.gl_pathv[i], e);
	}
	globfree(&found);
	free(pattern);
	if (ret)
		lab_catalogue_free(c);
	return ret;
}

void lab_catalogue_free(struct lab_catalogue *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		struct lab_regression *r = &c->entries[i];

		free(r->name);
		free(r->path);
		free(r->class);
		free(r->commit);
		free(r->broke);
		free(r->tests);
		free(r->mode);
		for (size_t k = 0; k < r->nr_expects; k++)
			free(r->expects[k]);
	}
	free(c->entries);
	*c = (struct lab_catalogue){ NULL };
}
