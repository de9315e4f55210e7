/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMM in a process of its own, with a guest at work, made to be killed.
 *
 * The test keeps what outlives it: its VM fd, and the fd of its injector, so
 * that counts and refusals can be read after the mm has died.  The process is
 * held when it exits, before it gives up its mm, so that reaping it from
 * outside does not race with its own exit.
 *
 * Several VMs of the process may share its guest memory: each has all of it in
 * a memslot, and visits its own part.
 */
#ifndef VMM_H
#define VMM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "inject/inject.h"
#include "scenario/scenario.h"

#define VMM_MAX_VMS	4

struct vmm_spec {
	const struct backing *backing;
	const struct injector_setup *injector;
	unsigned int nr_pages;		/* visited by the guests, all together */
	unsigned int nr_vms;		/* that share them; 0: one */
	unsigned int nr_vmas;		/* that they are split into; 0: one */
	unsigned int aim_first, aim_pages; /* the injector acts on these; 0 0: on all */
	size_t ballast;			/* bytes of touched memory besides */
	const char *cgroup;		/* to join first, or NULL */
	bool hold;			/* stop it at its exit */
	const char *becomes;		/* for VMM_EXECS: see vmm_die() */
};

/* How a VMM process comes to its end. */
enum vmm_way {
	VMM_KILLED,		/* by SIGKILL */
	VMM_EXITS,		/* its main thread calls exit_group() */
	VMM_EXITS_BY_VCPU,	/* a vCPU thread does, just out of the guest */
	VMM_EXECS,		/* it becomes another program: a new mm */
};

struct vmm {
	pid_t pid;
	int pidfd;
	int control;		/* socket to the process */
	bool held;		/* will stop at its exit; see vmm_release() */
	bool at_exit;		/* stopped there now */
	bool reaped;		/* waited for */
	/* What the process told about itself. */
	unsigned int nr_vms;
	char names[VMM_MAX_VMS][32]; /* KVM's directories of its VMs */
	uintptr_t hva;		/* its guest memory */
	uint64_t stride;	/* from one visited page to the next */
	unsigned int nr_pages;
	int vm_fd;		/* of its first VM; ours now as well */
	int vcpu_fd;		/* of that VM's first vCPU; the same */
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

/* vmm_discard() - tell it to discard its guest memory, again and again */
int vmm_discard(struct vmm *v, struct result *r);

/*
 * vmm_press() - have it invalidate half of its guest memory, from several threads at once
 *
 * Its backing must be shared, see invalidators.h.  Returns once these threads run.
 */
int vmm_press(struct vmm *v, struct result *r);

/*
 * vmm_die() - have it come to its end
 *
 * In its place VMM_EXECS puts this very program with four arguments:
 * spec.becomes, and the numbers of the descriptors of the VM, of its first vCPU,
 * and of a socket whose other end is @v->control.
 */
int vmm_die(struct vmm *v, enum vmm_way way, struct result *r);

/*
 * vmm_await_exit() - wait until it is held at its exit, with its other threads gone
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
	unsigned int kept;	/* of the visited pages */
	struct vmm_page {
		bool kept;	/* in memory, in swap or on the move */
		uint64_t frame;	/* its number, 0 if not in memory, or hidden */
		uint64_t word;	/* the first one, if in memory, else 0 */
	} *pages;
};

/*
 * vmm_look() - pagemap and contents of the visited pages, from outside
 * @m: filled in; free @m->pages
 */
int vmm_look(const struct vmm *v, struct vmm_memory *m, struct result *r);

/*
 * vmm_judge_untouched() - are pages still there, with their contents?
 * @before, @after: two looks, with a refused reaping in between
 * @first, @nr: the pages that were refused
 *
 * Return: 0, or -1 with a failure of contract 3, or an error: not there before.
 */
int vmm_judge_untouched(const struct vmm_memory *before, const struct vmm_memory *after,
			unsigned int first, unsigned int nr, struct result *r);

/*
 * vmm_judge_orphans() - after the mm has gone: is anything of it left in the VMs?
 * @v: released; ended by this call
 * @strict: no invalidation was under way when the mm let go of its notifiers;
 *	otherwise counts that are left are only noted
 * @seen: filled with what the first injector saw
 *
 * Return: 0, or -1 with a failure of contracts 5, 6 or 8, or an error.
 */
int vmm_judge_orphans(struct vmm *v, bool strict, struct injector_status *seen,
		      struct result *r);

#endif
