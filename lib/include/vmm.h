/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMM in a process of its own, with a guest at work, made to be killed.
 *
 * The test keeps what outlives it: its VM fd, and the fd of its injector, so
 * that counts and refusals can be read after the mm has died.  The process is
 * held when it exits, before it gives up its mm, so that reaping it from
 * outside does not race with its own exit.
 */
#ifndef VMM_H
#define VMM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "inject.h"
#include "scenario.h"

struct vmm_spec {
	const struct backing *backing;
	const struct injector_setup *injector;
	unsigned int nr_pages;		/* visited by the guest */
	size_t ballast;			/* bytes of touched memory besides */
	const char *cgroup;		/* to join first, or NULL */
	bool hold;			/* stop it at its exit */
};

struct vmm {
	pid_t pid;
	int pidfd;
	int control;		/* socket to the process */
	bool held;		/* will stop at its exit; see vmm_release() */
	bool at_exit;		/* stopped there now */
	bool reaped;		/* waited for */
	/* What the process told about itself. */
	char name[32];		/* KVM's directory of its VM */
	uintptr_t hva;		/* its guest memory */
	uint64_t stride;	/* from one visited page to the next */
	unsigned int nr_pages;
	int vm_fd;		/* ours now as well */
	struct injector injector; /* its first one, ours alone */
};

/*
 * vmm_start() - start the process and wait until its guest has visited all pages
 * @v: filled in; release with vmm_end()
 *
 * Return: 0, or -1 with a skip or an error.
 */
int vmm_start(struct vmm *v, const struct vmm_spec *spec, struct result *r);

/* vmm_grow() - tell it to touch memory until somebody stops it */
int vmm_grow(struct vmm *v, struct result *r);

/*
 * vmm_await_exit() - wait until it is held at its exit, other threads gone
 * @timeout_ms: how long that may take
 */
int vmm_await_exit(struct vmm *v, unsigned int timeout_ms, struct result *r);

/* vmm_release() - let a held process exit, and wait for it */
int vmm_release(struct vmm *v, unsigned int timeout_ms, struct result *r);

/* vmm_end() - kill, wait, close all; safe on a zeroed vmm */
void vmm_end(struct vmm *v);

/* vmm_mrelease() - process_mrelease(2); Return: 0 or -errno */
int vmm_mrelease(const struct vmm *v);

/* One look at the guest memory of a held process. */
struct vmm_memory {
	unsigned int kept;	/* visited pages in memory, in swap or on the move */
	uint64_t *words;	/* first words of those in memory, else 0 */
};

/*
 * vmm_look() - pagemap and contents of the visited pages, from outside
 * @m: filled in; free @m->words
 */
int vmm_look(const struct vmm *v, struct vmm_memory *m, struct result *r);

#endif
