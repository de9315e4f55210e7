/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU that boots nothing: it says what QEMU and an agent inside would say, and does
 * what the names of the programs tell. A test that includes this is the fake itself
 * when it is called by QEMU's name, or as the agent of a machine that is up.
 *
 * Programs of several machines meet through files beside the kernel image:
 *
 *	passes		one test that passes
 *	awaits		passes once another program "meets"
 *	meets		passes
 *	panics		once another program "outlives", the kernel panics
 *	outlives	passes a while after the lab took notice of the panic
 *	interrupts	once another program "meets", sends SIGTERM to the lab
 *	stays		"meets" and never ends, until an NMI ends the machine, or what is in its
 *			place: a break on the console, and "c" behind it
 *	defies		the same, but the NMI is refused first
 *
 *	warns		passes, but the kernel complains meanwhile
 *	wedges		passes, but leaves a process behind that nothing ends
 *	quits		ends the machine, or the agent, with exit code 3
 *
 * Its shell prints what it gets, and exits with 7 when that ends; at the word "panic" the kernel
 * panics, with a file "endless" it never ends.
 *
 * With lab.snapshot on the kernel's command line the agent waits to be told to resume, and QEMU can
 * save the machine, and be one that is restored. With a file "unsavable" it refuses, with "stuck" it
 * never comes to the end of that, with "unrestorable" it exits instead of restoring.
 *
 * A file "refuse" makes the next QEMU fail to start; it takes the file away. With a file
 * "complain" the kernel complains before it is ready. With a file "mute" a machine that is powered off
 * ends QEMU before that can say so.
 */
#ifndef UNIT_FAKE_QEMU_H
#define UNIT_FAKE_QEMU_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/channel.h"
#include "base/fsys.h"
#include "base/text.h"

#define FAKE_QEMU_NAME	"qemu-system-"		/* of any architecture */

struct fake_qemu {
	int console, channel, qmp;
	const char *drive;
	bool incoming, pauses;
	char *dir;
	unsigned long seq;
};

static char *fake_file(const struct fake_qemu *q, const char *name)
{
	return lab_format("%s/%s", q->dir, name);
}

static void fake_say(struct fake_qemu *q, enum channel_kind kind, const char *text)
{
	if (channel_send(q->channel, &q->seq, kind, text, strlen(text)))
		_exit(3);
}

/* Our pid in a file, all at once. */
static void fake_announce(const struct fake_qemu *q, const char *name)
{
	char *path = fake_file(q, name), *tmp = lab_format("%s.%d", path, getpid());
	FILE *f = fopen(tmp, "we");

	if (!f || fprintf(f, "%d", getpid()) < 0 || fclose(f) || rename(tmp, path))
		_exit(4);
	free(tmp);
	free(path);
}

/* Wait for another's; its pid. */
static pid_t fake_wait(const struct fake_qemu *q, const char *name)
{
	char *path = fake_file(q, name), *text;
	size_t len;
	pid_t pid;

	while (lab_read_file(path, &text, &len, NULL))
		usleep(10000);
	pid = (pid_t)atol(text);
	free(text);
	free(path);
	return pid;
}

static void fake_write(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(5);
}

static void fake_end(struct fake_qemu *q, const char *reason)
{
	char *event = lab_format("{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"%s\"}}\n", reason);

	fake_write(q->qmp, event);
	_exit(0);
}

static void fake_passes(struct fake_qemu *q)
{
	fake_say(q, CHANNEL_OUT, "TAP version 13");
	fake_say(q, CHANNEL_OUT, "1..1");
	fake_say(q, CHANNEL_OUT, "ok 1 it");
	fake_say(q, CHANNEL_EXIT, "code=0 signal=0 limit=0 stuck=0 left=0 dropped=0 ms=1");
}

/* Its process is gone when the lab has reaped it; the rest takes the lab no time. */
static void fake_outlives(struct fake_qemu *q)
{
	pid_t other;

	fake_announce(q, "outlives");
	other = fake_wait(q, "panics");
	while (!kill(other, 0))
		usleep(10000);
	usleep(300000);
	fake_passes(q);
}

