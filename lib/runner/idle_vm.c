// SPDX-License-Identifier: GPL-2.0
/*
 * The process with the idle VM.  It is not the one that runs the tests: whose
 * mm has a VM is in the notifiers' way with every fork(), and a kernel that
 * cannot make a VM would take the report with it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/test_process.h"
#include "runner/idle_vm.h"
#include "vm/vm.h"

static void __attribute__((noreturn)) hold_vm(int ready)
{
	struct result r;
	struct vm vm;

	test_process_child();
	result_init(&r);
	vm_create(&vm, 1, 0, &r);
	/* Without KVM or root there is none, and the tests skip by themselves. */
	close(ready);
	for (;;)
		pause();
}

int idle_vm_start(struct idle_vm *a, struct result *r)
{
	int ready[2], ret;

	a->pid = 0;
	if (pipe2(ready, O_CLOEXEC))
		return result_errno(r, "pipe2()");
	a->pid = fork();
	if (!a->pid) {
		close(ready[0]);
		hold_vm(ready[1]);
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

void idle_vm_end(struct idle_vm *a)
{
	struct result ignored;

	if (!a->pid)
		return;
	result_init(&ignored);
	test_process_end(a->pid, &ignored);
	a->pid = 0;
}
