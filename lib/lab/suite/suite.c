// SPDX-License-Identifier: GPL-2.0
/*
 * Reading of the suite's description.
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite/manifest.h"
#include "suite/select.h"
#include "suite/suite.h"

/* Where we are, for messages. */
struct reading {
	const char *path;
	struct lab_error *e;
};

static int wrong(const struct reading *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int wrong(const struct reading *r, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	lab_fail(r->e, 0, "%s: %s", r->path, n < 0 ? "wrong" : text);
	if (n >= 0)
		free(text);
	return -EINVAL;
}

static int check_keys(const struct reading *r, json_t *object, const char *what,
		      const char *const keys[])
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return wrong(r, "%s must be an object", what);
	json_object_foreach(object, key, value) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key))
			i++;
		if (!keys[i])
			return wrong(r, "%s: unknown key \"%s\"", what, key);
	}
	return 0;
}

/* A word that is safe on a command line of the kernel or of the channel. */
static int get_word(const struct reading *r, json_t *value, const char *what, char **word)
{
	const char *s = json_string_value(value);

	if (!s || !s[0])
		return wrong(r, "%s must be a string", what);
	if (strpbrk(s, "\t\n"))
		return wrong(r, "%s: tabs and newlines cannot be passed on: \"%s\"", what, s);
	*word = lab_strdup(s);
	return 0;
}

static int add_parameters(const struct reading *r, json_t *array, const char *what,
			  struct lab_text *out)
{
	json_t *value;
	size_t i;

	if (!array)
		return 0;
	if (!json_is_array(array))
		return wrong(r, "%s must be an array of strings", what);
	json_array_foreach(array, i, value) {
		char *word;
		int ret = get_word(r, value, what, &word);

		if (ret)
			return ret;
		lab_text_addf(out, "%s%s", out->len ? " " : "", word);
		free(word);
	}
	return 0;
}

static int add_module(const struct reading *r, json_t *object, bool external,
		      struct lab_suite *suite)
{
	static const char *const keys[] = { "name", "optional", "dir", "program", NULL };
	const char *what = external ? "external_modules" : "modules";
	struct lab_suite_module *m;
	json_t *optional, *program;
	int ret;

	ret = check_keys(r, object, what, keys);
	if (ret)
		return ret;
	suite->modules = lab_realloc(suite->modules, suite->nr_modules + 1, sizeof(*m));
	m = &suite->modules[suite->nr_modules++];
	*m = (struct lab_suite_module){ NULL };
	ret = get_word(r, json_object_get(object, "name"), "a module's \"name\"", &m->name);
	if (!ret && external)
		ret = get_word(r, json_object_get(object, "dir"), "a module's \"dir\"", &m->dir);
	else if (!ret && json_object_get(object, "dir"))
		ret = wrong(r, "module %s: \"dir\" belongs to external_modules", m->name);
	program = json_object_get(object, "program");
	if (!ret && program && !external)
		ret = wrong(r, "module %s: \"program\" belongs to external_modules", m->name);
	if (!ret && program)
		ret = get_word(r, program, "a module's \"program\"", &m->program);
	if (ret)
		return ret;
	optional = json_object_get(object, "optional");
	if (optional && !json_is_boolean(optional))
		return wrong(r, "module %s: \"optional\" must be true or false", m->name);
	m->optional = json_is_true(optional);
	return 0;
}

static int read_modules(const struct reading *r, json_t *root, const char *key,
			struct lab_suite *suite)
{
	json_t *array = json_object_get(root, key), *object;
	size_t i;

	if (array && !json_is_array(array))
		return wrong(r, "\"%s\" must be an array", key);
	json_array_foreach(array, i, object) {
		int ret = add_module(r, object, !strcmp(key, "external_modules"), suite);

		if (ret)
			return ret;
	}
	return 0;
}

/* What mke2fs can make: one tool for all beats one tool for each. */
static bool is_filesystem(const char *name)
{
	return !strcmp(name, "ext2") || !strcmp(name, "ext3") || !strcmp(name, "ext4");
}

static int add_disk(const struct reading *r, json_t *object, struct lab_suite *suite)
{
	static const char *const keys[] = { "filesystem", "size_mib", "mount", NULL };
	struct lab_suite_disk *d = &suite->disks[suite->nr_disks];
	int ret;

	if (suite->nr_disks == LAB_MAX_DISKS)
		return wrong(r, "\"disks\": more than %d", LAB_MAX_DISKS);
	suite->nr_disks++;
	ret = check_keys(r, object, "a disk", keys);
	if (!ret)
		ret = get_word(r, json_object_get(object, "filesystem"), "a disk's \"filesystem\"",
			       &d->filesystem);
	if (!ret)
		ret = get_word(r, json_object_get(object, "mount"), "a disk's \"mount\"",
			       &d->mount);
	if (ret)
		return ret;
	if (!is_filesystem(d->filesystem))
		return wrong(r, "disk %s: \"filesystem\" must be ext2, ext3 or ext4", d->mount);
	if (d->mount[0] != '/' || strchr(d->mount, ' '))
		return wrong(r, "disk %s: \"mount\" must be an absolute path without blanks",
			     d->mount);
	d->size_mib = (long)json_integer_value(json_object_get(object, "size_mib"));
	if (d->size_mib <= 0)
		return wrong(r, "disk %s: \"size_mib\" must be a number of MiB", d->mount);
	return 0;
}

