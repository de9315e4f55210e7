// SPDX-License-Identifier: GPL-2.0
/*
 * Name to file of all modules of a kernel.
 *
 * An installed tree is walked. A build tree is not: it holds ten times as many
 * files, and modules left over from earlier configurations, so its
 * modules.order is what counts; unless that is left over too.
 */
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "image/modules_index.h"
#include "kernel/kernel_source.h"

int lab_module_name(const char *path, char name[LAB_MODULE_NAME],
		    struct lab_error *e)
{
	const char *base = strrchr(path, '/');
	const char *end;
	size_t n;

	base = base ? base + 1 : path;
	end = strstr(base, ".ko");
	n = end ? (size_t)(end - base) : strlen(base);
	if (!n || n >= LAB_MODULE_NAME)
		return lab_fail(e, -EINVAL, "not a module's name: \"%s\"", path);
	for (size_t i = 0; i < n; i++)
		name[i] = base[i] == '-' ? '_' : base[i];
	name[n] = '\0';
	return 0;
}

static int add(struct lab_index *index, const char *path, bool builtin,
	       struct lab_error *e)
{
	struct lab_index_entry *entry;
	char name[LAB_MODULE_NAME];
	int ret;

	ret = lab_module_name(path, name, e);
	if (ret)
		return ret;
	if (index->nr == index->size) {
		size_t size = index->size ? 2 * index->size : 1024;

		entry = realloc(index->entries, size * sizeof(*entry));
		if (!entry)
			return lab_fail(e, -ENOMEM, "no memory for modules");
		index->entries = entry;
		index->size = size;
	}
	entry = &index->entries[index->nr];
	entry->name = strdup(name);
	entry->path = builtin ? NULL : strdup(path);
	index->nr++;
	if (!entry->name || (!builtin && !entry->path))
		return lab_fail(e, -ENOMEM, "no memory for modules");
	return 0;
}

/* .ko, .ko.xz, .ko.gz, .ko.zst, but not .ko.cmd and the like of a build. */
static bool is_module_file(const char *name)
{
	static const char *const ends[] = { ".ko", ".ko.xz", ".ko.gz", ".ko.zst" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (len > n && !strcmp(name + len - n, ends[i]))
			return true;
	}
	return false;
}

static int add_installed(struct lab_index *index, const char *dir,
			 struct lab_error *e)
{
	char *paths[] = { (char *)dir, NULL };
	FTSENT *ent;
	int ret = 0;
	FTS *fts;

	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return lab_fail(e, -errno, "fts_open(%s): %s", dir,
				strerror(errno));
	while (!ret && (ent = fts_read(fts))) {
		if (ent->fts_info == FTS_ERR || ent->fts_info == FTS_DNR)
			ret = lab_fail(e, -ent->fts_errno, "%s: %s",
				       ent->fts_path, strerror(ent->fts_errno));
		else if (ent->fts_info == FTS_F && is_module_file(ent->fts_name))
			ret = add(index, ent->fts_path, false, e);
	}
	fts_close(fts);
	return ret;
}

/*
 * Add what the list @dir/@list names, one a line. Its lines begin with
 * "kernel/" in older trees; those of modules.order end in .o in newer ones.
 */
static int add_listed(struct lab_index *index, const char *dir,
		      const char *list, bool builtin, struct lab_error *e)
{
	char path[PATH_MAX];
	char *text, *line, *save;
	size_t len;
	int ret;

	ret = lab_path(e, path, "%s/%s", dir, list);
	if (ret || !lab_is_file(path))
		return ret;
	ret = lab_read_file(path, &text, &len, e);
	if (ret)
		return ret;
	for (line = strtok_r(text, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t n = strlen(line);

		if (n > 2 && !strcmp(line + n - 2, ".o"))
			line[n - 2] = '\0';
		else if (n > 3 && !strcmp(line + n - 3, ".ko"))
			line[n - 3] = '\0';
		ret = lab_path(e, path, "%s/%s.ko", dir, line);
		if (!ret && !builtin && !lab_is_file(path) &&
		    !strncmp(line, "kernel/", 7))
			ret = lab_path(e, path, "%s/%s.ko", dir, line + 7);
		if (!ret && (builtin || lab_is_file(path)))
			ret = add(index, path, builtin, e);
	}
	free(text);
	return ret;
}

/* By name; then files before built-ins, and those in updates/ first of all. */
static int compare(const void *a, const void *b)
{
	const struct lab_index_entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	if (!x->path || !y->path)
		return !x->path - !y->path;
	order = !strstr(x->path, "/updates/") - !strstr(y->path, "/updates/");
	return order ? order : strcmp(x->path, y->path);
}

int lab_index_fill(struct lab_index *index, const char *dir,
		   struct lab_error *e)
{
	int ret = 0;

	if (!lab_kernel_is_kdir(dir))
		ret = add_installed(index, dir, e);
	else if (lab_kernel_configured(dir, "CONFIG_MODULES=y"))
		ret = add_listed(index, dir, "modules.order", false, e);
	if (!ret)
		ret = add_listed(index, dir, "modules.builtin", true, e);
	if (!ret && index->nr)
		qsort(index->entries, index->nr, sizeof(*index->entries),
		      compare);
	return ret;
}

void lab_index_free(struct lab_index *index)
{
	for (size_t i = 0; i < index->nr; i++) {
		free(index->entries[i].name);
		free(index->entries[i].path);
	}
	free(index->entries);
	memset(index, 0, sizeof(*index));
}

const struct lab_index_entry *lab_index_find(const struct lab_index *index,
					     const char *name)
{
	size_t low = 0, high = index->nr;

	/* The first of several equal ones, which bsearch(3) would not promise. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(index->entries[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == index->nr || strcmp(index->entries[low].name, name))
		return NULL;
	return &index->entries[low];
}
