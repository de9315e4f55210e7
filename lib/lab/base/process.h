/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Other programs: the words that they are called with, their start, what they
 * print, their end. All that the lab starts is started here.
 */
#ifndef LAB_PROCESS_H
#define LAB_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/lab_error.h"

/* The words of a command; { NULL } is none. They are copies, lab_argv_free() is due. */
struct lab_argv {
	char **words;		/* words[nr] is NULL as soon as there is one */
	size_t nr;
};

void lab_argv_add(struct lab_argv *a, const char *word);
void lab_argv_addf(struct lab_argv *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* All of @word and those behind it, up to a NULL. */
void lab_argv_add_all(struct lab_argv *a, const char *word, ...) __attribute__((sentinel));
/* The words of @text, with blanks between; NULL has none. */
void lab_argv_add_words(struct lab_argv *a, const char *text);
/* The lines of @text, each a word; empty ones are none. */
void lab_argv_add_lines(struct lab_argv *a, const char *text);
/* Those of @more. */
void lab_argv_add_argv(struct lab_argv *a, const struct lab_argv *more);
/* @option and @value as two words; nothing if @value is NULL. */
void lab_argv_option(struct lab_argv *a, const char *option, const char *value);
/* Free the words; @a can be filled again. */
void lab_argv_free(struct lab_argv *a);

struct lab_process {
	const struct lab_argv *argv;	/* words[0] is looked up in PATH */
	const char *dir;		/* working directory, or NULL: ours */
	const char *out;		/* file for stdout, replaced, or NULL: ours */
	bool append;			/* to @out instead */
	const char *err;		/* file for stderr, or NULL: where stdout goes */
	const int *keep;		/* descriptors that it inherits though close-on-exec, */
	size_t nr_keep;			/* so many */
	int death;			/* signal that it gets when the lab dies; 0: SIGTERM */
	bool group;			/* it leads a process group of its own */
};

/*
 * fork(2) a part of the lab: 0 in the child, its process in the parent, or -errno.
 * The child gets signal @death when the lab dies, and has no signal blocked and
 * SIGPIPE at its default. So is SIGCHLD from then on, in both: were it ignored, as
 * whoever started the lab may have left it, nobody could tell how a child ended.
 */
pid_t lab_process_fork(int death, struct lab_error *e);

/*
 * Start @p; it reads nothing and speaks English. Returns its process, for
 * lab_process_wait(), or a negative errno if it could not be started: -ENOENT if
 * there is no such program.
 */
pid_t lab_process_start(const struct lab_process *p, struct lab_error *e);

/* waitpid(2)'s @status as one number: the exit code, or 128 + the signal. */
int lab_process_code(int status);

/*
 * Wait for the end of @pid: its exit code, 128 + the signal that killed it, or -errno
 * if that cannot be found out (-ECHILD: it is no child of ours, or not any more). A
 * negative @pid, what lab_process_start() returned, is returned as it is.
 */
int lab_process_wait(pid_t pid);

/* Start and wait: what either of them returned. */
int lab_process_run(const struct lab_process *p, struct lab_error *e);

/*
 * The same for a program that is to succeed: 0, or -EIO with the first error
 * line of what it printed; where that went to a file, its name is told, too.
 */
int lab_process_must(const struct lab_process *p, struct lab_error *e);

/*
 * The same, with all that it printed, on both streams, in @text, which the caller
 * frees; @p->out and @p->err mean nothing. @text is NULL if it could not be started.
 */
int lab_process_output(const struct lab_process *p, char **text, struct lab_error *e);

/*
 * Say in @e what lab_process_must() would say about @p, whose output went to a file,
 * and which ended with @code, not 0: for callers that start and watch it themselves.
 */
void lab_process_explain(const struct lab_process *p, int code, struct lab_error *e);

/*
 * Block what would end the lab, and SIGCHLD, so that lab_process_watch() can wait
 * for them, and put them into @signals. Returns 0 or -errno.
 */
int lab_process_signals(sigset_t *signals, struct lab_error *e);

/*
 * As lab_process_wait(), with @tick, unless it is NULL, called with @arg once a
 * second. A signal that would end us is handed on to @pid as SIGTERM, and left in
 * @stopped_by.
 */
int lab_process_watch(pid_t pid, const sigset_t *signals, int *stopped_by,
		      void (*tick)(void *arg), void *arg);

#endif
