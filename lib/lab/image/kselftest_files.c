// SPDX-License-Identifier: GPL-2.0
/*
 * An installed kselftest: what has to be in the image.
 */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/text.h"
#include "base/tool.h"
#include "image/kselftest_files.h"

/* Tarballs of all the rest, which gen_tar puts there. */
#define PACKAGES	"kselftest-packages"

struct list {
	struct lab_image_file **files;
	size_t *nr;
};

static void add(struct list *l, char *from, char *to)
{
	*l->files = lab_realloc(*l->files, *l->nr + 1, sizeof(**l->files));
	(*l->files)[(*l->nr)++] = (struct lab_image_file){ .from = from, .to = to };
}

/* Links are followed: what they lead to need not be in the image. */
static int add_tree(const char *dir, struct list *l, struct lab_error *e)
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	size_t base = strlen(dir);
	FTSENT *f;
	int ret = 0;

	if (!fts)
		return lab_fail(e, -errno, "fts_open(%s): %s", dir, strerror(errno));
	while (!ret && (f = fts_read(fts))) {
		if (f->fts_info == FTS_D && !strcmp(f->fts_name, PACKAGES))
			fts_set(fts, f, FTS_SKIP);
		else if (f->fts_info == FTS_F)
			add(l, lab_strdup(f->fts_path),
			    lab_format("/kselftest%s", f->fts_path + base));
		else if (f->fts_info == FTS_ERR || f->fts_info == FTS_DNR ||
			 f->fts_info == FTS_NS || f->fts_info == FTS_SLNONE)
			ret = lab_fail(e, f->fts_errno ? -f->fts_errno : -ENOENT, "%s: %s",
				       f->fts_path,
				       strerror(f->fts_errno ? f->fts_errno : ENOENT));
	}
	fts_close(fts);
	return ret;
}

/* Lines of "FROM", tab, "TO". */
static int add_listed(const char *path, struct list *l, struct lab_error *e)
{
	char *text, *rest, *line;
	size_t len;
	int ret = lab_read_file(path, &text, &len, e);

	if (ret)
		return ret;
	for (rest = text; (line = strsep(&rest, "\n")); ) {
		char *tab = strchr(line, '\t');

		if (!tab)
			continue;
		*tab = '\0';
		add(l, lab_strdup(line), lab_strdup(tab + 1));
	}
	free(text);
	return 0;
}

int lab_kselftest_files(const char *dir, const char *script, const char *list,
			struct lab_image_file **files, size_t *nr, struct lab_error *e)
{
	const char *const argv[] = { "sh", script, NULL };
	char *log = lab_format("%s.log", list);
	const struct lab_tool tool = { .argv = argv, .output = list, .log = log };
	struct list l = { files, nr };
	int ret = add_tree(dir, &l, e);

	if (!ret)
		ret = lab_tool_run(&tool, e);
	if (!ret)
		ret = add_listed(list, &l, e);
	if (!ret) {
		unlink(list);
		unlink(log);
	}
	free(log);
	return ret;
}