static void fake_stays(struct fake_qemu *q, bool defies)
{
	char buf[1024] = "", key = 0;
	ssize_t n;

	while (!strstr(buf, "inject-nmi") && !strstr(buf, "chardev-send-break")) {
		n = read(q->qmp, buf, sizeof(buf) - 1);
		if (n <= 0)
			_exit(7);
		buf[n] = '\0';
	}
	if (strstr(buf, "chardev-send-break")) {
		fake_write(q->qmp, "{\"return\": {}}\n");
		if (!strstr(buf, "\"console\"") || read(q->console, &key, 1) != 1 || key != 'c')
			_exit(8);
	}
	if (defies)
		fake_write(q->qmp, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no NMI\"}}\n");
	fake_end(q, "guest-reset");
}

static void fake_complain(struct fake_qemu *q)
{
	fake_write(q->console, "[    1.0] WARNING: CPU: 0 PID: 1 at x.c:1 x+0x1/0x2\n"
			       "[    1.0] RIP: 0010:x+0x1/0x2\n");
}

static void fake_run(struct fake_qemu *q, const char *name)
{
	char *begins = lab_format("[    1.0] lab-agent: start /suite/%s\n", name);

	fake_write(q->console, begins);
	free(begins);
	if (!strcmp(name, "warns"))
		fake_complain(q);
	if (!strcmp(name, "awaits") || !strcmp(name, "interrupts"))
		fake_wait(q, "met");
	if (!strcmp(name, "meets") || !strcmp(name, "stays"))
		fake_announce(q, "met");
	if (!strcmp(name, "panics")) {
		fake_announce(q, "panics");
		fake_wait(q, "outlives");
		fake_write(q->console, "[    1.0] Kernel panic - not syncing: of its own\n");
		fake_end(q, "guest-reset");
	}
	if (!strcmp(name, "quits"))
		_exit(3);
	if (!strcmp(name, "interrupts"))
		kill(getppid(), SIGTERM);
	if (!strcmp(name, "outlives"))
		fake_outlives(q);
	else if (!strcmp(name, "stays") || !strcmp(name, "interrupts"))
		fake_stays(q, false);
	else if (!strcmp(name, "defies"))
		fake_stays(q, true);
	else if (!strcmp(name, "wedges"))
		fake_say(q, CHANNEL_EXIT, "code=0 signal=0 limit=0 stuck=1 left=1 dropped=0 ms=1");
	else
		fake_passes(q);
}

static void fake_shell(struct fake_qemu *q, const struct channel_frame *frame)
{
	char *endless = fake_file(q, "endless");

	if (strstr(frame->text, "panic")) {
		fake_write(q->console, "[    1.0] Kernel panic - not syncing: as you like it\n");
		fake_end(q, "guest-reset");
	}
	if (frame->len) {
		fake_say(q, CHANNEL_OUT, frame->text);
		fake_say(q, CHANNEL_ERR, "[error]");
	}
	fake_say(q, CHANNEL_TAKEN, "");
	if (!frame->len && access(endless, F_OK))
		fake_say(q, CHANNEL_EXIT, "code=7 signal=0 limit=0 stuck=0 left=0 dropped=0 ms=1");
	free(endless);
}

static bool fake_has(const struct fake_qemu *q, const char *name)
{
	char *path = fake_file(q, name);
	bool has = !access(path, F_OK);

	free(path);
	return has;
}

static void fake_migrated(struct fake_qemu *q, const char *status)
{
	char *event = lab_format("{\"event\": \"MIGRATION\", \"data\": {\"status\": \"%s\"}}\n",
				 status);

	fake_write(q->qmp, event);
	free(event);
}

/* The state of this machine is its pid. */
static void fake_save(struct fake_qemu *q, const char *command)
{
	const char *quote = strchr(command, '\'');
	char *path = lab_format("%.*s/state", (int)strcspn(quote + 1, "'"), quote + 1);
	char *text = lab_format("%d", getpid());

	if (fake_has(q, "stuck"))
		fake_announce(q, "saving");
	else if (fake_has(q, "unsavable"))
		fake_migrated(q, "failed");
	else if (lab_write_file(path, text, strlen(text), NULL))
		_exit(9);
	else
		fake_migrated(q, "completed");
	free(text);
	free(path);
}

/* Commands of a machine with snapshots, until it is to run. */
static void fake_transfer(struct fake_qemu *q)
{
	char buf[4096];
	size_t fill = 0;
	ssize_t n;

	while ((n = read(q->qmp, buf + fill, sizeof(buf) - 1 - fill)) > 0) {
		char *line = buf, *nl;

		fill += (size_t)n;
		buf[fill] = '\0';
		for (; (nl = strchr(line, '\n')); line = nl + 1) {
			*nl = '\0';
			if (strstr(line, "\"migrate\""))
				fake_save(q, line);
			if (strstr(line, "\"migrate-incoming\"") && fake_has(q, "unrestorable"))
				_exit(1);
			if (strstr(line, "\"migrate-incoming\""))
				fake_migrated(q, "completed");
			if (strstr(line, "\"cont\""))
				return;
		}
		fill -= (size_t)(line - buf);
		memmove(buf, line, fill);
	}
	_exit(10);
}

