/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One boot of a machine: start it, drive init through the programs, watch the
 * deadlines, collect the facts.
 *
 * Whoever owns sessions has the loop: start each; then poll for their
 * descriptors and let them handle what came, at least twice a second, until each
 * is finished; then end it.
 */
#ifndef LAB_SESSION_H
#define LAB_SESSION_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/progress.h"
#include "bed/load.h"
#include "bed/machine.h"
#include "bed/qemu.h"
#include "bed/shell.h"
#include "bed/snapshot.h"
#include "report/forecast.h"
#include "suite/suite.h"
#include "verdict/console.h"
#include "verdict/record.h"
#include "verdict/results.h"
#include "verdict/verdict.h"

/* A run, as far as its beds share it. */
struct lab_plan {
	const struct lab_suite *suite;
	const struct lab_bed_kind *kind;
	const struct lab_arch *arch;
	const struct lab_topology *topology;
	struct lab_machine_size size;
	const char *accel;		/* see qemu.h */
	const char *kernel, *image;	/* files that it boots */
	const char *agent;		/* else: the program, */
	const char *modules;		/* and lines: what to load, with parameters */
	const struct lab_board *board;	/* that it runs on, */
	const char *tree, *stamp;	/* and what goes there: a tar file, and a word for its contents */
	const char *programs;		/* the directory, on the machine, in which they are */
	const char *send;		/* that of this host from where they go there; NULL: they are there */
	struct lab_snapshot *snapshot;	/* from which its machines are restored; NULL: they boot */
	struct lab_results *results;	/* its programs in the order of the suite's */
	struct lab_progress *progress;
	struct lab_forecast *forecast;	/* or NULL */
	struct lab_shell *shell;	/* instead of programs, on one bed; or NULL */
	long started_ms;		/* lab_now_ms() at which beds were started */
	long overall_ms;		/* lab_now_ms() at which all of it is over */

	unsigned int boots;		/* of a run that goes on: machines that its bed had before */
	size_t next;			/* the first program that no session has taken */
	bool closed;			/* none is begun any more; results say why */
	struct lab_tally tally;		/* of the boots that are over */
};

enum lab_stage {
	LAB_BOOT,	/* until init takes commands, also if it is restored */
	LAB_SAVE,	/* it has stopped, and is being saved */
	LAB_SERVE,	/* programs run */
	LAB_LEAVE,	/* told to power off */
	LAB_TRACE,	/* it hangs: an NMI makes it say where */
	LAB_END,	/* stop the machine */
};

struct lab_session {
	/* Set by the caller. */
	struct lab_plan *plan;
	unsigned int bed;		/* which one this is: 1, 2, ... */
	char name[16];			/* "bed 2: ", or "" if it is the only one */
	unsigned int boots;		/* this one and those before it */
	bool ran;			/* a program was begun in this one */
	bool retried;			/* the one before it failed for a reason of the bed */
	bool over;			/* ended, and not to be booted again */
	bool restored;			/* from the plan's snapshot */

	/* The outcome; the texts of @facts live here. */
	struct lab_facts facts;
	struct lab_console console;
	struct lab_record record;	/* still open if the machine ended under a program */
	struct lab_error trouble;
	char garbled[256], init_error[512], problem[400], splat[300];

	/* Inner state. */
	struct lab_machine machine;
	struct channel_reader reader;
	unsigned long seq;
	enum lab_stage stage;
	long console_ms;		/* when the console was last read */
	FILE *console_file, *channel_file;
	long limit;			/* seconds, of the program that runs */
	long gone_ms;			/* when it was seen that the machine is gone, 0: it is not */
	bool traced;			/* a panic or a reset is the lab's own doing now */
	int status;			/* of waitpid(), once gone */
	struct lab_window whole;	/* since the machine was started */
	struct lab_window stage_window;	/* since the stage, or the program, began */
	struct lab_window heard;	/* since the last frame from init */
	bool told_to_stop;		/* the program is over its limit */
	long panic_ms;			/* when a panic was seen, 0: none */
	struct lab_text console_said, frames_said;	/* for a snapshot, until it resumes */
	bool resumed;			/* it was told to go on, from a snapshot or after one was taken */
	long paused_ms;			/* that it stood still meanwhile */
	const struct lab_suite_program *program;	/* the one at hand */
	FILE *sending;			/* what of it is not on its way to the machine, or NULL */
	unsigned int untaken;		/* frames of it that the agent has not confirmed */
};

/* Start the machine. Errors of the host are facts too: the session is finished then. */
void lab_session_start(struct lab_session *s);

