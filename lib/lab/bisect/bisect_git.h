/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking git about a kernel tree. Functions that can fail return -errno then, with one
 * line in their struct lab_error.
 */
#ifndef LAB_BISECT_GIT_H
#define LAB_BISECT_GIT_H

#include "base/lab_error.h"

/*
 * Run git in @tree with the words that follow, NULL at the end. Returns its exit code, 0
 * or @answer (-1: any); another one is an error. What it printed goes to *@out without the
 * last newline (the caller frees it; NULL on error), unless @out is NULL.
 */
int lab_git(const char *tree, int answer, char **out, struct lab_error *e, ...)
	__attribute__((sentinel));

/* The commit that @name means, 40 digits in @commit; -EINVAL if there is none. */
int lab_git_commit(const char *tree, const char *name, char commit[41], struct lab_error *e);

/* -EINVAL unless commit @good, known to the user as @good_name, is an ancestor of @bad. */
int lab_git_check_ends(const char *tree, const char *good, const char *good_name,
		       const char *bad, const char *bad_name, struct lab_error *e);

/* -EINVAL if a tracked file has changes that are not committed. */
int lab_git_is_clean(const char *tree, struct lab_error *e);

/* What "git bisect log" prints in @tree, the caller's; NULL if there is no bisection. */
int lab_git_log(const char *tree, char **log, struct lab_error *e);

/* How a bisection stands. */
enum lab_git_bisection {
	LAB_GIT_UNDER_WAY,
	LAB_GIT_FOUND,		/* the first bad commit */
	LAB_GIT_NARROWED,	/* all commits that are left were skipped */
};

/* By its log; @first gets the commit found, or the last one left. */
enum lab_git_bisection lab_git_read_log(const char *log, char first[41]);

#endif
