/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who calls MMU notifiers, and how often, while a program's tests run (--callers): which places
 * of the mm does it reach, and which places does this kernel have?
 */
#ifndef CALLERS_H
#define CALLERS_H

#include <stdio.h>

#include "host/hoststate.h"
#include "runner/kernel_text.h"

/* What is declared of it, see hoststate_open(). */
#define CALLERS_CHANGES	"kprobe_events"

/*
 * callers_start() - count from now on, until @h is closed
 * @text: filled in; release with kernel_text_free(), also after an error
 *
 * By kprobes with histograms, of the whole host.  Return: 0, or -1 with a skip: this kernel
 * cannot, or -D is missing; or an error.
 */
int callers_start(struct hoststate *h, struct kernel_text *text, struct result *r);

/*
 * callers_print() - a line "# callers: EVENT FUNCTION COUNT" for each caller
 * @text: of callers_start()
 *
 * Also for those that did not call, if the kernel shows its code; else @r is a skip that says why.
 * FUNCTION is what the compiler made of it: one that was inlined goes by the name of its caller.
 */
void callers_print(const struct kernel_text *text, FILE *f, struct result *r);

#endif
