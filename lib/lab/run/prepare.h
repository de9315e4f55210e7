/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has to be there before the VM can start: the kernel, the suite's own
 * modules built for it, the image, and the disks.
 *
 * It is done by a child process in a process group of its own, for it runs
 * apt-get and make: whether the lab is interrupted or killed, the whole group
 * goes with it.
 */
#ifndef LAB_PREPARE_H
#define LAB_PREPARE_H

#include <signal.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "bed/board.h"
#include "kernel/kernel.h"
#include "run/options.h"
#include "suite/suite.h"

/* The name of the image in a run's directory. */
#define LAB_IMAGE	"image.cpio"
/* That of the tree for a board: lab-agent, suite/, modules/, kernel. */
#define LAB_TREE	"board.tar"

/* The kernel takes no more. */
#define LAB_MAX_PARAMETERS	4096

struct lab_prepare {
	const struct lab_options *options;
	const struct lab_paths *paths;
	const struct lab_suite *suite;
	const char *out;	/* image and disks (see image.h) go there */
	unsigned int beds;	/* so many get disks */
	bool here;		/* it is this machine, which takes no image */
	bool send;		/* programs go to the machine when it runs, not into the image */
	const struct lab_board *board;	/* or this one, which takes a tree; or NULL */
	const sigset_t *signals;	/* all that would end the lab, and SIGCHLD; blocked */
};

struct lab_prepared {
	int ret;		/* 0, -EINVAL for wrong usage, or another -errno */
	struct lab_error error;	/* the reason */
	struct lab_kernel kernel;
	char notes[1024];	/* lines: what is missing but not needed */
	char modules[4096];	/* lines, for a machine that is up: see session.h */
	char stamp[24];		/* of the tree for a board, */
	char parameters[LAB_MAX_PARAMETERS];	/* and of the kernel that runs there; "" if ours will */
};

/*
 * Prepare; a dry run only looks whether that can be done, and what the kernel is. Returns
 * 0 when the child has come to an end, with @done->ret saying how; the number of the signal
 * that interrupted the lab; or -errno.
 */
int lab_prepare_run(const struct lab_prepare *p, struct lab_prepared *done,
		    struct lab_error *e);

#endif
