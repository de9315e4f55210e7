// SPDX-License-Identifier: GPL-2.0
/*
 * A patch that every commit needs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/text.h"
#include "bisect/bisect_fixup.h"
#include "bisect/bisect_git.h"

#define MARK	"fixup.on"

/* Does @patch come off @tree? Then that has it. */
static int has_it(const char *tree, const char *patch, struct lab_error *e)
{
	int code = lab_git(tree, -1, NULL, e, "apply", "--check", "--reverse", patch, NULL);

	return code < 0 ? code : !code;
}

/* Put @patch on @tree with the mark @mark. */
static int put_on(const char *tree, const char *patch, const char *mark, struct lab_error *e)
{
	char *said, *text;
	size_t len;
	int ret = lab_git(tree, -1, &said, e, "apply", "--check", patch, NULL);

	if (ret > 0)
		lab_fail(e, 0, "the fix-up does not apply: %.*s", (int)strcspn(said, "\n"), said);
	free(said);
	if (!ret)
		ret = lab_read_file(patch, &text, &len, e);
	if (ret)
		return ret < 0 ? ret : 1;
	ret = lab_write_file(mark, text, len, e);
	free(text);
	return ret ? ret : lab_git(tree, 0, NULL, e, "apply", mark, NULL);
}

int lab_fixup_on(const struct lab_bisect_options *o, struct lab_error *e)
{
	char *mark;
	int ret;

	if (!o->fixup[0])
		return 0;
	ret = has_it(o->ksrc, o->fixup, e);
	if (ret)
		return ret < 0 ? ret : 0;
	mark = lab_format("%s/" MARK, o->dir);
	ret = put_on(o->ksrc, o->fixup, mark, e);
	free(mark);
	return ret;
}

int lab_fixup_off(const struct lab_bisect_options *o, struct lab_error *e)
{
	char *mark;
	int ret;

	if (!lab_has(o->dir, MARK))
		return 0;
	mark = lab_format("%s/" MARK, o->dir);
	ret = has_it(o->ksrc, mark, e);
	if (ret > 0)
		ret = lab_git(o->ksrc, 0, NULL, e, "apply", "--reverse", mark, NULL);
	if (!ret && unlink(mark))
		ret = lab_fail(e, -errno, "unlink(%s): %s", mark, strerror(errno));
	free(mark);
	return ret;
}
