// SPDX-License-Identifier: GPL-2.0
/*
 * What a child does while it shares the guest's memory copy-on-write.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "pressure/cow_child_body.h"

/* What the child writes is no stamp: its page number is larger than any. */
#define MARK		0xc41d000000000000ULL

static guest_u64 *word(const struct cow_child_body *c, unsigned int page)
{
	return (guest_u64 *)(c->hva + page * c->stride);
}

static void failed(struct cow_child_body *c, const char *call)
{
	c->memory->error = errno;
	strncpy(c->memory->call, call, sizeof(c->memory->call) - 1);
}

static void take_snapshot(struct cow_child_body *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++) {
		c->memory->snapshot[i] = guest_load(word(c, i));
		c->memory->expect[i] = c->memory->snapshot[i];
	}
}

static void write_marks(struct cow_child_body *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++) {
		c->memory->expect[i] = MARK | i;
		guest_store(word(c, i), MARK | i);
	}
}

/* A slot of the pipe holds a page, of which one word is to be read. */
static void splice_pages(struct cow_child_body *c)
{
	unsigned int i;

	if (pipe2(c->pipe, O_CLOEXEC) ||
	    fcntl(c->pipe[1], F_SETPIPE_SZ, c->nr_pages * PAGE_BYTES) < 0) {
		failed(c, "pipe2(), F_SETPIPE_SZ");
		return;
	}
	for (i = 0; i < c->nr_pages; i++) {
		struct iovec one = { .iov_base = word(c, i), .iov_len = sizeof(guest_u64) };

		if (vmsplice(c->pipe[1], &one, 1, SPLICE_F_NONBLOCK) != sizeof(guest_u64)) {
			failed(c, "vmsplice()");
			return;
		}
	}
	if (munmap(c->hva, c->size))
		failed(c, "munmap()");
}

static guest_u64 look_at(struct cow_child_body *c, unsigned int page)
{
	guest_u64 seen = 0;

	if (c->job != COW_CHILD_SPLICES)
		return guest_load(word(c, page));
	if (read(c->pipe[0], &seen, sizeof(seen)) != sizeof(seen))
		failed(c, "read(pipe)");
	return seen;
}

static void compare(struct cow_child_body *c)
{
	struct cow_child_memory *m = c->memory;
	unsigned int i, wrong = 0;

	for (i = 0; i < c->nr_pages; i++) {
		guest_u64 seen = look_at(c, i);

		if (seen == m->expect[i])
			continue;
		if (!wrong++ && !m->wrong) {
			m->page = i;
			m->expected = m->expect[i];
			m->seen = seen;
		}
	}
	if (wrong > m->wrong)
		m->wrong = wrong;
}

/* Where the pages are here, they are in the parent. */
static void write_to_parent(struct cow_child_body *c)
{
	const struct cow_child_memory *m = c->memory;
	const ssize_t size = sizeof(guest_u64);
	unsigned int i;

	for (i = 0; i < c->nr_pages; i++) {
		char *at = (char *)word(c, i) + m->words.offset;
		struct iovec here = { .iov_base = (void *)&m->words.value[i], .iov_len = size };
		struct iovec there = { .iov_base = at, .iov_len = size };

		if (m->mem >= 0 && pwrite(m->mem, here.iov_base, size, (off_t)(uintptr_t)at) != size) {
			failed(c, "pwrite(/proc/PID/mem)");
			return;
		}
		if (m->mem < 0 && process_vm_writev(c->parent, &here, 1, &there, 1, 0) != size) {
			failed(c, "process_vm_writev()");
			return;
		}
	}
}

/* The parent's next word; without waiting, 0 if it has none. */
static char hear(const struct cow_child_body *c, bool wait)
{
	ssize_t got;
	char said;

	do {
		got = recv(c->fd, &said, 1, wait ? 0 : MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return 0;
	return got == 1 ? said : COW_CHILD_LEAVE;
}

static void say_ready(const struct cow_child_body *c)
{
	if (send(c->fd, "r", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
}

void cow_child_body_run(struct cow_child_body *c)
{
	char said;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	take_snapshot(c);
	if (c->job == COW_CHILD_WRITES)
		write_marks(c);
	if (c->job == COW_CHILD_SPLICES)
		splice_pages(c);
	say_ready(c);
	while ((said = hear(c, c->job != COW_CHILD_READS)) == 0 || said == COW_CHILD_WRITE) {
		if (!said) {
			compare(c);
			continue;
		}
		write_to_parent(c);
		say_ready(c);
	}
	if (said == COW_CHILD_LOOK) {
		compare(c);
		say_ready(c);
	}
	_exit(0);
}
