// SPDX-License-Identifier: GPL-2.0
/*
 * Reading of the suite's description.
 */
#include <errno.h>
#include <jansson.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/text.h"
#include "suite/manifest.h"
#include "suite/suite.h"

/* Where we are, for messages, and what is filled in. */
struct reading {
	const char *path;
	struct lab_error *e;
	struct lab_suite *suite;
	const struct lab_arch *arch;
	struct lab_text parameters;
};

static int wrong(const struct reading *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int wrong(const struct reading *r, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = lab_vformat(fmt, ap);
	va_end(ap);
	lab_fail(r->e, 0, "%s: %s", r->path, text);
	free(text);
	return -EINVAL;
}

/* json_unpack() of @json, which is to hold nothing else; a message shows it. */
static int unpack(const struct reading *r, json_t *json, const char *what, const char *fmt, ...)
{
	json_error_t error;
	char *text;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = json_vunpack_ex(json, &error, JSON_STRICT, fmt, ap);
	va_end(ap);
	if (!ret)
		return 0;
	text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	wrong(r, "%s: %s: %.200s", what, error.text, text ? text : "?");
	free(text);
	return -EINVAL;
}

/* Call @add with each element; no array at all has none. */
static int for_each(struct reading *r, json_t *array, const char *what,
		    int (*add)(struct reading *r, json_t *element, void *arg), void *arg)
{
	json_t *element;
	int ret = 0;
	size_t i;

	if (array && !json_is_array(array))
		return wrong(r, "%s must be an array", what);
	json_array_foreach(array, i, element) {
		ret = add(r, element, arg);
		if (ret)
			break;
	}
	return ret;
}

/* A word that is safe on a command line of the kernel or of the channel; NULL is none. */
static int check_word(const struct reading *r, const char *s)
{
	if (s && (!s[0] || strpbrk(s, "\t\n")))
		return wrong(r, "an empty word, or one with tabs or newlines, cannot be passed on: \"%s\"",
			     s);
	return 0;
}

static int add_parameter(struct reading *r, json_t *value, void *arg)
{
	const char *s;
	int ret = unpack(r, value, "a kernel parameter", "s", &s) ?: check_word(r, s);

	(void)arg;
	if (!ret)
		lab_text_addf(&r->parameters, "%s%s", r->parameters.len ? " " : "", s);
	return ret;
}

/* @arg: not NULL for one that is built from the repository */
static int add_module(struct reading *r, json_t *object, void *arg)
{
	struct lab_suite *suite = r->suite;
	struct lab_suite_module m = { NULL };
	int ret;

	ret = arg ? unpack(r, object, "one of \"external_modules\"", "{s:s, s:s, s?s, s?b}",
			   "name", &m.name, "dir", &m.dir, "program", &m.program,
			   "optional", &m.optional) :
		unpack(r, object, "one of \"modules\"", "{s:s, s?b}",
		       "name", &m.name, "optional", &m.optional);
	ret = ret ?: check_word(r, m.name) ?: check_word(r, m.dir) ?: check_word(r, m.program);
	if (ret)
		return ret;
	suite->modules = lab_realloc(suite->modules, suite->nr_modules + 1, sizeof(m));
	suite->modules[suite->nr_modules++] = m;
	return 0;
}

static int add_disk(struct reading *r, json_t *object, void *arg)
{
	struct lab_suite_disk *d = &r->suite->disks[r->suite->nr_disks];
	int ret;

	(void)arg;
	if (r->suite->nr_disks == LAB_MAX_DISKS)
		return wrong(r, "\"disks\": more than %d", LAB_MAX_DISKS);
	ret = unpack(r, object, "one of \"disks\"", "{s:s, s:I, s:s, s?b}", "filesystem",
		     &d->filesystem, "size_mib", &d->size_mib, "mount", &d->mount,
		     "pmem", &d->pmem);
	if (ret)
		return ret;
	/* What mke2fs can make: one tool for all beats one tool for each. */
	if (strncmp(d->filesystem, "ext", 3) || !strchr("234", d->filesystem[3]) ||
	    strlen(d->filesystem) != 4)
		return wrong(r, "disk %s: \"filesystem\" must be ext2, ext3 or ext4", d->mount);
	if (d->mount[0] != '/' || strpbrk(d->mount, " \t\n"))
		return wrong(r, "disk %s: \"mount\" must be an absolute path without blanks",
			     d->mount);
	if (d->size_mib <= 0)
		return wrong(r, "disk %s: \"size_mib\" must be a number of MiB", d->mount);
	if (d->pmem && !r->arch->pmem)
		*d = (struct lab_suite_disk){};
	else
		r->suite->nr_disks++;
	return 0;
}

static int add_arg(struct reading *r, json_t *value, void *arg)
{
	struct lab_suite_program *p = arg;
	const char *s;
	int ret = unpack(r, value, "one of \"args\"", "s", &s) ?: check_word(r, s);

	if (!ret)
		lab_argv_add(&p->args, s);
	return ret;
}

static int check_figure(struct reading *r, json_t *row, void *arg)
{
	const char *name, *pattern, *unit;
	double amount = 0;
	regex_t re;
	int ret = unpack(r, row, "one of \"figures\"", "{s:s, s:s, s:s, s?F}", "name", &name,
			 "pattern", &pattern, "unit", &unit, "amount", &amount);

	(void)arg;
	if (ret)
		return ret;
	ret = regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE);
	if (ret || re.re_nsub < 1)
		ret = wrong(r, "figure %s: \"pattern\" must be an extended regular expression with the number in parentheses",
			    name);
	regfree(&re);
	return ret;
}

