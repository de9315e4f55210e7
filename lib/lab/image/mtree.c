// SPDX-License-Identifier: GPL-2.0
/*
 * What is to be in an image.
 */
#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsys.h"
#include "image/image.h"

/* Tarballs of all the rest, which kselftest's gen_tar puts beside it. */
#define PACKAGES	"kselftest-packages"

/* A relative path with a slash in it is a whole path to mtree. */
static void add_path(struct lab_text *m, const char *path, size_t len)
{
	for (; len--; path++) {
		if (isalnum((unsigned char)*path) || strchr("/._-+", *path))
			lab_text_add(m, path, 1);
		else
			lab_text_addf(m, "\\%03o", (unsigned char)*path);
	}
}

int lab_mtree_file(struct lab_text *m, const char *from, const char *to, struct lab_error *e)
{
	struct stat st;

	if (stat(from, &st))
		return lab_fail(e, -errno, "for %s of the image: %s: %s", to, from,
				strerror(errno));
	for (const char *p = to; (p = strchr(p + 1, '/')); ) {
		lab_text_addf(m, ".");
		add_path(m, to, (size_t)(p - to));
		lab_text_addf(m, " " LAB_MTREE_DIR "\n");
	}
	lab_text_addf(m, ".");
	add_path(m, to, strlen(to));
	lab_text_addf(m, " mode=%s contents=", st.st_mode & 0111 ? "0755" : "0644");
	add_path(m, from, strlen(from));
	lab_text_addf(m, "\n");
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

int lab_mtree_directory(struct lab_text *m, const char *from, const char *to,
			struct lab_error *e)
{
	char *const roots[] = { (char *)from, NULL };
	FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *f;
	int ret = 0;

	if (!fts)
		return lab_fail(e, -errno, "fts_open(%s): %s", from, strerror(errno));
	while (!ret && (f = fts_read(fts))) {
		int err = f->fts_errno ? f->fts_errno : ENOENT;
		char *path = lab_format("%s%s", to, f->fts_path + strlen(from));

		if (f->fts_info == FTS_D && !strcmp(f->fts_name, PACKAGES))
			fts_set(fts, f, FTS_SKIP);
		else if (f->fts_info == FTS_F)
			ret = lab_mtree_file(m, f->fts_path, path, e);
		else if (f->fts_errno || f->fts_info == FTS_SLNONE)
			ret = lab_fail(e, -err, "%s: %s", f->fts_path, strerror(err));
		free(path);
	}
	fts_close(fts);
	return ret;
}

int lab_mtree_printed(struct lab_text *m, const struct lab_argv *argv,
		      const char *list, struct lab_error *e)
{
	char *log = lab_format("%s.log", list), *text = NULL, *rest, *line;
	const struct lab_process script = { .argv = argv, .out = list, .err = log };
	size_t len;
	int ret = lab_process_must(&script, e);

	free(log);
	if (!ret)
		ret = lab_read_file(list, &text, &len, e);
	for (rest = text; !ret && (line = strsep(&rest, "\n")) && *line; ) {
		const char *from = strsep(&line, "\t");

		ret = line ? lab_mtree_file(m, from, line, e) :
			lab_fail(e, -EINVAL, "%s: not \"FROM, tab, TO\": %s", list, from);
	}
	free(text);
	return ret;
}
