// SPDX-License-Identifier: GPL-2.0
/*
 * A visit to a board: reach it, have it boot the kernel, take there what it needs, serve, and
 * find out how it ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bed/board.h"
#include "bed/board_visit.h"
#include "report/report.h"

#define COPY_SECONDS	600
/* Time for sshd to come back, if it was only that. */
#define REFUSED_SECONDS	30

struct visit {
	const struct lab_plan *plan;
	const struct lab_board *board;
	int channel;
	char boot_id[LAB_BOARD_WORD];
};

/* Infrastructure: the channel is still ours, so the lab hears why. */
static void __attribute__((noreturn, format(printf, 2, 3)))
fail(const struct visit *v, const char *fmt, ...)
{
	unsigned long seq = 0;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = lab_vformat(fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", text);
	channel_send(v->channel, &seq, CHANNEL_ERROR, text, strlen(text));
	_exit(LAB_VISIT_FAILED);
}

static int run(const struct visit *v, int seconds, const char *command)
{
	struct lab_error e = { "" };
	char *text = NULL;
	int ret = lab_board_run(v->board, seconds, command, &text, &e);

	if (ret)
		fprintf(stderr, "%s: %d: %s%s\n", command, ret, e.text, text ? text : "");
	free(text);
	return ret;
}

/* A whole tree: what was there of another one goes. */
static void copy(const struct visit *v)
{
	const char *dir = v->board->directory;
	struct lab_argv argv = { NULL };
	char *command = lab_format("mkdir -p %s && cd %s && { [ \"$(cat stamp 2>/dev/null)\" = %s ] || { "
				   "rm -rf stamp suite modules kernel && tar -xf - && sync && "
				   "echo %s >stamp && sync; }; }", dir, dir, v->plan->stamp,
				   v->plan->stamp);
	struct lab_error e;
	int ret;

	lab_argv_add_all(&argv, "sh", "-c", "exec \"$@\" <\"$0\"", v->plan->tree, "timeout", NULL);
	lab_argv_addf(&argv, "%d", COPY_SECONDS);
	lab_board_words(v->board, &argv, command);
	ret = lab_process_run(&(struct lab_process){ .argv = &argv }, &e);
	if (ret)
		fail(v, "%s: cannot copy programs to %s: exit code %d, see agent.log", v->board->ssh,
		     dir, ret);
	lab_argv_free(&argv);
	free(command);
}

/* Not to come up in time is for the kernel to answer for, the way there is not. */
static void boot(struct visit *v)
{
	const struct lab_board *b = v->board;
	const char *parameters = v->plan->results->parameters;
	char *command, before[LAB_BOARD_WORD];
	struct lab_error e;

	memcpy(before, v->boot_id, sizeof(before));
	if (!strcmp(b->kernel, "kexec")) {
		command = lab_format("kexec -a -l %s/kernel --command-line=\"$(sed 's/ mn_lab .*//' "
				     "/proc/cmdline) mn_lab %s\" && { (sleep 1; systemctl kexec || "
				     "kexec -e) >/dev/null 2>&1 </dev/null & }", b->directory, parameters);
		if (run(v, 60, command))
			fail(v, "%s: kexec does not take the kernel, see agent.log", b->ssh);
	} else {
		command = lab_format("LAB_KERNEL='%s' LAB_PARAMETERS='mn_lab %s'; "
				     "export LAB_KERNEL LAB_PARAMETERS; %s", v->plan->kernel, parameters,
				     b->kernel);
		if (lab_board_power(command, &e))
			fail(v, "%s", e.text);
	}
	free(command);
	for (long end = lab_now_ms() + b->boot_seconds * 1000L; lab_now_ms() < end; sleep(1)) {
		if (lab_board_probe(b, v->boot_id) != LAB_BOARD_UP || !strcmp(v->boot_id, before))
			continue;
		if (!run(v, 15, "grep -qw mn_lab /proc/cmdline"))
			return;
		break;		/* it is back in its own */
	}
	fprintf(stderr, "the kernel did not come up\n");
	if (lab_board_probe(b, v->boot_id) != LAB_BOARD_UP && lab_board_power(b->cycle, &e))
		fprintf(stderr, "and its power was not cycled: %s\n", e.text);
	_exit(LAB_VISIT_NO_BOOT);
}

static int serve(const struct visit *v)
{
	struct lab_text command = { NULL };
	struct lab_argv argv = { NULL }, modules = { NULL };
	struct lab_error e;
	pid_t pid;

	lab_text_addf(&command, "exec %s/lab-agent --host%s", v->board->directory,
		      v->board->console ? " --console" : "");
	lab_argv_add_lines(&modules, v->plan->modules);
	for (size_t i = 0; i < modules.nr; i++) {
		lab_text_addf(&command, " ");
		lab_report_quote(&command, modules.words[i]);
	}
	lab_board_words(v->board, &argv, command.s);
	pid = lab_process_fork(SIGTERM, &e);
	if (!pid) {
		if (dup2(v->channel, 0) < 0 || dup2(v->channel, 1) < 0)
			_exit(126);
		execvp(argv.words[0], argv.words);
		_exit(127);
	}
	lab_text_clear(&command);
	lab_argv_free(&modules);
	lab_argv_free(&argv);
	return pid < 0 ? pid : lab_process_wait(pid);
}

/*
 * The agent is gone without a word. A board on which nothing answers any more may hang: that is
 * for the session to say, which hears nothing either, and ends this.
 */
static enum lab_visit look_for_it(const struct visit *v)
{
	long refused = 0;
	char id[LAB_BOARD_WORD];

	for (;; sleep(1)) {
		enum lab_board_state state = lab_board_probe(v->board, id);

		if (state == LAB_BOARD_UP)
			return strcmp(id, v->boot_id) ? LAB_VISIT_RESET : LAB_VISIT_DISCONNECTED;
		if (lab_board_is_off(v->board))
			return LAB_VISIT_UNPLUGGED;
		if (state == LAB_BOARD_SILENT)
			refused = 0;
		else if (!refused)
			refused = lab_now_ms();
		else if (lab_now_ms() - refused > REFUSED_SECONDS * 1000L)
			return LAB_VISIT_DISCONNECTED;
	}
}

void lab_board_visit(const struct lab_plan *plan, int channel)
{
	struct visit v = { .plan = plan, .board = plan->board, .channel = channel };
	struct lab_error e;
	int code;

	if (lab_board_reach(v.board, v.boot_id, &e))
		fail(&v, "%s", e.text);
	copy(&v);
	if (plan->kernel[0] && lab_board_boots(v.board))
		boot(&v);
	code = serve(&v);
	fprintf(stderr, "the agent ended: %d\n", code);
	/* 255: ssh's own. */
	_exit(code == 255 ? (int)look_for_it(&v) : code);
}