static int read_disks(const struct reading *r, json_t *root, struct lab_suite *suite)
{
	json_t *array = json_object_get(root, "disks"), *object;
	size_t i;

	if (array && !json_is_array(array))
		return wrong(r, "\"disks\" must be an array");
	json_array_foreach(array, i, object) {
		int ret = add_disk(r, object, suite);

		if (ret)
			return ret;
	}
	return 0;
}

/* The names that there are, for a message about one that there is not. */
static int no_such(const struct reading *r, const char *what, const char *name, json_t *object)
{
	struct lab_text have = { NULL };
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
		lab_text_addf(&have, " %s", key);
	lab_fail(r->e, 0, "%s: no %s of that name; there are:%s", name, what,
		 have.s ? have.s : " none");
	lab_text_clear(&have);
	return -ESRCH;
}

static int read_mode(const struct reading *r, json_t *root, const char *name,
		     struct lab_suite *suite, struct lab_text *parameters)
{
	static const char *const keys[] = { "parameters", NULL };
	json_t *modes = json_object_get(root, "modes"), *mode;
	int ret;

	if (!json_is_object(modes) || !json_object_size(modes))
		return wrong(r, "\"modes\" must be an object with one mode at least");
	if (!name)
		name = json_object_iter_key(json_object_iter(modes));
	mode = json_object_get(modes, name);
	if (!mode)
		return no_such(r, "mode", name, modes);
	suite->mode = lab_strdup(name);
	ret = check_keys(r, mode, "a mode", keys);
	if (ret)
		return ret;
	return add_parameters(r, json_object_get(mode, "parameters"), "a mode's \"parameters\"",
			      parameters);
}

static int read_args(const struct reading *r, json_t *array, struct lab_suite_program *p)
{
	json_t *value;
	size_t i;

	if (array && !json_is_array(array))
		return wrong(r, "program %s: \"args\" must be an array", p->name);
	/* Two more for "-t CASE". */
	p->args = lab_realloc(NULL, json_array_size(array) + 1, sizeof(*p->args));
	json_array_foreach(array, i, value) {
		int ret = get_word(r, value, "an element of \"args\"", &p->args[p->nr_args]);

		if (ret)
			return ret;
		p->nr_args++;
	}
	return 0;
}

static int add_program(const struct reading *r, json_t *object, struct lab_suite *suite)
{
	static const char *const keys[] = { "program", "args", "timeout", NULL };
	struct lab_suite_program *p;
	int ret;

	ret = check_keys(r, object, "a program", keys);
	if (ret)
		return ret;
	suite->programs = lab_realloc(suite->programs, suite->nr_programs + 1, sizeof(*p));
	p = &suite->programs[suite->nr_programs++];
	*p = (struct lab_suite_program){ NULL };
	ret = get_word(r, json_object_get(object, "program"), "\"program\"", &p->name);
	if (ret)
		return ret;
	if (strchr(p->name, '/') || strchr(p->name, ':'))
		return wrong(r, "program %s: give the bare name, without / or :", p->name);
	p->timeout = (long)json_integer_value(json_object_get(object, "timeout"));
	if (p->timeout <= 0)
		return wrong(r, "program %s: \"timeout\" must be a number of seconds", p->name);
	return read_args(r, json_object_get(object, "args"), p);
}

void lab_suite_free_program(struct lab_suite_program *p)
{
	for (size_t i = 0; i < p->nr_args; i++)
		free(p->args[i]);
	free(p->args);
	free(p->name);
	free(p->runner);
}

static int read_programs(const struct reading *r, json_t *root,
			 const struct lab_suite_select *select, struct lab_suite *suite)
{
	json_t *profiles = json_object_get(root, "profiles"), *list, *object;
	size_t i;

	if (!json_is_object(profiles))
		return wrong(r, "\"profiles\" must be an object");
	suite->profile = lab_strdup(select->profile ? select->profile : "default");
	list = json_object_get(profiles, suite->profile);
	if (!list)
		return no_such(r, "profile", suite->profile, profiles);
	if (!json_array_size(list))
		return wrong(r, "profile %s: must be an array with one program at least",
			     suite->profile);
	json_array_foreach(list, i, object) {
		int ret = add_program(r, object, suite);

		if (ret)
			return ret;
	}
	if (select->tests) {
		int ret = lab_select_tests(suite, select->tests, select->manifest, r->e);

		if (ret)
			return ret;
	}
	if (select->args)
		lab_select_args(suite, select->args);
	return 0;
}

