/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol between a process that changes settings of the host and the
 * restorer that undoes the changes.
 */
#ifndef RESTORER_H
#define RESTORER_H

#define RESTORER_MAX_RECORDS	32

enum record_kind {
	RECORD_WRITE,		/* to undo: write @value to @path */
	RECORD_DIRECTORY,	/* to undo: remove the directory @path */
	RECORD_SWAP,		/* to undo: stop swapping to @path */
	RECORD_FRAME,		/* to undo: take the poison off page frame @value */
	RECORD_MODULE,		/* to undo: unload the module @path */
	RECORD_MARK,		/* nothing to undo; a pop goes back to here */
	RECORD_POP,		/* is not kept: undo what came after the last mark */
};

struct record {
	enum record_kind kind;
	char path[256];
	char value[256];
	char unless[256];	/* contents of the file for which nothing is to be undone */
};

/* The restorer's answers. */
enum answer {
	ANSWER_FULL,
	ANSWER_DONE,
	ANSWER_NOT_UNDONE,
};

/* restorer_run() - keep the records that come through @fd, and undo them when it closes */
void restorer_run(int fd) __attribute__((noreturn));

/* record_undo() - Return: 0, or -1 after saying on stderr what could not be undone */
int record_undo(const struct record *record);

/*
 * current_choice() - reduce what was read to what must be written back
 * @value: changed in place
 *
 * sysfs shows a choice as "always [madvise] never"; only the choice can be written.
 */
void current_choice(char *value);

#endif
