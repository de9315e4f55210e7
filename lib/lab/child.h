/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lab running itself and other programs of the repository.
 */
#ifndef LAB_CHILD_H
#define LAB_CHILD_H

/*
 * Run a program to its end, its output in @log, or on ours when NULL. It dies
 * with the lab. Returns its exit code, or 128 + the signal that ended it; a
 * program that cannot be started counts as having exited with 127.
 */
int lab_child_run(char *const argv[], const char *log);

#endif
