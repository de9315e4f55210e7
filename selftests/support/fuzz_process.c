// SPDX-License-Identifier: GPL-2.0
/*
 * The threads and children of one process of the fuzzer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/page.h"
#include "base/test_process.h"
#include "support/fuzz_process.h"

#define FUZZ_PAGES		32
#define FUZZ_SHARED_FD		100	/* the first of the numbers raced for */
#define FUZZ_SHARED_FDS		6
#define FUZZ_MAILBOX_FD		90
#define FUZZ_LIFE		3000	/* operations of a process, about */
#define FUZZ_CHILD_LIFE		24
#define FUZZ_STUCK_NS		20000000000ULL	/* a call, though signals come */

struct fuzz_process {
	struct fuzz_record *record;
	uint64_t seed;
	uint64_t life;		/* operations after which it ends by itself */
	uint64_t done;
	char *mem;
	int dev_kvm;
	unsigned int nr_threads;
	unsigned int running;	/* threads that have not ended by themselves */
	pthread_t threads[FUZZ_MAX_THREADS];
	pid_t tids[FUZZ_MAX_THREADS];
};

/* What the receiver has to know of a file. */
struct fuzz_letter {
	enum fuzz_file file;
	bool readable, writable;
	pid_t owner;
};

struct fuzz_thread_arg {
	struct fuzz_process *process;
	unsigned int number;
};

/* ---- descriptors that threads race for ---- */

static int fuzz_shared_fd(struct fuzz_context *c)
{
	return FUZZ_SHARED_FD + fuzz_below(&c->random, FUZZ_SHARED_FDS);
}

/* Whatever is documented for any file, and that there is none. */
static uint64_t fuzz_shared_may(void)
{
	return MAY(0) | MAY(EINVAL) | MAY(EFAULT) | MAY(E2BIG) | MAY(EPERM) | MAY(EBUSY) |
	       MAY(EAGAIN) | MAY(ENOENT) | MAY(EBADF) | MAY(EINTR) | MAY(ESRCH) | MAY(EEXIST) |
	       MAY(ESPIPE) | MAY(ENXIO) | MAY(ENOMEM) | MAY(EIO);
}

static void fuzz_shared(struct fuzz_context *c)
{
	struct fuzz_slot *s = &c->slots[fuzz_below(&c->random, FUZZ_SLOTS)];
	int fd = fuzz_shared_fd(c), err;
	struct fuzz_write w;
	char result[32];
	ssize_t n;

	w.len = 0;
	switch (fuzz_below(&c->random, 8)) {
	case 0:		/* the thread's own file, from now on anyone's */
		s->settings.sure = false;
		n = s->fd < 0 ? close(fd) : dup3(s->fd, fd, O_CLOEXEC);
		break;
	case 1:
		n = dup3(fuzz_shared_fd(c), fd, O_CLOEXEC);
		break;
	case 2:
		n = close(fd);
		break;
	case 3:
		n = read(fd, c->status, 100);
		break;
	case 4:
		n = pread(fd, c->status, FUZZ_STATUS_MAX, 0);
		break;
	default:
		fuzz_draw_write(c, FUZZ_PICK(&c->random, ((const enum fuzz_file[])
					     { FUZZ_ATTACH, FUZZ_ATTACH, FUZZ_REAP, FUZZ_WATCH })),
				&w);
		w.offset = 0;
		n = fuzz_do_write(fd, &w);
		if (n > 0 && (size_t)n != w.len)
			fuzz_finding(c->record, "write of %zu bytes gives %zd", w.len, n);
	}
	err = errno;
	if (!fuzz_count(c->record, FUZZ_SHARED, n, err, fuzz_shared_may()))
		fuzz_finding(c->record, "a shared descriptor, %zu bytes to write: %s", w.len,
			     fuzz_result_text(result, sizeof(result), n, err));
}

/* ---- files that travel ---- */

