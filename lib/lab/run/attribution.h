/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_ATTRIBUTION_H
#define LAB_ATTRIBUTION_H

#include "base/lab_error.h"
#include "kernel/kernel.h"
#include "verdict/results.h"

/*
 * Note in @r the revision of the suite in @repo, the commit of @kernel where its tree is a git
 * repository, and this host; put the kernel's configuration, where it is to be had,
 * beside the results. Returns 0, or -errno if that cannot be written.
 */
int lab_attribute(struct lab_results *r, const struct lab_kernel *kernel, const char *repo,
		  struct lab_error *e);

#endif
