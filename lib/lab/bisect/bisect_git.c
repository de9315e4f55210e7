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

/*
 * Git's exit code, with all that it printed in *@out, or -errno. A code that is more
 * than @most is an error.
 */
static int git(const char *tree, char **out, struct lab_error *e, int most, va_list words)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .group = true };
	const char *word;
	size_t len;
	int code;

	lab_argv_add_all(&argv, "git", "--no-pager", "-C", tree, NULL);
	while ((word = va_arg(words, const char *)))
		lab_argv_add(&argv, word);
	code = lab_process_output(&p, out, e);
	lab_argv_free(&argv);
	len = *out ? strlen(*out) : 0;
	if (len && (*out)[len - 1] == '\n')
		(*out)[len - 1] = '\0';
	if (code <= most)
		return code;
	lab_fail(e, 0, "git failed in %s with exit code %d: %.700s", tree, code, *out);
	free(*out);
	*out = NULL;
	return -EIO;
}

/* For commands whose exit code is an answer. */
static int ask(const char *tree, char **out, struct lab_error *e, int most, ...)
{
	va_list ap;
	int code;

	va_start(ap, most);
	code = git(tree, out, e, most, ap);
	va_end(ap);
	return code;
}

int lab_git(const char *tree, char **out, struct lab_error *e, ...)
{
	char *text;
	va_list ap;
	int ret;

	va_start(ap, e);
	ret = git(tree, &text, e, 0, ap);
	va_end(ap);
	if (out)
		*out = text;
	else
		free(text);
	return ret;
}

int lab_git_commit(const char *tree, const char *name, char commit[41], struct lab_error *e)
{
	char *what = lab_format("%s^{commit}", name), *out;
	int code = ask(tree, &out, e, 255, "rev-parse", "--verify", "--quiet", what, NULL);

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

static bool is_ancestor(const char *tree, const char *old, const char *young)
{
	char *out;
	int code = ask(tree, &out, NULL, 255, "merge-base", "--is-ancestor", old, young, NULL);

	free(out);
	return !code;
}

int lab_git_check_ends(const char *tree, const char *good, const char *good_name,
		       const char *bad, const char *bad_name, struct lab_error *e)
{
	char *base;
	int ret;

	if (!strcmp(good, bad))
		return lab_fail(e, -EINVAL, "good and bad are the same commit, %.12s", good);
	if (is_ancestor(tree, good, bad))
		return 0;
	if (is_ancestor(tree, bad, good))
		return lab_fail(e, -EINVAL,
				"the bad commit %s comes before the good one, %s: were they swapped?",
				bad_name, good_name);
	if (lab_git(tree, &base, NULL, "merge-base", good, bad, NULL))
		return lab_fail(e, -EINVAL, "%s and %s have no common history", good_name, bad_name);
	ret = lab_fail(e, -EINVAL,
		       "the good commit %s is not an ancestor of %s: try their merge base, %.12s, as the good one",
		       good_name, bad_name, base);
	free(base);
	return ret;
}

int lab_git_is_clean(const char *tree, struct lab_error *e)
{
	char *out;
	int ret = lab_git(tree, &out, e, "status", "--porcelain", "--untracked-files=no", NULL);

	if (!ret && *out)
		ret = lab_fail(e, -EINVAL,
			       "%s has uncommitted changes: commit or stash them, or bisect in a tree of its own: git -C %s worktree add DIR",
			       tree, tree);
	free(out);
	return ret;
}

enum lab_git_bisection lab_git_read_log(const char *log, char first[41])
{
	static const struct {
		const char *line;
		enum lab_git_bisection means;
	} ends[] = {
		{ "# first bad commit: [", LAB_GIT_FOUND },
		{ "# possible first bad commit: [", LAB_GIT_NARROWED },
	};
	const char *at;

	first[0] = '\0';
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (const char *p = log; (at = strstr(p, ends[i].line)); p = at + 1)
			snprintf(first, 41, "%.40s", at + strlen(ends[i].line));
		if (first[0])
			return ends[i].means;
	}
	return LAB_GIT_UNDER_WAY;
}

int lab_git_bisection(const char *tree, enum lab_git_bisection *how, char first[41], char **log,
		      struct lab_error *e)
{
	char *out;
	int code = ask(tree, &out, e, 255, "bisect", "log", NULL);

	if (code < 0)
		return code;
	/* It exits with 1 if there is none. */
	*how = code ? LAB_GIT_NONE : lab_git_read_log(out, first);
	if (log)
		*log = out;
	else
		free(out);
	return 0;
}

int lab_git_mark(const char *tree, const char *as, const char *commit, char **out,
		 struct lab_error *e)
{
	/* 2: only commits that were skipped are left. */
	int code = ask(tree, out, e, 2, "bisect", as, commit, NULL);

	return code == 1 ? lab_fail(e, -EIO, "git bisect %s %s: %.700s", as, commit, *out) :
		code < 0 ? code : 0;
}