/* What needs no more than a word, or none. */
static bool fake_obey(struct fake_qemu *q, const struct channel_frame *frame)
{
	if (frame->kind == CHANNEL_RESUME) {
		fake_write(q->console, frame->text);
		fake_write(q->console, "\n");
		fake_say(q, CHANNEL_READY, "");
	} else if (frame->kind == CHANNEL_FILE || frame->kind == CHANNEL_DATA) {
		fake_say(q, CHANNEL_TAKEN, "");
	}
	return frame->kind == CHANNEL_RESUME || frame->kind == CHANNEL_FILE ||
		frame->kind == CHANNEL_DATA;
}

static void fake_boot(struct fake_qemu *q)
{
	fake_write(q->console, q->drive);
	fake_write(q->console, "\n");
	fake_say(q, CHANNEL_HELLO, "fake");
	if (fake_has(q, "complain"))
		fake_complain(q);
	fake_say(q, CHANNEL_READY, "");
}

static void fake_machine(struct fake_qemu *q)
{
	static struct channel_reader reader;
	struct channel_frame frame;
	char why[256];

	fake_write(q->qmp, "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 1}}}}\n");
	if (!q->incoming)
		fake_boot(q);
	if (q->pauses)
		fake_transfer(q);
	while (channel_fill(&reader, q->channel) > 0)
		while (channel_next(&reader, &frame, why, sizeof(why)) > 0) {
			if (fake_obey(q, &frame)) {
				continue;
			} else if (frame.kind == CHANNEL_RUN) {
				fake_run(q, frame.text + strlen("/suite/"));
			} else if (frame.kind == CHANNEL_SHELL) {
				fake_say(q, CHANNEL_START, "1");
			} else if (frame.kind == CHANNEL_INPUT) {
				fake_shell(q, &frame);
			} else if (frame.kind == CHANNEL_QUIT) {
				fake_say(q, CHANNEL_BYE, "");
				if (fake_has(q, "mute"))
					_exit(0);
				fake_end(q, "guest-shutdown");
			}
		}
	_exit(6);
}

static void __attribute__((constructor)) fake_qemu(int argc, char *argv[])
{
	struct fake_qemu q = { .drive = "" };
	struct lab_text machine = { NULL };
	char *refuse;

	if (argc > 4 && !strcmp(argv[1], "--host")) {
		q.dir = lab_format("%.*s", (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
		q.channel = atoi(argv[3]);
		q.console = q.qmp = open("/dev/null", O_WRONLY | O_CLOEXEC);
		fake_say(&q, CHANNEL_KLOG, argv[4]);
		fake_machine(&q);
	}
	if (strncmp(argv[0], FAKE_QEMU_NAME, strlen(FAKE_QEMU_NAME)))
		return;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i - 1], "-machine") || !strcmp(argv[i - 1], "-cpu") ||
		    !strcmp(argv[i - 1], "-smp") || !strcmp(argv[i - 1], "-m") ||
		    !strcmp(argv[i - 1], "-numa"))
			lab_text_addf(&machine, "%s %s\n", argv[i - 1], argv[i]);
		sscanf(argv[i], "socket,id=console,fd=%d", &q.console);
		sscanf(argv[i], "socket,id=channel,fd=%d", &q.channel);
		sscanf(argv[i], "socket,id=qmp,fd=%d", &q.qmp);
		q.incoming |= !strcmp(argv[i - 1], "-incoming");
		q.pauses |= q.incoming || strstr(argv[i], "/proc/self/fd/");
		if (!strcmp(argv[i - 1], "-drive"))
			q.drive = argv[i];
		if (!strcmp(argv[i - 1], "-kernel"))
			q.dir = lab_format("%.*s", (int)(strrchr(argv[i], '/') - argv[i]), argv[i]);
	}
	fake_write(q.console, machine.s);
	refuse = fake_file(&q, "refuse");
	if (!unlink(refuse))
		_exit(1);
	fake_machine(&q);
}

#endif
