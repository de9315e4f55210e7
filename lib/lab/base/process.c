// SPDX-License-Identifier: GPL-2.0
/*
 * Start other programs, wait for them, and find out what they had to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"

static void take_word(struct lab_argv *a, char *word)
{
	a->words = lab_realloc(a->words, a->nr + 2, sizeof(*a->words));
	a->words[a->nr++] = word;
	a->words[a->nr] = NULL;
}

void lab_argv_add(struct lab_argv *a, const char *word)
{
	take_word(a, lab_strdup(word));
}

void lab_argv_addf(struct lab_argv *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	take_word(a, lab_vformat(fmt, ap));
	va_end(ap);
}

void lab_argv_add_all(struct lab_argv *a, const char *word, ...)
{
	va_list ap;

	va_start(ap, word);
	for (; word; word = va_arg(ap, const char *))
		lab_argv_add(a, word);
	va_end(ap);
}

static void add_parts(struct lab_argv *a, const char *text, const char *between)
{
	char *parts = lab_strdup(text ? text : ""), *rest = parts, *part;

	while ((part = strsep(&rest, between)))
		if (part[0])
			lab_argv_add(a, part);
	free(parts);
}

void lab_argv_add_words(struct lab_argv *a, const char *text)
{
	add_parts(a, text, " ");
}

void lab_argv_add_lines(struct lab_argv *a, const char *text)
{
	add_parts(a, text, "\n");
}

void lab_argv_add_argv(struct lab_argv *a, const struct lab_argv *more)
{
	for (size_t i = 0; i < more->nr; i++)
		lab_argv_add(a, more->words[i]);
}

void lab_argv_option(struct lab_argv *a, const char *option, const char *value)
{
	if (value)
		lab_argv_add_all(a, option, value, NULL);
}

void lab_argv_free(struct lab_argv *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->words[i]);
	free(a->words);
	*a = (struct lab_argv){ NULL };
}

pid_t lab_process_fork(int death, struct lab_error *e)
{
	pid_t parent = getpid(), pid;
	struct sigaction old;
	sigset_t none;

	/* Only then: it would throw away one that is pending. */
	if (!sigaction(SIGCHLD, NULL, &old) && old.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return lab_fail(e, -errno, "fork(): %s", strerror(errno));
	if (pid)
		return pid;
	/* The lab may have died before the kernel was told to tell us. */
	if (prctl(PR_SET_PDEATHSIG, death) || getppid() != parent)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}

/* What the child could not do; the parent reads it from a pipe that closes on exec. */
struct obstacle {
	int err;
	char text[512];
};

static void __attribute__((noreturn, format(printf, 2, 3)))
give_up(int report, const char *fmt, ...)
{
	struct obstacle o = { .err = errno };
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(o.text, sizeof(o.text), fmt, ap);
	va_end(ap);
	n = strlen(o.text);
	snprintf(o.text + n, sizeof(o.text) - n, ": %s", strerror(o.err));
	_exit(write(report, &o, sizeof(o)) < 0 ? 126 : 127);
}

static void redirect(int report, const char *path, int flags, int to)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0 || dup2(fd, to) < 0)
		give_up(report, "open(%s)", path);
}

