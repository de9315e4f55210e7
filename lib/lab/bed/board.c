// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what leads to a board, and the commands that do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "bed/board.h"

/* To connect; a board that is up answers at once, even a slow one. */
#define CONNECT_SECONDS	"10"
/* What answers sooner, but not with a login, is a kernel that lives. */
#define REFUSED_MS	5000

int lab_board_read(const char *path, struct lab_board *b, struct lab_error *e)
{
	json_error_t error;
	size_t i;
	json_t *word;

	*b = (struct lab_board){
		.kernel = "as-is", .directory = "/var/tmp/mn-lab", .boot_seconds = 300,
	};
	b->json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!b->json)
		return lab_fail(e, -EINVAL, "--bed ssh:FILE: %s%s%s", error.line < 0 ? "" : path,
				error.line < 0 ? "" : ": ", error.text);
	if (json_unpack_ex(b->json, &error, JSON_STRICT,
			   "{s:s, s?o, s?s, s?{s?s, s?s, s?s, s?s, s?s !}, s?s, s?s, s?i !}",
			   "ssh", &b->ssh, "ssh_options", &b->ssh_options, "console", &b->console,
			   "power", "on", &b->on, "off", &b->off, "cycle", &b->cycle,
			   "nmi", &b->nmi, "status", &b->status, "kernel", &b->kernel,
			   "directory", &b->directory, "boot_seconds", &b->boot_seconds))
		return lab_fail(e, -EINVAL, "%s: %s", path, error.text);
	json_array_foreach(b->ssh_options, i, word)
		if (!json_is_string(word))
			return lab_fail(e, -EINVAL, "%s: ssh_options: words are wanted", path);
	if (b->ssh_options && !json_is_array(b->ssh_options))
		return lab_fail(e, -EINVAL, "%s: ssh_options: an array is wanted", path);
	if (b->directory[0] != '/' || strpbrk(b->directory, " '\"$`\\") || !b->directory[1])
		return lab_fail(e, -EINVAL, "%s: directory: a plain absolute path is wanted", path);
	return 0;
}

bool lab_board_boots(const struct lab_board *b)
{
	return strcmp(b->kernel, "as-is");
}

void lab_board_words(const struct lab_board *b, struct lab_argv *a, const char *command)
{
	json_t *word;
	size_t i;

	/* A dead peer is noticed after as long as a silent agent. */
	lab_argv_add_all(a, "ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=" CONNECT_SECONDS,
			 "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=4", NULL);
	json_array_foreach(b->ssh_options, i, word)
		lab_argv_add(a, json_string_value(word));
	lab_argv_add_all(a, b->ssh, command, NULL);
}

int lab_board_run(const struct lab_board *b, int seconds, const char *command, char **text,
		  struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	int ret;

	lab_argv_add_all(&argv, "timeout", "-k", "1", NULL);
	lab_argv_addf(&argv, "%d", seconds);
	lab_board_words(b, &argv, command);
	ret = lab_process_output(&(struct lab_process){ .argv = &argv }, text, e);
	lab_argv_free(&argv);
	return ret;
}

/* No time and no power will make it let us in. */
static bool is_denied(const char *said)
{
	static const char *const words[] = {
		"Permission denied", "verification failed", "Could not resolve", "no such identity",
		"Bad configuration option", "Bad owner",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(said, words[i]))
			return true;
	return false;
}

enum lab_board_state lab_board_probe(const struct lab_board *b, char word[LAB_BOARD_WORD])
{
	long since = lab_now_ms();
	struct lab_error e;
	char *text = NULL;
	int ret = lab_board_run(b, 15, "cat /proc/sys/kernel/random/boot_id", &text, &e);
	const char *last = text ? lab_last_line(text) : "";
	bool denied = ret && is_denied(text ? text : "");

	snprintf(word, LAB_BOARD_WORD, "%.*s", (int)strcspn(last, "\r\n"), last);
	free(text);
	if (!ret)
		return LAB_BOARD_UP;
	if (denied)
		return LAB_BOARD_DENIES;
	return lab_now_ms() - since < REFUSED_MS ? LAB_BOARD_REFUSES : LAB_BOARD_SILENT;
}

static int shell(const char *command, char **text, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	int ret;

	lab_argv_add_all(&argv, "sh", "-c", command, NULL);
	ret = lab_process_output(&(struct lab_process){ .argv = &argv }, text, e);
	lab_argv_free(&argv);
	return ret;
}

int lab_board_power(const char *command, struct lab_error *e)
{
	char *text = NULL;
	int ret;

	if (!command)
		return lab_fail(e, -EOPNOTSUPP, "the board's file has no command for it");
	ret = shell(command, &text, e);
	if (ret > 0)
		ret = lab_fail(e, -EIO, "%s: exit code %d: %.200s", command, ret,
			       text ? lab_last_line(text) : "");
	free(text);
	return ret;
}

bool lab_board_is_off(const struct lab_board *b)
{
	struct lab_error e;
	char *text = NULL;
	bool off = b->status && !shell(b->status, &text, &e) &&
		!strncmp(lab_last_line(text), "off", 3);

	free(text);
	return off;
}

/* One that was just reset, or switched on, comes up by itself. */
static enum lab_board_state wait_up(const struct lab_board *b, char word[LAB_BOARD_WORD])
{
	long deadline = lab_now_ms() + b->boot_seconds * 1000L;
	enum lab_board_state state;

	do {
		state = lab_board_probe(b, word);
		if (state == LAB_BOARD_UP || state == LAB_BOARD_DENIES)
			break;
		sleep(1);
	} while (lab_now_ms() < deadline);
	return state;
}

int lab_board_reach(const struct lab_board *b, char boot_id[LAB_BOARD_WORD],
		    struct lab_error *e)
{
	int ret = b->on && lab_board_is_off(b) ? lab_board_power(b->on, e) : 0;
	enum lab_board_state state;

	if (ret)
		return ret;
	state = wait_up(b, boot_id);
	if (state != LAB_BOARD_UP && state != LAB_BOARD_DENIES && b->cycle) {
		fprintf(stderr, "%s does not come up: its power is cycled\n", b->ssh);
		ret = lab_board_power(b->cycle, e);
		if (ret)
			return ret;
		state = wait_up(b, boot_id);
	}
	if (state == LAB_BOARD_DENIES)
		return lab_fail(e, -EACCES, "%s: no login: %s", b->ssh, boot_id);
	return state == LAB_BOARD_UP ? 0 :
		lab_fail(e, -EIO, "%s: no login within %d s: %s", b->ssh, b->boot_seconds, boot_id);
}