static void fuzz_send(struct fuzz_context *c, struct fuzz_slot *s)
{
	struct fuzz_letter letter = { s->file, s->readable, s->writable, s->owner };
	struct iovec vector = { &letter, sizeof(letter) };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	} };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	/* A parent does not learn that its file travels, and may get it back. */
	if (c->is_child && fuzz_is_foreign(c, s))
		return;
	memcpy(CMSG_DATA(&control.header), &s->fd, sizeof(int));
	/* Another thread of this process may get it. */
	s->settings.sure = false;
	/* A full socket is as good as any: the file stays here. */
	sendmsg(c->mailbox, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void fuzz_receive(struct fuzz_context *c, struct fuzz_slot *s)
{
	struct fuzz_letter letter;
	struct iovec vector = { &letter, sizeof(letter) };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(c->mailbox, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != sizeof(letter) ||
	    message.msg_controllen < CMSG_LEN(sizeof(int)))
		return;
	memcpy(&s->fd, CMSG_DATA(&control.header), sizeof(int));
	s->file = letter.file;
	s->readable = letter.readable;
	s->writable = letter.writable;
	s->owner = letter.owner;
	s->settings.sure = false;
}

/* ---- virtual machines ---- */

static void fuzz_vm_destroy(struct fuzz_vm *vm)
{
	if (vm->vcpu >= 0)
		close(vm->vcpu);
	if (vm->fd >= 0)
		close(vm->fd);
	vm->vcpu = -1;
	vm->fd = -1;
	/* The name stays: what it leads to is gone, or soon another VM. */
}

static void fuzz_vm_create(struct fuzz_context *c, struct fuzz_vm *vm)
{
	struct kvm_userspace_memory_region slot = {
		.memory_size = FUZZ_PAGES * PAGE_BYTES,
		.userspace_addr = (uintptr_t)c->mem,
	};

	vm->fd = ioctl(c->dev_kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return;		/* a signal came, or there is no memory */
	snprintf(vm->name, sizeof(vm->name), "%d-%d", (int)syscall(SYS_gettid), vm->fd);
	/* Whether KVM likes it is not what is tested. */
	ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &slot);
	if (fuzz_one_in(&c->random, 4))
		vm->vcpu = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
}

/* What is watched by its number alone is hit by chance; this one is meant. */
static void fuzz_vm_watch(struct fuzz_context *c, const struct fuzz_vm *vm)
{
	const uint64_t may = MAY(0) | MAY(EEXIST) | MAY(ENOENT);
	int fd = open(FUZZ_ROOT "/watch", O_WRONLY | O_CLOEXEC), err;
	char text[16], result[32];
	ssize_t n;

	if (fd < 0)
		return;
	n = write(fd, text, snprintf(text, sizeof(text), "%d", vm->fd));
	err = errno;
	if (!fuzz_count(c->record, FUZZ_WATCH, n, err, may))
		fuzz_finding(c->record, "watch: a VM: %s",
			     fuzz_result_text(result, sizeof(result), n, err));
	close(fd);
}

static void fuzz_vm_step(struct fuzz_context *c)
{
	struct fuzz_vm *vm = &c->vms[fuzz_below(&c->random, FUZZ_VMS)];

	if (c->dev_kvm < 0)
		return;
	if (vm->fd < 0)
		fuzz_vm_create(c, vm);
	else if (fuzz_one_in(&c->random, 2))
		fuzz_vm_destroy(vm);
	/* In a child it is the parent's, and may be watched all the same. */
	if (vm->fd >= 0)
		fuzz_vm_watch(c, vm);
}

/* ---- what injectors live on ---- */

static void fuzz_invalidate(struct fuzz_context *c)
{
	unsigned int first = fuzz_below(&c->random, c->pages), i;
	unsigned int nr = 1 + fuzz_below(&c->random, c->pages - first);
	char *start = c->mem + first * PAGE_BYTES;
	void *pages[FUZZ_PAGES];
	int nodes[FUZZ_PAGES], status[FUZZ_PAGES];

	switch (fuzz_below(&c->random, 4)) {
	case 0:
		for (i = 0; i < nr; i++) {
			pages[i] = start + i * PAGE_BYTES;
			nodes[i] = fuzz_below(&c->random, 2);
		}
		syscall(SYS_move_pages, 0, nr, pages, nodes, status, 1 << 1 /* MPOL_MF_MOVE */);
		break;
	case 1:
		/* Never less than what other threads need to write there. */
		mprotect(start, nr * PAGE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC);
		mprotect(start, nr * PAGE_BYTES, PROT_READ | PROT_WRITE);
		break;
	default:
		madvise(start, nr * PAGE_BYTES, MADV_DONTNEED);
	}
	for (i = 0; i < nr; i++)
		*(volatile char *)(start + i * PAGE_BYTES) = 1;
}

/* ---- what a thread does next ---- */

static void fuzz_step(struct fuzz_context *c);

/* A child has the files, and an mm of its own, with which they do not go. */
static void fuzz_fork(struct fuzz_context *c)
{
	unsigned int n;
	pid_t pid;

	if (c->is_child)
		return;
	pid = fork();
	if (pid)
		return;		/* nobody waits for it, see fuzz_process_main() */
	test_process_bind();
	c->is_child = true;
	c->pid = getpid();
	c->random = fuzz_branch(fuzz_random(&c->random), 1);
	for (n = 0; n < FUZZ_CHILD_LIFE && !fuzz_is_over(c->record); n++)
		fuzz_step(c);
	/* It may outlive its parent by a little. */
	sleep_ns(fuzz_below(&c->random, 20) * 1000000);
	_exit(0);
}

static void fuzz_use(struct fuzz_context *c, struct fuzz_slot *s)
{
	unsigned int what = fuzz_below(&c->random, 100);

	if (what < 62)
		fuzz_write(c, s);
	else if (what < 64)
		fuzz_write_many(c, s);
	else if (what < 74)
		fuzz_read(c, s);
	else if (what < 84)
		fuzz_read_back(c, s);
	else if (what < 90)
		fuzz_misuse(c, s);
	else if (what < 91)
		fuzz_send(c, s);
	else
		fuzz_close(c, s);
}

static void fuzz_step(struct fuzz_context *c)
{
	struct fuzz_slot *s = &c->slots[fuzz_below(&c->random, FUZZ_SLOTS)];
	unsigned int what = fuzz_below(&c->random, 1000);

	if (what < 8)
		fuzz_fork(c);
	else if (what < 20)
		fuzz_vm_step(c);
	else if (what < 80)
		fuzz_invalidate(c);
	else if (what < 180)
		fuzz_shared(c);
	else if (s->fd >= 0)
		fuzz_use(c, s);
	else if (fuzz_one_in(&c->random, 8))
		fuzz_receive(c, s);
	else
		fuzz_open(c, s);
}

/* ---- the process ---- */

/* FUZZ_TEXT_MAX bytes, and behind them a page that cannot be touched. */
static char *fuzz_text_end(void)
{
	size_t size = (FUZZ_TEXT_MAX + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	char *mem = mmap(NULL, size + PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED || mprotect(mem + size, PAGE_BYTES, PROT_NONE))
		return NULL;
	return mem + size;
}

static void *fuzz_thread_main(void *arg)
{
	struct fuzz_thread_arg *a = arg;
	struct fuzz_process *p = a->process;
	struct fuzz_context *c = calloc(1, sizeof(*c));
	size_t i;

	p->tids[a->number] = syscall(SYS_gettid);
	if (!c)
		_exit(2);
	c->record = p->record;
	c->random = fuzz_branch(p->seed, a->number + 1);
	c->pid = getpid();
	c->mem = p->mem;
	c->pages = FUZZ_PAGES;
	c->mailbox = FUZZ_MAILBOX_FD;
	c->dev_kvm = p->dev_kvm;
	c->text_end = fuzz_text_end();
	if (!c->text_end)
		_exit(2);
	for (i = 0; i < FUZZ_SLOTS; i++)
		c->slots[i].fd = -1;
	for (i = 0; i < FUZZ_VMS; i++)
		c->vms[i] = (struct fuzz_vm){ .fd = -1, .vcpu = -1 };
	while (!fuzz_is_over(p->record) &&
	       __atomic_fetch_add(&p->done, 1, __ATOMIC_RELAXED) < p->life)
		fuzz_step(c);
	/* The files stay open: the end of the process closes them. */
	p->tids[a->number] = 0;
	__atomic_fetch_sub(&p->running, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void fuzz_on_signal(int sig)
{
	(void)sig;
}

static void fuzz_process_signals(void)
{
	const struct sigaction interrupt = { .sa_handler = fuzz_on_signal };

	sigaction(SIGUSR1, &interrupt, NULL);
	signal(SIGCHLD, SIG_IGN);	/* children are nobody's business */
}

static void fuzz_interrupt(const struct fuzz_process *p, unsigned int thread)
{
	pid_t tid = p->tids[thread];

	if (tid)
		syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
}

/* Where in the kernel a thread is, on one line. */
static void fuzz_stack(pid_t tid, char *text, size_t size)
{
	char path[64], *p;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	for (p = text; *p; p++) {
		if (*p == '\n')
			*p = ' ';
	}
}

/* All that can last is ended by a signal, but for what hangs. */
static void fuzz_await_threads(struct fuzz_process *p)
{
	struct deadline deadline;
	unsigned int i;
	char stack[400];

	deadline_start(&deadline, FUZZ_STUCK_NS);
	while (__atomic_load_n(&p->running, __ATOMIC_ACQUIRE)) {
		for (i = 0; i < p->nr_threads; i++)
			fuzz_interrupt(p, i);
		if (deadline_poll(&deadline))
			continue;
		for (i = 0; i < p->nr_threads; i++) {
			if (!p->tids[i])
				continue;
			fuzz_stack(p->tids[i], stack, sizeof(stack));
			fuzz_finding(p->record, "a call does not return: %s", stack);
		}
		return;
	}
}

void fuzz_process_main(struct fuzz_record *record, uint64_t seed, unsigned int nr_threads,
		       int mailbox)
{
	struct fuzz_random random = fuzz_branch(seed, 0);
	struct fuzz_process p = { .record = record, .seed = seed,
				  .nr_threads = nr_threads, .running = nr_threads };
	struct fuzz_thread_arg args[FUZZ_MAX_THREADS];
	unsigned int i;

	test_process_bind();
	/* Nothing of the test's own, such as its VM, may be hit by chance. */
	if (dup2(mailbox, FUZZ_MAILBOX_FD) < 0 || close_range(3, FUZZ_MAILBOX_FD - 1, 0) ||
	    close_range(FUZZ_MAILBOX_FD + 1, ~0U, 0))
		_exit(2);
	fuzz_process_signals();
	p.dev_kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	p.life = 1 + fuzz_below(&random, 2 * FUZZ_LIFE);
	p.mem = mmap(NULL, FUZZ_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p.mem == MAP_FAILED)
		_exit(2);
	for (i = 0; i < nr_threads; i++) {
		args[i] = (struct fuzz_thread_arg){ &p, i };
		if (pthread_create(&p.threads[i], NULL, fuzz_thread_main, &args[i]))
			_exit(2);
	}
	/* Meanwhile interrupt them, as some of what they do lasts until then. */
	while (!fuzz_is_over(record) && __atomic_load_n(&p.done, __ATOMIC_RELAXED) < p.life) {
		sleep_ns((1 + fuzz_below(&random, 8)) * 1000000);
		fuzz_interrupt(&p, fuzz_below(&random, nr_threads));
	}
	if (fuzz_is_over(record) || fuzz_one_in(&random, 2))
		fuzz_await_threads(&p);
	_exit(0);
}
