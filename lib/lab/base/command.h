/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command lines of the lab's commands: one grammar, glibc's argp, but with errors
 * of one line and an exit code of our own.
 *
 * A command has a struct argp with its options, and hangs in the options that it shares
 * with others as an argp_child. Parsers refuse a mistake by "return lab_command_refuse()"
 * or by one of the helpers below, check at ARGP_KEY_END whether all goes together, and
 * touch nothing, so that every complaint can be tested. A word that is no option comes
 * as ARGP_KEY_ARG; a command that takes none leaves it to ARGP_ERR_UNKNOWN. --help
 * needs no code.
 */
#ifndef LAB_COMMAND_H
#define LAB_COMMAND_H

#include <argp.h>
#include <stddef.h>

#include "base/lab_error.h"

/*
 * Parse the arguments of a command, whose name is @argv[0], by @argp; @input is what its
 * parser finds in state->input. Words are not copied. Returns 0, or LAB_EXIT_USAGE after
 * one line on stderr that says what is wrong and what to do. For --help it prints the
 * help and ends the process with exit code 0.
 */
int lab_command_parse(const struct argp *argp, int argc, char *argv[], void *input);

/*
 * The same without output: returns 0, -EINVAL with the line in @e, or -ECANCELED if help
 * is asked for (and no mistake stands before it).
 */
int lab_command_read(const struct argp *argp, int argc, char *argv[], void *input,
		     struct lab_error *e);

/* For parsers: the reason why this line is refused; returns what the parser is to return. */
error_t lab_command_refuse(const struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * For parsers: take @arg as the number of option --@option, at least @least and at most
 * @most; @unit says what it is, as in "give seconds". Returns 0 or as lab_command_refuse().
 */
error_t lab_command_number(const struct argp_state *state, const char *option, const char *arg,
			   const char *unit, long least, long most, long *number);

/* The key of an option that goes to @member of a parser's input, a struct @type. */
#define LAB_COMMAND_KEY(type, member)	(256 + (int)offsetof(struct type, member))

/*
 * For parsers: let the option of @options with such a key go there: its word, which must
 * not be empty, or true if it takes none. Returns 0, as lab_command_refuse(), or
 * ARGP_ERR_UNKNOWN if there is none.
 */
error_t lab_command_take(const struct argp_state *state, const struct argp_option *options,
			 int key, const char *arg);

#endif
