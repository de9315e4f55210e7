// SPDX-License-Identifier: GPL-2.0
/*
 * Git, through its own commands.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/text.h"
#include "bisect/bisect_git.h"

int lab_git(const char *tree, int answer, char **out, struct lab_error *e, ...)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .group = true };
	char *text, *word;
	size_t len;
	va_list ap;
	int code;

	lab_argv_add_all(&argv, "git", "--no-pager", "-C", tree, NULL);
	va_start(ap, e);
	while ((word = va_arg(ap, char *)))
		lab_argv_add(&argv, word);
	va_end(ap);
	code = lab_process_output(&p, &text, e);
	lab_argv_free(&argv);
	len = text ? strlen(text) : 0;
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	if (code > 0 && code != answer && answer >= 0)
		code = lab_fail(e, -EIO, "git failed in %s with exit code %d: %.700s", tree, code,
				text);
	if (code < 0 || !out) {
		free(text);
		text = NULL;
	}
	if (out)
		*out = text;
	return code;
}

int lab_git_commit(const char *tree, const char *name, char commit[41], struct lab_error *e)
{
	char *what = lab_format("%s^{commit}", name), *out;
	int code = lab_git(tree, -1, &out, e, "rev-parse", "--verify", "--quiet", what, NULL);

	free(what);
	if (code < 0)
		return code;
	if (code || strlen(out) != 40)
		code = lab_fail(e, -EINVAL, "%s: git knows no commit '%s' there%s%.300s", tree,
				name, *out ? ": " : "", out);
	else
		memcpy(commit, out, 41);
	free(out);
	return code;
}

int lab_git_check_ends(const char *tree, const char *good, const char *good_name,
		       const char *bad, const char *bad_name, struct lab_error *e)
{
	char *base;
	int ret = 0;

	if (!strcmp(good, bad))
		return lab_fail(e, -EINVAL, "good and bad are the same commit, %.12s", good);
	if (lab_git(tree, 0, &base, NULL, "merge-base", good, bad, NULL))
		return lab_fail(e, -EINVAL, "%s and %s have no common history", good_name, bad_name);
	if (!strcmp(base, bad))
		ret = lab_fail(e, -EINVAL,
			       "the bad commit %s comes before the good one, %s: were they swapped?",
			       bad_name, good_name);
	else if (strcmp(base, good))
		ret = lab_fail(e, -EINVAL,
			       "the good commit %s is not an ancestor of %s: try their merge base, %.12s, as the good one",
			       good_name, bad_name, base);
	free(base);
	return ret;
}

int lab_git_is_clean(const char *tree, struct lab_error *e)
{
	char *out;
	int ret = lab_git(tree, 0, &out, e, "status", "--porcelain", "--untracked-files=no", NULL);

	if (!ret && *out)
		ret = lab_fail(e, -EINVAL,
			       "%s has uncommitted changes: commit or stash them, or bisect in a tree of its own: git -C %s worktree add DIR",
			       tree, tree);
	free(out);
	return ret;
}

int lab_git_log(const char *tree, char **log, struct lab_error *e)
{
	int code = lab_git(tree, 1, log, e, "bisect", "log", NULL);

	if (code == 1) {	/* there is none */
		free(*log);
		*log = NULL;
	}
	return code < 0 ? code : 0;
}

enum lab_git_bisection lab_git_read_log(const char *log, char first[41])
{
	enum lab_git_bisection how = LAB_GIT_UNDER_WAY;

	first[0] = '\0';
	for (; log && *log; log = strchr(log + 1, '\n'))
		if (sscanf(log, " # first bad commit: [%40[0-9a-f]", first) == 1)
			how = LAB_GIT_FOUND;
		else if (sscanf(log, " # possible first bad commit: [%40[0-9a-f]", first) == 1)
			how = LAB_GIT_NARROWED;
	return how;
}
