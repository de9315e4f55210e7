// SPDX-License-Identifier: GPL-2.0
/*
 * Inside the VMM process, with its guests at work: do what the test asks for, and
 * end in one of many ways.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario/invalidators.h"
#include "scenario/vmm_internal.h"

#define GROW_STEP	(1UL << 20)
#define EXIT_SIGNAL	SIGUSR2

/* Touch more and more memory: the cgroup's limit is somewhere ahead. */
static void grow(void)
{
	char *p;

	for (;;) {
		p = mmap(NULL, GROW_STEP, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (p == MAP_FAILED)
			return;
	}
}

/* Only on a shared backing: the guest is not told, and must find what it wrote. */
static void discard(const struct area *area)
{
	while (!madvise(area->hva, area->size, MADV_DONTNEED))
		;
}

/*
 * From here on until the end of the process.  Half of the memory is left alone:
 * its translations go with the mm, or nobody takes them.
 */
static void press(struct invalidators *invalidators, struct area *half, int control)
{
	struct result r;

	result_init(&r);
	half->size /= 2;
	if (invalidators_start(invalidators, half, true, &r) || send(control, "", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
}

static void on_exit_signal(int signal)
{
	(void)signal;
	syscall(SYS_exit_group, 0);
}

static void exit_by_vcpu(const struct vm *vm)
{
	struct sigaction action = { .sa_handler = on_exit_signal };

	if (sigaction(EXIT_SIGNAL, &action, NULL) ||
	    pthread_kill(vm->vcpus[0].thread, EXIT_SIGNAL))
		_exit(1);
}

/* The descriptors must survive, or the VM would go together with the mm. */
static void keep(int fd, char *text, size_t size)
{
	if (fcntl(fd, F_SETFD, 0))
		_exit(1);
	snprintf(text, size, "%d", fd);
}

static void exec(const char *becomes, const struct vm *vm, int control)
{
	char vm_fd[16], vcpu_fd[16], socket[16];
	char *const argv[] = {
		"/proc/self/exe", (char *)becomes, vm_fd, vcpu_fd, socket, NULL
	};

	keep(vm->fd, vm_fd, sizeof(vm_fd));
	keep(vm->vcpus[0].fd, vcpu_fd, sizeof(vcpu_fd));
	keep(control, socket, sizeof(socket));
	execv(argv[0], argv);
	_exit(1);
}

void vmm_obey(const struct vmm_spec *spec, int control, struct vm *vm, const struct area *area)
{
	struct area half = *area;
	struct invalidators invalidators;
	char word;

	while (recv(control, &word, 1, 0) == 1) {
		switch (word) {
		case VMM_GROW:
			grow();
			break;
		case VMM_DISCARD:
			discard(area);
			break;
		case VMM_PRESS:
			press(&invalidators, &half, control);
			break;
		case VMM_EXIT:
			_exit(0);
		case VMM_EXIT_BY_VCPU:
			exit_by_vcpu(vm);
			break;
		case VMM_EXEC:
			exec(spec->becomes, vm, control);
			break;
		}
	}
	_exit(1);
}
