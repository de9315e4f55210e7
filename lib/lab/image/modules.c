// SPDX-License-Identifier: GPL-2.0
/*
 * Load order of the wanted modules of one kernel.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "image/modinfo.h"
#include "image/modules.h"
#include "image/modules_index.h"
#include "kernel/unpack.h"

struct lab_modules {
	struct lab_index index;
	char *release;
	struct lab_module *loads;
	size_t nr_loads;
	char **missing;
	size_t nr_missing;
};

static int no_memory(struct lab_error *e)
{
	return lab_fail(e, -ENOMEM, "no memory for modules");
}

int lab_modules_open(const char *dir, const char *release,
		     struct lab_modules **out, struct lab_error *e)
{
	struct lab_modules *m = calloc(1, sizeof(*m));
	int ret = 0;

	if (!m)
		return no_memory(e);
	m->release = strdup(release);
	if (!m->release)
		ret = no_memory(e);
	if (!ret && dir[0])
		ret = lab_index_fill(&m->index, dir, e);
	if (ret)
		lab_modules_close(m);
	else
		*out = m;
	return ret;
}

void lab_modules_close(struct lab_modules *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->nr_loads; i++) {
		free(m->loads[i].name);
		free(m->loads[i].data);
	}
	for (size_t i = 0; i < m->nr_missing; i++)
		free(m->missing[i]);
	free(m->loads);
	free(m->missing);
	free(m->release);
	lab_index_free(&m->index);
	free(m);
}

static bool is_loaded(const struct lab_modules *m, const char *name)
{
	for (size_t i = 0; i < m->nr_loads; i++) {
		if (!strcmp(m->loads[i].name, name))
			return true;
	}
	return false;
}

static bool is_missing(const struct lab_modules *m, const char *name)
{
	for (size_t i = 0; i < m->nr_missing; i++) {
		if (!strcmp(m->missing[i], name))
			return true;
	}
	return false;
}

static int add_missing(struct lab_modules *m, const char *name,
		       struct lab_error *e)
{
	char **list;

	if (is_missing(m, name))
		return 0;
	list = realloc(m->missing, (m->nr_missing + 1) * sizeof(*list));
	if (!list)
		return no_memory(e);
	m->missing = list;
	list[m->nr_missing] = strdup(name);
	if (!list[m->nr_missing])
		return no_memory(e);
	m->nr_missing++;
	return 0;
}

/* Takes over @mod->data when it returns 0. */
static int add_load(struct lab_modules *m, const char *name,
		    const struct lab_module *mod, struct lab_error *e)
{
	struct lab_module *list;

	list = realloc(m->loads, (m->nr_loads + 1) * sizeof(*list));
	if (!list)
		return no_memory(e);
	m->loads = list;
	list[m->nr_loads] = *mod;
	list[m->nr_loads].name = strdup(name);
	if (!list[m->nr_loads].name)
		return no_memory(e);
	m->nr_loads++;
	return 0;
}

static bool is_elf_file(const char *data, size_t len)
{
	return len > 4 && !memcmp(data, "\177ELF", 4);
}

/* Read the module's file and find its modinfo; @mod->data is the caller's. */
static int read_module(const struct lab_modules *m, const char *path,
		       struct lab_module *mod, struct lab_modinfo *info,
		       struct lab_error *e)
{
	const char *vermagic;
	char *packed;
	size_t len;
	int ret;

	ret = lab_read_file(path, &mod->data, &mod->len, e);
	if (ret)
		return ret;
	if (!is_elf_file(mod->data, mod->len)) {
		packed = mod->data;
		len = mod->len;
		mod->data = NULL;
		ret = lab_unpack(path, packed, len, &mod->data, &mod->len, e);
		free(packed);
		if (ret)
			return ret;
	}
	if (!lab_modinfo_find(mod->data, mod->len, info))
		return lab_fail(e, -EINVAL, "%s is not a kernel module", path);

	vermagic = lab_modinfo_next(info, "vermagic", NULL);
	len = vermagic ? strcspn(vermagic, " ") : 0;
	if (!vermagic || len != strlen(m->release) ||
	    strncmp(vermagic, m->release, len))
		return lab_fail(e, -EINVAL,
				"%s is built for kernel %.*s, but the kernel is %s",
				path, (int)len, vermagic ? vermagic : "",
				m->release);
	return 0;
}