/* Child; stdout goes to @out unless that is negative. */
static void __attribute__((noreturn)) become(const struct lab_process *p, int out, int report)
{
	const int create = O_WRONLY | O_CREAT | O_APPEND | (p->append ? 0 : O_TRUNC);

	if (p->group && setpgid(0, 0))
		give_up(report, "setpgid()");
	redirect(report, "/dev/null", O_RDONLY, STDIN_FILENO);
	if (out < 0 && p->out)
		redirect(report, p->out, create, STDOUT_FILENO);
	else if (out >= 0 && dup2(out, STDOUT_FILENO) < 0)
		give_up(report, "dup2()");
	if (out < 0 && p->err)
		redirect(report, p->err, create, STDERR_FILENO);
	else if ((out >= 0 || p->out) && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		give_up(report, "dup2()");
	if (p->dir && chdir(p->dir))
		give_up(report, "chdir(%s)", p->dir);
	for (size_t i = 0; i < p->nr_keep; i++)
		if (fcntl(p->keep[i], F_SETFD, 0))
			give_up(report, "fcntl(F_SETFD)");
	setenv("LC_ALL", "C", 1);
	execvp(p->argv->words[0], p->argv->words);
	give_up(report, "%s", p->argv->words[0]);
}

static pid_t start(const struct lab_process *p, int out, struct lab_error *e)
{
	struct obstacle o;
	int report[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return lab_fail(e, -errno, "pipe2(): %s", strerror(errno));
	pid = lab_process_fork(p->death ? p->death : SIGTERM, e);
	if (!pid)
		become(p, out, report[1]);
	close(report[1]);
	do {
		n = pid < 0 ? 0 : read(report[0], &o, sizeof(o));
	} while (n < 0 && errno == EINTR);
	close(report[0]);
	if (n == sizeof(o)) {
		lab_process_wait(pid);
		pid = lab_fail(e, -o.err, "%s", o.text);
	}
	return pid;
}

pid_t lab_process_start(const struct lab_process *p, struct lab_error *e)
{
	return start(p, -1, e);
}

int lab_process_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_process_wait(pid_t pid)
{
	int status;

	if (pid <= 0)	/* waitpid(2) would wait for any child of a group */
		return pid ? pid : -ECHILD;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return lab_process_code(status);
}

/* @pid has been started, or is the errno with which it was not. */
static int finish(const struct lab_process *p, pid_t pid, struct lab_error *e)
{
	int code = lab_process_wait(pid);

	if (code < 0 && pid > 0)
		lab_fail(e, 0, "waitpid(%s): %s", p->argv->words[0], strerror(-code));
	return code;
}

int lab_process_run(const struct lab_process *p, struct lab_error *e)
{
	return finish(p, lab_process_start(p, e), e);
}

int lab_process_output(const struct lab_process *p, char **text, struct lab_error *e)
{
	struct lab_text t = { NULL };
	char buf[4096];
	int fds[2];
	ssize_t n;
	pid_t pid;

	*text = NULL;
	if (pipe2(fds, O_CLOEXEC))
		return lab_fail(e, -errno, "pipe2(): %s", strerror(errno));
	pid = start(p, fds[1], e);
	close(fds[1]);
	while (pid > 0 && ((n = read(fds[0], buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			lab_text_add(&t, buf, (size_t)n);
	close(fds[0]);
	if (pid > 0)
		*text = lab_text_take(&t);
	return finish(p, pid, e);
}

/* "error:" is the compiler's, "E: " is apt's, "*** " is make's. */
static bool is_error_line(const char *line)
{
	return !strncmp(line, "E: ", 3) || strstr(line, "error:") ||
	       strstr(line, "ERROR:") || strstr(line, "*** ");
}

/* The first line of @text that looks like an error, else its last one. */
static const char *pick_line(char *text)
{
	const char *line = "";
	char *save, *p;

	for (p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		p += strspn(p, " \t");
		if (*p)
			line = p;
		if (is_error_line(p))
			break;
	}
	return line;
}

/* @code is positive, and all that @p printed is in @text, or in the file that it went to. */
static void explain(const struct lab_process *p, int code, char *text, struct lab_error *e)
{
	const char *log = p->err ? p->err : p->out, *line;
	char *read = NULL, how[64];
	size_t len;

	if (code > 128)
		snprintf(how, sizeof(how), "died of signal %d", code - 128);
	else
		snprintf(how, sizeof(how), "failed with exit code %d", code);
	if (log && !lab_read_file(log, &read, &len, NULL))
		text = read;
	line = text ? pick_line(text) : "";
	lab_fail(e, 0, "%s %s%s%.400s%s%s%s", p->argv->words[0], how,
		 line[0] ? ": " : ", silently", line,
		 log ? " (output in " : "", log ? log : "", log ? ")" : "");
	free(read);
}

void lab_process_explain(const struct lab_process *p, int code, struct lab_error *e)
{
	explain(p, code, NULL, e);
}

int lab_process_must(const struct lab_process *p, struct lab_error *e)
{
	char *text = NULL;
	int code = p->err || p->out ? lab_process_run(p, e) : lab_process_output(p, &text, e);

	if (code > 0)
		explain(p, code, text, e);
	free(text);
	return code ? -EIO : 0;
}

int lab_process_signals(sigset_t *signals, struct lab_error *e)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, signals, NULL))
		return lab_fail(e, -errno, "sigprocmask(): %s", strerror(errno));
	return 0;
}

int lab_process_watch(pid_t pid, const sigset_t *signals, int *stopped_by,
		      void (*tick)(void *arg), void *arg)
{
	const struct timespec second = { .tv_sec = 1 }, now = { 0 };
	sigset_t others = *signals;
	int status, sig;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) != pid) {
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (tick)
			tick(arg);
		sig = sigtimedwait(signals, NULL, &second);
		if (sig > 0 && sig != SIGCHLD) {
			*stopped_by = sig;
			kill(pid, SIGTERM);
		}
	}
	/* Ctrl-C ends @pid, too, and perhaps before we have seen it. */
	sigdelset(&others, SIGCHLD);
	sig = sigtimedwait(&others, NULL, &now);
	if (sig > 0)
		*stopped_by = sig;
	return lab_process_code(status);
}
