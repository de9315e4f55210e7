/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A patch that every commit needs to build or to boot (--fixup), and that is no part of what
 * is looked for. It is in the tree while that is built, and at no other time.
 *
 * DIR/fixup.on, a copy of it, is there as long as the tree may have it: whoever comes after
 * one that was killed takes it off.
 */
#ifndef LAB_BISECT_FIXUP_H
#define LAB_BISECT_FIXUP_H

#include "base/lab_error.h"
#include "bisect/bisect.h"

/*
 * Put it on. Returns 0, also if there is none or the tree has it already; 1 if it does not
 * apply, and @e says where; or -errno.
 */
int lab_fixup_on(const struct lab_bisect_options *o, struct lab_error *e);

/* Take it off, if we have put it on. Returns 0 or -errno. */
int lab_fixup_off(const struct lab_bisect_options *o, struct lab_error *e);

#endif
