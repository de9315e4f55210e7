/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A part of a machine's console.
 */
#ifndef LAB_CONSOLE_PART_H
#define LAB_CONSOLE_PART_H

/*
 * What @console has of the last time that init started @program, up to the next program:
 * lines, to be freed; NULL if it was never started.
 */
char *lab_console_part(const char *console, const char *program);

#endif
