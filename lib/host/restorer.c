// SPDX-License-Identifier: GPL-2.0
/*
 * The restorer of host settings: records what to restore before anything
 * changes, acknowledges, and restores at the end of its input.
 */
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/restorer.h"

/* Undo, last first, until a mark or all is undone; that mark goes as well. */
static enum answer undo_to_mark(const struct record *records, unsigned int *n)
{
	enum answer answer = ANSWER_DONE;
	const struct record *record;

	while (*n) {
		record = &records[--*n];
		if (record->kind == RECORD_MARK)
			break;
		if (record_undo(record))
			answer = ANSWER_NOT_UNDONE;
	}
	return answer;
}

void restorer_run(int fd)
{
	struct record records[RESTORER_MAX_RECORDS + 1];
	unsigned int n = 0;
	char answer;

	/* Ctrl-C is for the tests; the restorer has to outlive them. */
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* One slot more than it keeps: that record is refused. */
	while (recv(fd, &records[n], sizeof(records[n]), 0) == sizeof(records[n])) {
		answer = ANSWER_FULL;
		if (records[n].kind == RECORD_POP) {
			answer = undo_to_mark(records, &n);
		} else if (n < RESTORER_MAX_RECORDS) {
			n++;
			answer = ANSWER_DONE;
		}
		if (send(fd, &answer, 1, 0) != 1)
			break;
	}
	while (n)
		undo_to_mark(records, &n);
	_exit(0);
}
