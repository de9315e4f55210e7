/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What passes between a process that changes settings of the host and the
 * restorer that puts them back.
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
	char unless[256];	/* in the file: then there is nothing to undo */
};

/* The restorer's answers. */
enum answer {
	ANSWER_FULL,
	ANSWER_DONE,
	ANSWER_NOT_UNDONE,
};

/* restorer_run() - keep records that come through @fd, and undo them at its end */
void restorer_run(int fd) __attribute__((noreturn));

/* record_undo() - Return: 0, or -1 after saying on stderr what could not be undone */
int record_undo(const struct record *record);

/*
 * current_choice() - what to write back of what was read
 * @value: changed in place
 *
 * sysfs shows a choice as "always [madvise] never"; only the choice is written.
 */
void current_choice(char *value);

#endif