/*
 * What to poll for: fills in all LAB_NR_STREAMS elements of @fds and returns
 * after how many ms to call lab_session_handle() at the latest.
 */
int lab_session_poll(const struct lab_session *s, struct pollfd *fds);

/* Act on what @fds says, and on the deadlines. */
void lab_session_handle(struct lab_session *s, const struct pollfd *fds);

/* A child ended (SIGCHLD): was it this machine? */
void lab_session_reap(struct lab_session *s);

/* Is there nothing more to wait for? */
bool lab_session_finished(const struct lab_session *s);

/* Fill in @s->facts. When it returns, the machine is gone. */
void lab_session_end(struct lab_session *s);

/* session_frames.c: act on what the agent says. */
void lab_session_frame(struct lab_session *s, const struct channel_frame *frame);

/*
 * session_snapshot.c: @s is to be started: from the snapshot, if there is one? Then what the machine
 * said before that was taken is to be heard once more when it has started (session_rehear.c).
 */
void lab_session_find_snapshot(struct lab_session *s);
void lab_session_rehear(struct lab_session *s);
/* The agent waits for commands for the first time, so that one can be taken. */
void lab_session_pause(struct lab_session *s);
/* See how saving or restoring is going. */
void lab_session_transfer(struct lab_session *s);
/*
 * Did it come to its end because it was saved or restored? Then @why says so, and machines of the
 * plan boot from now on.
 */
bool lab_session_snapshot_failed(struct lab_session *s, char *why, size_t size);

/* session_send.c: run the program at hand, which is there, or after it was brought there. */
void lab_session_run(struct lab_session *s);
void lab_session_bring(struct lab_session *s);
/* The agent has taken a part of it. */
void lab_session_taken(struct lab_session *s);

/* session_watch.c: deadlines. */
void lab_session_watch(struct lab_session *s);

/*
 * session_splats.c: what the kernel complained of, though no program says so, is a failure
 * of the program during or after which it came, or a fact of its own. To be called once it
 * is recorded what the machine's end has cut short.
 */
void lab_session_splats(struct lab_session *s);

/* session_common.c: enter @stage; its deadline counts from now. */
void lab_session_enter(struct lab_session *s, enum lab_stage stage);
/* Signal @sig ends the run. */
void lab_session_interrupt(struct lab_session *s, int sig);
/* Append a line to the notes, with the bed's name, and show it. */
void lab_session_note(struct lab_session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Write a line of the channel's log; @direction: '<' from init, '>' to it. */
void lab_session_log(struct lab_session *s, char direction, enum channel_kind kind,
		     const char *text, size_t len);
/* Read what it prints, which waits for that; and take it. */
void lab_session_read_console(struct lab_session *s);
void lab_session_console(struct lab_session *s, const char *text, size_t len);
/* Add the results of a program that is over to the facts. */
void lab_session_count(struct lab_session *s, const struct lab_program *p);
/* What the kernel said, in lines, and where all of it is: as diagnostics. To be freed. */
char *lab_session_evidence(const struct lab_session *s, const char *lines);
/* Show what this bed is at, "": nothing, and how far the run is. */
void lab_session_show(struct lab_session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Send a command to init, and log it; bytes are logged by nothing but their kind. */
void lab_session_send(struct lab_session *s, enum channel_kind kind, const char *text);
void lab_session_send_bytes(struct lab_session *s, enum channel_kind kind, const char *bytes,
			    size_t len);
/* Make it power off. */
void lab_session_leave(struct lab_session *s);

/*
 * All deadlines but the programs' own, in seconds that the VM was granted, with
 * their reasons.
 */
enum {
	/* The kernel speaks within 2 s of QEMU's start; nothing at all is the bed's fault. */
	LAB_FIRST_WORD_SECONDS	= 60,
	/*
	 * init ticks every 2 s: 20 missed ticks are no scheduling accident. It is
	 * silent for up to 17 s when it waits for killed processes to go.
	 */
	LAB_SILENCE_SECONDS	= 40,
	/* init collects evidence, sends SIGTERM, waits, sends SIGKILL, waits. */
	LAB_STOP_SECONDS	= 120,
	/* sync and power-off. */
	LAB_LEAVE_SECONDS	= 60,
	/* A trace of two CPUs and the module list on a slow console. */
	LAB_TRACE_SECONDS	= 30,
	/* Some 200 MB go to a file. */
	LAB_SAVE_SECONDS	= 60,
	/* A panicked kernel resets as soon as its trace is out (panic=-1). */
	LAB_PANIC_SECONDS	= 30,
};

#endif
