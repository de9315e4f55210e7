// SPDX-License-Identifier: GPL-2.0
/*
 * Run another program to its end and find out what it had to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/tool.h"

/* "error:" is the compiler's, "E: " is apt's, "*** " is make's. */
static bool is_error_line(const char *line)
{
	return !strncmp(line, "E: ", 3) || strstr(line, "error:") ||
	       strstr(line, "ERROR:") || strstr(line, "*** ");
}

/* The first line of @text that looks like an error, else its last one. */
static void pick_line(char *text, char *line, size_t size)
{
	char *save, *p;

	line[0] = '\0';
	for (p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		p += strspn(p, " \t");
		if (!*p)
			continue;
		snprintf(line, size, "%s", p);
		if (is_error_line(p))
			return;
	}
}

static int report(const struct lab_tool *t, const char *what,
		  struct lab_error *e)
{
	const char *log = t->log ? t->log : t->output;
	char line[400] = "";
	char *text;
	size_t len;

	if (!lab_read_file(log, &text, &len, NULL)) {
		pick_line(text, line, sizeof(line));
		free(text);
	}
	return lab_fail(e, -EIO, "%s%s%s (output in %s)", what,
			line[0] ? ": " : ", silently", line, log);
}

/* What to call the program: with env(1) in front, the one that env runs. */
static const char *tool_name(const char *const *argv)
{
	if (strcmp(argv[0], "env"))
		return argv[0];
	for (argv++; *argv; argv++) {
		if (!strcmp(*argv, "-u") && argv[1])
			argv++;
		else if (!strchr(*argv, '='))
			return *argv;
	}
	return "env";
}

static void redirect(const char *path, int flags, int to)
{
	int fd = open(path, flags, 0644);

	if (fd < 0 || dup2(fd, to) < 0) {
		dprintf(STDERR_FILENO, "open(%s): %s\n", path, strerror(errno));
		_exit(126);
	}
	if (fd != to)
		close(fd);
}

static void __attribute__((noreturn)) become(const struct lab_tool *t)
{
	const int create = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	redirect("/dev/null", O_RDONLY, STDIN_FILENO);
	if (t->log)
		redirect(t->log, create, STDERR_FILENO);
	redirect(t->output, create, STDOUT_FILENO);
	if (!t->log && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		_exit(126);
	if (t->dir && chdir(t->dir)) {
		dprintf(STDERR_FILENO, "chdir(%s): %s\n", t->dir, strerror(errno));
		_exit(126);
	}
	setenv("LC_ALL", "C", 1);
	execvp(t->argv[0], (char *const *)t->argv);
	dprintf(STDERR_FILENO, "exec(%s): %s\n", t->argv[0], strerror(errno));
	_exit(127);
}

int lab_tool_run(const struct lab_tool *t, struct lab_error *e)
{
	const char *name = tool_name(t->argv);
	char what[128];
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return lab_fail(e, -errno, "fork for %s: %s", name, strerror(errno));
	if (!pid)
		become(t);

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return lab_fail(e, -errno, "waitpid(%s): %s", name,
					strerror(errno));
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status))
		snprintf(what, sizeof(what), "%s failed with exit code %d", name,
			 WEXITSTATUS(status));
	else
		snprintf(what, sizeof(what), "%s died of signal %d", name,
			 WTERMSIG(status));
	return report(t, what, e);
}
