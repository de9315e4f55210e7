/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a machine printed, as others have kept it: the log of a serial console, of a lab such
 * as LAVA, of a terminal. Out of it come lines as they were printed, those of the kernel
 * told from those of programs by their time stamp, "[   12.345678] ".
 */
#ifndef LAB_LOG_LINES_H
#define LAB_LOG_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* @line is valid during the call; the kernel's come without time stamp. */
typedef void (*lab_log_fn)(void *arg, bool kernel, const char *line);

/*
 * Call @fn(@arg, ...) for each line of the @len bytes of @text. Left out is what was put in
 * front of lines on their way (the time, "<6>"), carriage returns and colours of a terminal.
 * A result of a test that the kernel spoke into is put together again.
 */
void lab_log_lines(const char *text, size_t len, lab_log_fn fn, void *arg);

#endif
