/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results out of what was printed where the lab was not: by run_kselftest.sh, by make
 * kselftest, or by programs run by hand, with all that came between on the console.
 *
 * Each program is one here as in a run of the lab, with the same names. Who ran it by
 * hand has not kept its exit code, which is then not known. The runner's "exit=N" is that
 * code, "TIMEOUT" a program over its limit. Where the text ends in the middle of a program,
 * or another one follows, nothing is made of the rest; a panic, or a boot, is its end.
 */
#ifndef LAB_TRANSCRIPT_H
#define LAB_TRANSCRIPT_H

#include <jansson.h>
#include <stddef.h>

#include "base/lab_error.h"
#include "verdict/results.h"

struct lab_transcript {
	const char *text;
	size_t len;
	json_t *manifest;	/* of which program is a test, and which are the suite's */
	const char *hint;	/* what may begin with a program's name, such as that of a file */
};

/*
 * Fill @results, with known issues applied, and the verdict. Of kernel, machine, host, CPU
 * and parameters what is not set already is taken from the text where it says so; times are
 * not known. Programs that are not the suite's are left out and counted in the notes.
 * Returns 0, or -ENODATA if there is no result at all.
 */
int lab_transcript_read(const struct lab_transcript *text, struct lab_results *results,
			struct lab_error *e);

#endif