/* The modules whose dependencies are being looked at, innermost first. */
struct chain {
	const char *name;
	const struct chain *up;
};

/*
 * These return 0 when all is found, MISSING when something is not to be had,
 * or a negative errno.
 */
#define MISSING 1

static int want_name(struct lab_modules *m, const char *wanted, bool soft,
		     const struct chain *up, struct lab_error *e);

/*
 * Want each of the @names, separated by any of @sep. For "softdep" a word that
 * ends in ':' says when the ones after it are due: before ("pre:") or not.
 */
static int want_list(struct lab_modules *m, const char *names, const char *sep,
		     bool soft, const struct chain *up, struct lab_error *e)
{
	char name[LAB_MODULE_NAME];
	bool due = !soft;
	int ret, result = 0;

	while (*(names += strspn(names, sep))) {
		size_t n = strcspn(names, sep);

		if (soft && names[n - 1] == ':') {
			due = !strncmp(names, "pre:", n);
		} else if (due && n < sizeof(name)) {
			memcpy(name, names, n);
			name[n] = '\0';
			ret = want_name(m, name, soft, up, e);
			if (ret < 0)
				return ret;
			result |= ret;
		}
		names += n;
	}
	return result;
}

/* What the module needs comes first; without it, it is missing as well. */
static int want_needed(struct lab_modules *m, const struct lab_modinfo *info,
		       const struct chain *chain, struct lab_error *e)
{
	const char *depends = lab_modinfo_next(info, "depends", NULL);
	const char *soft = NULL;
	int ret;

	while ((soft = lab_modinfo_next(info, "softdep", soft))) {
		ret = want_list(m, soft, " \t", true, chain, e);
		if (ret < 0)
			return ret;
	}
	return depends ? want_list(m, depends, ",", false, chain, e) : 0;
}

static int want_file(struct lab_modules *m, const char *name, const char *path,
		     const struct chain *up, struct lab_error *e)
{
	const struct chain chain = { name, up };
	struct lab_module mod = {};
	struct lab_modinfo info;
	int ret;

	ret = read_module(m, path, &mod, &info, e);
	if (!ret)
		ret = want_needed(m, &info, &chain, e);
	if (ret == MISSING) {
		int err = add_missing(m, name, e);

		ret = err ? err : MISSING;
	} else if (!ret) {
		ret = add_load(m, name, &mod, e);
	}
	if (ret)
		free(mod.data);
	return ret;
}

static int want_name(struct lab_modules *m, const char *wanted, bool soft,
		     const struct chain *up, struct lab_error *e)
{
	const struct lab_index_entry *entry;
	char name[LAB_MODULE_NAME];
	int ret;

	ret = lab_module_name(wanted, name, e);
	if (ret)
		return ret;
	if (is_loaded(m, name))
		return 0;
	for (const struct chain *c = up; c; c = c->up) {
		if (strcmp(c->name, name))
			continue;
		/* Two modules may prefer each other; none can need itself. */
		return soft ? 0 : lab_fail(e, -ELOOP, "module %s needs itself",
					   name);
	}
	entry = lab_index_find(&m->index, name);
	if (entry)
		return entry->path ? want_file(m, name, entry->path, up, e) : 0;
	if (soft)
		return 0;
	ret = add_missing(m, name, e);
	return ret ? ret : MISSING;
}

int lab_modules_want(struct lab_modules *m, const char *wanted,
		     struct lab_error *e)
{
	char name[LAB_MODULE_NAME];
	int ret;

	ret = lab_module_name(wanted, name, e);
	if (ret || is_loaded(m, name))
		return ret;
	if (strchr(wanted, '/'))
		ret = want_file(m, name, wanted, NULL, e);
	else
		ret = want_name(m, name, false, NULL, e);
	return ret < 0 ? ret : 0;
}

const struct lab_module *lab_modules_loads(const struct lab_modules *m,
					   size_t *n)
{
	*n = m->nr_loads;
	return m->loads;
}

char *const *lab_modules_missing(const struct lab_modules *m, size_t *n)
{
	*n = m->nr_missing;
	return m->missing;
}
