/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking git about a kernel tree, and telling it to bisect.
 */
#ifndef LAB_BISECT_GIT_H
#define LAB_BISECT_GIT_H

#include <stdbool.h>

#include "base/lab_error.h"

/*
 * Run git in @tree with the words that follow, NULL at the end. Returns its
 * exit code, with all that it printed in *@out (the caller's, without the last
 * newline) unless @out is NULL; or -errno with a line in @e.
 */
int lab_git(const char *tree, char **out, struct lab_error *e, ...)
	__attribute__((sentinel));

/* The same where an exit code other than 0 is an error: 0 or -errno. */
#define lab_git_do(tree, out, e, ...)	\
	lab_git_check(tree, lab_git(tree, out, e, __VA_ARGS__, NULL), out, e)
int lab_git_check(const char *tree, int code, char **out, struct lab_error *e);

/* The commit that @name means, 40 digits in @commit. */
int lab_git_commit(const char *tree, const char *name, char commit[41], struct lab_error *e);

/* How a bisection stands, by what git has written of it. */
enum lab_git_bisection {
	LAB_GIT_NONE,		/* there is none */
	LAB_GIT_UNDER_WAY,
	LAB_GIT_FOUND,		/* the first bad commit */
	LAB_GIT_NARROWED,	/* only commits are left of which nothing can be told */
};

/* @log is of "git bisect log"; @first gets the commit found, of those left the last. */
enum lab_git_bisection lab_git_read_log(const char *log, char first[41]);

/* The same of @tree, with the log in *@log, the caller's, unless @log is NULL. 0 or -errno. */
int lab_git_bisection(const char *tree, enum lab_git_bisection *how, char first[41], char **log,
		      struct lab_error *e);

/*
 * Mark @commit as "good", "bad" or "skip", upon which git checks out what is to be
 * tested next. What it says is in *@out, the caller's. 0 or -errno.
 */
int lab_git_mark(const char *tree, const char *as, const char *commit, char **out,
		 struct lab_error *e);

/* Mark the ends, unless that was done. 0 or -errno. */
int lab_git_mark_ends(const char *tree, const char *good, const char *bad, struct lab_error *e);

/* 0 if all that git knows of is committed; -EINVAL if not. */
int lab_git_is_clean(const char *tree, struct lab_error *e);

#endif