static int add_program(struct reading *r, json_t *object, void *arg)
{
	struct lab_suite *suite = r->suite;
	struct lab_suite_program *p;
	json_t *args = NULL;
	int ret;

	(void)arg;
	suite->programs = lab_realloc(suite->programs, suite->nr_programs + 1, sizeof(*p));
	p = &suite->programs[suite->nr_programs];
	*p = (struct lab_suite_program){ NULL };
	ret = unpack(r, object, "a program", "{s:s, s?o, s:I, s?s, s?o, s?b}", "program", &p->name,
		     "args", &args, "timeout", &p->timeout, "kselftest", &p->kselftest,
		     "figures", &p->figures, "once", &p->once);
	if (ret)
		return ret;
	suite->nr_programs++;
	if (strpbrk(p->name, "/:"))
		return wrong(r, "program %s: give the bare name, without / or :", p->name);
	if (p->timeout <= 0)
		return wrong(r, "program %s: \"timeout\" must be a number of seconds", p->name);
	if (p->kselftest && !strchr(p->kselftest, ':'))
		return wrong(r, "program %s: \"kselftest\" must be COLLECTION:TEST", p->name);
	return check_word(r, p->name) ?: check_word(r, p->kselftest) ?:
	       for_each(r, p->figures, "\"figures\"", check_figure, NULL) ?:
	       for_each(r, args, "\"args\"", add_arg, p);
}

/* What @object has as @name, which is its own then; or an error that says what there is. */
static int look_up(const struct reading *r, const char *what, json_t *object, const char **name,
		   json_t **value)
{
	struct lab_text have = { NULL };
	const char *key;

	json_object_foreach(object, key, *value) {
		if (!strcmp(key, *name)) {
			*name = key;
			return 0;
		}
		lab_text_addf(&have, " %s", key);
	}
	lab_fail(r->e, 0, "%s: no %s of that name; there are:%s", *name, what,
		 have.s ? have.s : " none");
	lab_text_clear(&have);
	return -ESRCH;
}

static int read_mode(struct reading *r, json_t *modes, const char *name)
{
	json_t *mode, *parameters = NULL;
	int ret;

	r->suite->modes = modes;
	if (!json_object_size(modes))
		return wrong(r, "\"modes\" must be an object with one mode at least");
	if (!name)
		name = json_object_iter_key(json_object_iter(modes));
	ret = look_up(r, "mode", modes, &name, &mode);
	if (!ret)
		ret = unpack(r, mode, "a mode", "{s?s, s?o}", "cpu", &r->suite->cpu,
			     "parameters", &parameters) ?: check_word(r, r->suite->cpu);
	if (ret)
		return ret;
	r->suite->mode = name;
	return for_each(r, parameters, "a mode's \"parameters\"", add_parameter, NULL);
}

/* What depends on the architecture; the mode's own comes last, and @common before it. */
static int read_architecture(struct reading *r, json_t *all, const struct lab_suite_select *select,
			     json_t *common)
{
	json_t *one, *parameters = NULL, *modules = NULL, *modes;
	const char *name = select->arch->name;

	return look_up(r, "architecture", all, &name, &one) ?:
	       unpack(r, one, name, "{s:s, s?o, s?o, s:o}", "cpu", &r->suite->cpu,
		      "parameters", &parameters, "modules", &modules, "modes", &modes) ?:
	       for_each(r, common, "\"parameters\"", add_parameter, NULL) ?:
	       for_each(r, parameters, "an architecture's \"parameters\"", add_parameter, NULL) ?:
	       read_mode(r, modes, select->mode) ?:
	       for_each(r, modules, "an architecture's \"modules\"", add_module, NULL);
}

