/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the agent: one struct handed to every part.
 */
#ifndef LAB_AGENT_H
#define LAB_AGENT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "agent/channel.h"

/* What of the kernel log is for the lab, as kernel.printk has it: levels below 6. */
#define AGENT_LOGLEVEL		"6"

/* Where programs, and the shell, look for others. */
#define AGENT_PATH	"/suite:/bin:/sbin:/usr/bin:/usr/sbin"

/* A program's stream, cut into lines as the bytes come. */
struct agent_stream {
	int fd;				/* -1 when at its end */
	enum channel_kind kind;		/* CHANNEL_OUT or CHANNEL_ERR */
	char line[CHANNEL_TEXT_MAX];
	size_t fill;
	unsigned long cut;		/* bytes of this line thrown away */
};

struct agent_program {
	pid_t pid;		/* also its process group; 0: none runs */
	bool reaped;
	int status;		/* of waitpid(), once reaped */
	bool over_limit;	/* its time is over: SIGTERM sent */
	bool killed;		/* that did not help: SIGKILL sent */
	long started_ms;
	long deadline_ms;	/* when agent_run_step() goes further; LONG_MAX: never */
	size_t budget;		/* bytes of output still accepted */
	unsigned long dropped;	/* lines beyond it */
	struct agent_stream out, err;
	/* Of a shell alone, whose output is not cut into lines: */
	bool is_shell;
	int in;				/* where its input goes, -1 when at its end */
	char input[CHANNEL_TEXT_MAX];	/* of which [taken, given) are not there yet */
	size_t taken, given;
};

struct hoststate;

struct agent {
	bool hosted;			/* not process 1, but a guest on a machine that is up */
	pid_t keeper, restorer;		/* then: see agent_host.c */
	struct hoststate *host;		/* and the way to the restorer */
	int from, port;			/* the channel, both ways; -1 until it is open */
	int kmsg;			/* the kernel log, to write; -1 if it cannot be had */
	int klog;			/* the same, to read and hand on; -1: it has a console */
	int signals;			/* signalfd for SIGCHLD, and what is to end us */
	unsigned long seq;
	struct channel_reader reader;
	struct agent_program program;
	bool pausing;			/* disks wait until CHANNEL_RESUME */
	int file;			/* that CHANNEL_DATA is for; -1: none */
};

/*
 * agent_init.c: as process 1, make a booted system of the machine, and open the channel that
 * it was given.
 */
void agent_init(struct agent *ag);

/*
 * agent_host.c: as root of a machine that is up, prepare it: @words are "--fd", the number of
 * the channel's descriptor (else it is stdin and stdout), "--console" if somebody listens
 * to the kernel's console, then modules to load: a name or the path of a .ko, with its
 * parameters behind it, or @ROOT for those of an image that was unpacked there. Returns in a
 * child; its parent ends what that leaves behind, and puts the machine back, however it ends.
 */
void agent_host(struct agent *ag, char **words);
/* Leave; if the parent is gone, clean up instead of it. */
void agent_host_leave(struct agent *ag, int code) __attribute__((noreturn));
/* Hand on a record of the kernel log, if it would be on a console. */
void agent_klog(struct agent *ag);
/* agent_prepare.c: the parts of agent_host() that change the machine. */
void agent_set_panics(struct agent *ag, bool console);
void agent_load_words(struct agent *ag, char **modules);

/*
 * agent_say.c: the end: power off, through a reset if that is refused; with a host, exit with
 * @code.
 */
void agent_leave(const struct agent *ag, int code) __attribute__((noreturn));

/* Send text on the channel; a dead channel is the end, there is no other way out. */
void agent_send(struct agent *ag, enum channel_kind kind, const char *text, size_t len);
void agent_sayf(struct agent *ag, enum channel_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line for people in the kernel log, where the console shows it. */
void agent_log(const struct agent *ag, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Write @text to the file @path of the kernel; a failure is logged. */
void agent_write(const struct agent *ag, const char *path, const char *text);

/* Say what failed on channel and console, then leave. */
void agent_die(struct agent *ag, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/*
 * agent_image.c: load what @root/modules.load names, in its order, with parameters
 * from /proc/cmdline, call @before for each, and tell which are not loaded and why.
 */
void agent_load_modules(struct agent *ag, const char *root,
			void (*before)(struct agent *ag, const char *name));
/* Write what "lab.write=FILE:TEXT" in /proc/cmdline asks for: settings without a parameter. */
void agent_write_parameters(struct agent *ag);
/* Load the .ko at @path. Returns 0, also if it is loaded already, or errno. */
int agent_load(const char *path, const char *params);
/* Tell, for people, that module @name is not loaded. */
void agent_report_module(struct agent *ag, const char *name, const char *reason);
/* Why not, for an errno of agent_load(). */
const char *agent_load_reason(int err);
/* Mount what /mounts names; a note for each that is not to be had. */
void agent_mount_disks(struct agent *ag);

/*
 * agent_snapshot.c: if the kernel was told so, keep out of sight what a snapshot cannot hold, before
 * any driver is loaded.
 */
void agent_pause(struct agent *ag);
/* What a CHANNEL_RESUME frame says; then all is as after any other boot. */
void agent_resume(struct agent *ag, struct channel_frame *frame);
/* CHANNEL_FILE and CHANNEL_DATA. */
void agent_take_file(struct agent *ag, const struct channel_frame *frame);
void agent_take_data(struct agent *ag, const struct channel_frame *frame);

/* agent_hello.c: the first frame. */
void agent_hello(struct agent *ag);

/*
 * agent_run.c: block SIGCHLD and, on a machine that is up, what asks us to end, and put them
 * into @set.
 */
void agent_run_signals(struct agent *ag, sigset_t *set);
/* Start the program that a CHANNEL_RUN frame describes, and cut it up. */
void agent_run_start(struct agent *ag, struct channel_frame *frame);
/* The program's time is over: begin to end it. */
void agent_run_stop(struct agent *ag);
/* Take what can be read from @s; false when there was nothing, or its end. */
bool agent_run_output(struct agent *ag, struct agent_stream *s);
/* Children changed state: reap them all. */
void agent_run_reap(struct agent *ag);
/* The end, and the next step to it at deadline_ms: call whenever something happened. */
void agent_run_step(struct agent *ag);
/* Wait up to @ms for all of agent_each_process() to end: how many are left? */
unsigned int agent_run_wait(struct agent *ag, long ms);

/* A pipe between us and a child; *@ours, one of @fds, does not block. */
void agent_run_pipe(struct agent *ag, int fds[2], const int *ours);
/* Child: become @argv, with these as stdin, stdout and stderr, in @dir if that is there. */
void agent_run_exec(struct agent *ag, char **argv, char **env, const int fds[3], const char *dir)
	__attribute__((noreturn));

/* agent_shell.c: start the shell that a CHANNEL_SHELL frame describes. */
void agent_shell_start(struct agent *ag, struct channel_frame *frame);
/* CHANNEL_INPUT and CHANNEL_SIZE for it. */
void agent_shell_input(struct agent *ag, const struct channel_frame *frame);
void agent_shell_size(struct agent *ag, struct channel_frame *frame);
/* It can take more of its input. */
void agent_shell_feed(struct agent *ag);

/* agent_evidence.c: what every user task is doing, to channel and console. */
void agent_evidence(struct agent *ag, const char *why);
/*
 * Call @fn, unless NULL, for each process that descends from us, but for the restorer; how
 * many?
 */
unsigned int agent_each_process(void (*fn)(struct agent *ag, pid_t pid, const char *comm,
					  char state), struct agent *ag);

#endif