static int read_mail(const struct reading *r, json_t *mail, struct lab_suite *suite)
{
	static const char *const keys[] = { "about", "cc", NULL };
	int ret;

	if (!mail)
		return 0;
	ret = check_keys(r, mail, "\"mail\"", keys);
	if (!ret)
		ret = get_word(r, json_object_get(mail, "about"), "\"about\"", &suite->about);
	if (!ret)
		ret = get_word(r, json_object_get(mail, "cc"), "\"cc\"", &suite->cc);
	return ret;
}

static int read_all(const struct reading *r, json_t *root, const struct lab_suite_select *select,
		    struct lab_suite *suite, struct lab_text *parameters)
{
	static const char *const keys[] = {
		"name", "mail", "cpu", "parameters", "modules", "external_modules", "disks",
		"modes", "profiles", NULL
	};
	int ret;

	ret = check_keys(r, root, "the file", keys);
	if (!ret)
		ret = get_word(r, json_object_get(root, "name"), "\"name\"", &suite->name);
	if (!ret)
		ret = read_mail(r, json_object_get(root, "mail"), suite);
	if (!ret)
		ret = get_word(r, json_object_get(root, "cpu"), "\"cpu\"", &suite->cpu);
	if (!ret)
		ret = add_parameters(r, json_object_get(root, "parameters"), "\"parameters\"",
				     parameters);
	if (!ret)
		ret = read_mode(r, root, select->mode, suite, parameters);
	if (!ret)
		ret = read_modules(r, root, "modules", suite);
	if (!ret)
		ret = read_modules(r, root, "external_modules", suite);
	if (!ret)
		ret = read_disks(r, root, suite);
	if (!ret)
		ret = read_programs(r, root, select, suite);
	return ret;
}

int lab_suite_read(const char *path, const struct lab_suite_select *select,
		   struct lab_suite *suite, struct lab_error *e)
{
	struct reading r = { path, e };
	struct lab_text parameters = { NULL };
	json_error_t jerr;
	json_t *root;
	int ret;

	memset(suite, 0, sizeof(*suite));
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &jerr);
	if (!root)
		return jerr.line < 0 ? lab_fail(e, -ENOENT, "%s", jerr.text) :
			wrong(&r, "line %d: %s", jerr.line, jerr.text);
	ret = read_all(&r, root, select, suite, &parameters);
	suite->parameters = lab_text_take(&parameters);
	json_decref(root);
	if (ret)
		lab_suite_free(suite);
	return ret;
}

int lab_suite_load(const struct lab_paths *paths, const struct lab_suite_select *select,
		   struct lab_suite *suite, struct lab_error *e)
{
	struct lab_suite_select with = *select;
	char *path = lab_format("%s/selftests/suite.json", paths->repo);
	json_t *manifest = NULL;
	int ret = 0;

	if (select->tests && !select->manifest)
		ret = lab_manifest_read(paths->build, &manifest, e);
	if (manifest)
		with.manifest = manifest;
	if (!ret)
		ret = lab_suite_read(path, &with, suite, e);
	json_decref(manifest);
	free(path);
	return ret;
}

bool lab_suite_runs(const struct lab_suite *suite, const char *name)
{
	for (size_t i = 0; i < suite->nr_programs; i++)
		if (!strcmp(suite->programs[i].name, name))
			return true;
	return false;
}

static void free_module(struct lab_suite_module *m)
{
	free(m->name);
	free(m->dir);
	free(m->program);
}

void lab_suite_drop_programs(struct lab_suite *suite)
{
	for (size_t i = 0; i < suite->nr_programs; i++)
		lab_suite_free_program(&suite->programs[i]);
	suite->nr_programs = 0;
}

void lab_suite_drop_external(struct lab_suite *suite)
{
	size_t kept = 0;

	for (size_t i = 0; i < suite->nr_modules; i++) {
		if (suite->modules[i].dir)
			free_module(&suite->modules[i]);
		else
			suite->modules[kept++] = suite->modules[i];
	}
	suite->nr_modules = kept;
}

void lab_suite_free(struct lab_suite *suite)
{
	for (size_t i = 0; i < suite->nr_modules; i++)
		free_module(&suite->modules[i]);
	for (size_t i = 0; i < suite->nr_disks; i++) {
		free(suite->disks[i].filesystem);
		free(suite->disks[i].mount);
	}
	lab_suite_drop_programs(suite);
	free(suite->modules);
	free(suite->programs);
	free(suite->name);
	free(suite->about);
	free(suite->cc);
	free(suite->cpu);
	free(suite->mode);
	free(suite->profile);
	free(suite->parameters);
	memset(suite, 0, sizeof(*suite));
}
