// SPDX-License-Identifier: GPL-2.0
/*
 * The process with the idle VM.  It is not the one that runs the tests: whose
 * mm has a VM is in the notifiers' way with every fork(), and a kernel that
 * cannot make a VM would take the report with it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/test_process.h"
#include "runner/anchor.h"
#include "vm/vm.h"

static void __attribute__((noreturn)) be_anchor(int ready)
{
	struct result r;
	struct vm vm;

	test_process_child();
	result_init(&r);
	vm_create(&vm, 1, &r);
	/* Without KVM or root there is none, and the tests skip by themselves. */
	close(ready);
	for (;;)
		pause();
}

int anchor_start(struct anchor *a, struct result *r)
{
	int ready[2], ret;

	a->pid = 0;
	if (pipe2(ready, O_CLOEXEC))
		return result_errno(r, "pipe2()");
	a->pid = fork();
	if (!a->pid) {
		close(ready[0]);
		be_anchor(ready[1]);
	}
	close(ready[1]);
	if (a->pid < 0) {
		a->pid = 0;
		ret = result_errno(r, "fork()");
	} else {
		ret = test_process_ready(a->pid, ready[0], TEST_LIMIT_MS, r);
	}
	close(ready[0]);
	return ret;
}

void anchor_end(struct anchor *a)
{
	struct result ignored;

	if (!a->pid)
		return;
	result_init(&ignored);
	test_process_end(a->pid, &ignored);
	a->pid = 0;
}
