/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The channel: what the lab and its agent on the machine say to each other,
 * apart from the console.
 *
 * A frame is one line of a log that people can read,
 *
 *	KIND SEQ LENGTH TEXT\n
 *
 * where TEXT is LENGTH arbitrary bytes. Each side numbers its frames, so that
 * a lost, doubled or torn frame is noticed: a port that garbles results must
 * never pass for a test that failed.
 *
 * Both sides compile channel.c; nothing here allocates or keeps state of its
 * own.
 */
#ifndef LAB_CHANNEL_H
#define LAB_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Name of the port, on QEMU's command line and under /sys/class/virtio-ports. */
#define CHANNEL_PORT		"lab.channel"

/*
 * Longest text of one frame; longer lines of a test arrive cut. The longest that are of
 * use are samples (verdict/samples.h).
 */
#define CHANNEL_TEXT_MAX	(64 << 10)
#define CHANNEL_FRAME_MAX	(CHANNEL_TEXT_MAX + 64)

/* Separates the fields of CHANNEL_HELLO, _RESUME, _SHELL, _SIZE, and of CHANNEL_RUN: program, arguments. */
#define CHANNEL_FIELD		'\t'

/* Seconds between two signs of life of the agent. */
#define CHANNEL_TICK_SECONDS	2

/* On the kernel's command line: a snapshot may be taken when the agent is ready. */
#define CHANNEL_SNAPSHOT	"lab.snapshot"

/* What the agent writes on the console when it starts a program, before its path. */
#define LAB_CONSOLE_BEGINS	"lab-agent: start "

enum channel_kind {
	/* agent to lab */
	CHANNEL_HELLO,		/* user space runs; release, machine, build id, CPU model */
	CHANNEL_MODULE,		/* "NAME: ERROR": a module that was not loaded */
	CHANNEL_NOTE,		/* a remark for people */
	CHANNEL_ERROR,		/* the agent itself failed: results are worth nothing */
	CHANNEL_READY,		/* waiting for commands */
	CHANNEL_TICK,		/* alive; text: ms since boot */
	CHANNEL_START,		/* the program runs; text: its pid */
	CHANNEL_OUT,		/* one line of its stdout */
	CHANNEL_ERR,		/* one line of its stderr */
	CHANNEL_EVIDENCE,	/* one line of what a stuck program was doing */
	CHANNEL_KLOG,		/* one line of the kernel log, of a machine without a console */
	CHANNEL_EXIT,		/* it ended: struct channel_exit */
	CHANNEL_TAKEN,		/* the last CHANNEL_INPUT is with the shell, CHANNEL_FILE or _DATA written */
	CHANNEL_BYE,		/* end marker */
	/* lab to agent */
	/*
	 * Of a machine that a snapshot is for: go on, now or in another process at another time, and
	 * say CHANNEL_READY once more. Text: the time, in seconds; bytes that nobody else has, in
	 * hexadecimal; settings, each FILE:TEXT.
	 */
	CHANNEL_RESUME,
	CHANNEL_FILE,		/* begin this file, a program; each byte of it comes by */
	CHANNEL_DATA,		/* some of its bytes; none: its end */
	CHANNEL_RUN,		/* start a program */
	CHANNEL_STOP,		/* its time is over: end it */
	/*
	 * Start a shell; text: "pipe", or "tty", rows, columns, TERM. What it prints comes as
	 * CHANNEL_OUT and CHANNEL_ERR, but in bytes, not in lines.
	 */
	CHANNEL_SHELL,
	CHANNEL_INPUT,		/* bytes for it, none: their end; one frame until it is taken */
	CHANNEL_SIZE,		/* rows, columns of its terminal */
	CHANNEL_QUIT,		/* say BYE and leave: process 1 powers off */
	CHANNEL_NR_KINDS
};

struct channel_frame {
	enum channel_kind kind;
	size_t len;
	char text[CHANNEL_TEXT_MAX + 1];	/* also NUL terminated */
};

/* How a program ended. */
struct channel_exit {
	int code;		/* exit code, or -1 */
	int signal;		/* signal that killed it, or 0 */
	bool over_limit;	/* it was told to stop */
	bool stuck;		/* something of it survives SIGKILL */
	unsigned int left;	/* processes it left behind */
	unsigned long dropped;	/* lines beyond the output limit */
	unsigned long ms;	/* how long it ran, by the clock there */
};

struct channel_reader {
	char buf[2 * CHANNEL_FRAME_MAX + 1];	/* one for a NUL */
	size_t fill;
	unsigned long next_seq;	/* 0: any, the first frame decides */
};

/* The word that stands for @kind in a frame. */
const char *channel_kind_name(enum channel_kind kind);

/*
 * Write the frame into @buf of at least CHANNEL_FRAME_MAX bytes. Text beyond
 * CHANNEL_TEXT_MAX is cut. Returns the length.
 */
size_t channel_format(char *buf, enum channel_kind kind, unsigned long seq,
		      const char *text, size_t len);

/*
 * Format and write a whole frame to the blocking descriptor @fd, numbering it
 * from *@seq. Returns 0 or -errno.
 */
int channel_send(int fd, unsigned long *seq, enum channel_kind kind,
		 const char *text, size_t len);

/* One read(2) into @r. Returns the bytes read, 0 at the end, or -errno. */
ssize_t channel_fill(struct channel_reader *r, int fd);

/*
 * Take the next frame out of @r. Returns 1 with @frame filled, 0 when more
 * bytes are needed, -EPROTO when the bytes are not a frame or the numbering
 * jumps; then @why (of @size bytes) says what was found.
 */
int channel_next(struct channel_reader *r, struct channel_frame *frame,
		 char *why, size_t size);

/* Text form of CHANNEL_EXIT and back; channel_parse_exit returns 0 or -EPROTO. */
size_t channel_format_exit(char *buf, size_t size, const struct channel_exit *x);
int channel_parse_exit(const char *text, struct channel_exit *x);

#endif