static int read_programs(struct reading *r, json_t *profiles,
			 const struct lab_suite_select *select)
{
	const char *name = select->profile ? select->profile : "default";
	json_t *list;
	int ret;

	ret = look_up(r, "profile", profiles, &name, &list);
	if (ret)
		return ret;
	r->suite->profile = name;
	if (!json_array_size(list))
		return wrong(r, "profile %s: must be an array with one program at least", name);
	ret = for_each(r, list, "a profile", add_program, NULL);
	if (!ret && select->tests)
		ret = lab_select_tests(r->suite, select, r->e);
	for (size_t i = 0; !ret && i < r->suite->nr_programs; i++)
		if (!r->suite->programs[i].kselftest)
			lab_argv_add_words(&r->suite->programs[i].args, select->args);
	return ret;
}

static int read_all(struct reading *r, const struct lab_suite_select *select)
{
	json_t *parameters = NULL, *modules = NULL, *external = NULL, *disks = NULL;
	struct lab_suite *s = r->suite;
	json_t *architectures, *profiles;

	return unpack(r, s->json, "the suite",
		      "{s:s, s?{s:s, s:s}, s:o, s?o, s?o, s?o, s?o, s:o}",
		      "name", &s->name, "mail", "about", &s->about, "cc", &s->cc,
		      "architectures", &architectures, "parameters", &parameters,
		      "modules", &modules, "external_modules", &external, "disks", &disks,
		      "profiles", &profiles) ?:
	       check_word(r, s->name) ?: check_word(r, s->about) ?: check_word(r, s->cc) ?:
	       read_architecture(r, architectures, select, parameters) ?:
	       for_each(r, modules, "\"modules\"", add_module, NULL) ?:
	       for_each(r, external, "\"external_modules\"", add_module, r) ?:
	       for_each(r, disks, "\"disks\"", add_disk, NULL) ?:
	       read_programs(r, profiles, select);
}

int lab_suite_read(const char *path, const struct lab_suite_select *select,
		   struct lab_suite *suite, struct lab_error *e)
{
	struct reading r = { .path = path, .e = e, .suite = suite, .arch = select->arch };
	json_error_t jerr;
	int ret;

	memset(suite, 0, sizeof(*suite));
	suite->json = json_load_file(path, JSON_REJECT_DUPLICATES, &jerr);
	if (!suite->json)
		return jerr.line < 0 ? lab_fail(e, -ENOENT, "%s", jerr.text) :
			wrong(&r, "line %d: %s", jerr.line, jerr.text);
	ret = read_all(&r, select);
	suite->parameters = lab_text_take(&r.parameters);
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
		ret = lab_manifest_read(paths->target, &manifest, e);
	if (manifest)
		with.manifest = manifest;
	with.arch = paths->arch;
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

void lab_suite_repeat(struct lab_suite *suite, long rounds)
{
	size_t nr = suite->nr_programs;

	suite->programs = lab_realloc(suite->programs, nr * (size_t)rounds, sizeof(*suite->programs));
	for (long round = 1; round < rounds; round++)
		for (size_t i = 0; i < nr; i++) {
			const struct lab_suite_program *from = &suite->programs[i];
			struct lab_suite_program *to = &suite->programs[suite->nr_programs];

			if (from->once)
				continue;
			*to = *from;
			to->args = (struct lab_argv){ NULL };
			lab_argv_add_argv(&to->args, &from->args);
			suite->nr_programs++;
		}
}

void lab_suite_drop_programs(struct lab_suite *suite)
{
	for (size_t i = 0; i < suite->nr_programs; i++)
		lab_argv_free(&suite->programs[i].args);
	suite->nr_programs = 0;
}

void lab_suite_drop_external(struct lab_suite *suite)
{
	size_t kept = 0;

	for (size_t i = 0; i < suite->nr_modules; i++)
		if (!suite->modules[i].dir)
			suite->modules[kept++] = suite->modules[i];
	suite->nr_modules = kept;
}

void lab_suite_free(struct lab_suite *suite)
{
	lab_suite_drop_programs(suite);
	free(suite->modules);
	free(suite->programs);
	free(suite->parameters);
	json_decref(suite->json);
	memset(suite, 0, sizeof(*suite));
}
