// SPDX-License-Identifier: GPL-2.0
/*
 * Git, by its own commands.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"
#include "bisect/bisect_git.h"

#define MAX_WORDS	16

/* Both streams go to the pipe; git asks nothing and shows nothing by a pager. */
static void __attribute__((noreturn)) become_git(const char *tree, const char *const *words,
						 int out)
{
	const char *argv[MAX_WORDS + 6] = { "git", "--no-pager", "-C", tree };
	size_t n = 4;

	while (*words)
		argv[n++] = *words++;
	argv[n] = NULL;
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(126);
	setenv("LC_ALL", "C", 1);
	setenv("GIT_EDITOR", "true", 1);
	execvp("git", (char *const *)argv);
	fprintf(stderr, "exec(git): %s\n", strerror(errno));
	_exit(127);
}

static char *read_all(int fd)
{
	struct lab_text t = { NULL };
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			lab_text_add(&t, buf, (size_t)n);
	if (t.len && t.s[t.len - 1] == '\n')
		t.s[t.len - 1] = '\0';
	return lab_text_take(&t);
}

static int run(const char *tree, const char *const *words, char **out, struct lab_error *e)
{
	int fds[2], status;
	char *text;
	pid_t pid;

	if (pipe(fds))
		return lab_fail(e, -errno, "pipe(): %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return lab_fail(e, -errno, "fork for git: %s", strerror(errno));
	}
	if (!pid)
		become_git(tree, words, fds[1]);
	close(fds[1]);
	text = read_all(fds[0]);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		;
	if (out)
		*out = text;
	else
		free(text);
	return lab_child_code(status);
}

int lab_git(const char *tree, char **out, struct lab_error *e, ...)
{
	const char *words[MAX_WORDS + 1];
	size_t n = 0;
	va_list ap;

	if (out)
		*out = NULL;
	va_start(ap, e);
	do {
		words[n] = va_arg(ap, const char *);
	} while (words[n] && ++n < MAX_WORDS);
	va_end(ap);
	words[n] = NULL;
	return run(tree, words, out, e);
}

int lab_git_check(const char *tree, int code, char **out, struct lab_error *e)
{
	if (code <= 0)
		return code;
	lab_fail(e, 0, "git in %s exited %d: %.700s", tree, code, out && *out ? *out : "");
	if (out) {
		free(*out);
		*out = NULL;
	}
	return -EIO;
}

int lab_git_commit(const char *tree, const char *name, char commit[41], struct lab_error *e)
{
	char *what = lab_format("%s^{commit}", name), *out;
	int code = lab_git(tree, &out, e, "rev-parse", "--verify", "--quiet", what, NULL);

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
	int code = lab_git(tree, &out, e, "bisect", "log", NULL);

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
	int code = lab_git(tree, out, e, "bisect", as, commit, NULL);

	/* 2: only commits are left of which nothing can be told. */
	return code == 2 ? 0 : lab_git_check(tree, code, out, e);
}

int lab_git_mark_ends(const char *tree, const char *good, const char *bad, struct lab_error *e)
{
	enum lab_git_bisection how;
	char first[41], *log, *out = NULL;
	int ret = lab_git_bisection(tree, &how, first, &log, e);

	if (ret)
		return ret;
	if (!strstr(log, "\n# bad: ["))
		ret = lab_git_mark(tree, "bad", bad, &out, e);
	if (!ret && !strstr(log, "\n# good: [")) {
		free(out);
		out = NULL;
		ret = lab_git_mark(tree, "good", good, &out, e);
	}
	free(out);
	free(log);
	return ret;
}

int lab_git_is_clean(const char *tree, struct lab_error *e)
{
	char *out;
	int ret = lab_git_do(tree, &out, e, "status", "--porcelain", "--untracked-files=no");

	if (ret)
		return ret;
	if (*out)
		ret = lab_fail(e, -EINVAL,
			       "%s has changes that are not committed: commit or stash them, or bisect in a tree of its own: git -C %s worktree add DIR",
			       tree, tree);
	free(out);
	return ret;
}
