// SPDX-License-Identifier: GPL-2.0
/*
 * The part of io_uring that the rows need, without liburing.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/deadline.h"
#include "pressure/uring.h"

static int io_uring_setup(unsigned int entries, struct io_uring_params *params)
{
	return syscall(SYS_io_uring_setup, entries, params);
}

static int io_uring_register(int ring, unsigned int what, void *arg, unsigned int nr)
{
	return syscall(SYS_io_uring_register, ring, what, arg, nr);
}

const char *uring_missing(void)
{
	struct io_uring_params params = { 0 };
	int ring = io_uring_setup(1, &params);

	if (ring < 0)
		return errno == ENOSYS ? "kernel without CONFIG_IO_URING" :
					 "io_uring is forbidden: see kernel.io_uring_disabled";
	close(ring);
	return NULL;
}

static void *map(const struct uring *u, size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->fd, what);

	return p == MAP_FAILED ? NULL : p;
}

static void find_queues(struct uring *u, const struct io_uring_params *params)
{
	char *rings = u->rings;

	u->sq_tail = (unsigned int *)(rings + params->sq_off.tail);
	u->sq_array = (unsigned int *)(rings + params->sq_off.array);
	u->sq_mask = *(unsigned int *)(rings + params->sq_off.ring_mask);
	u->cq_head = (unsigned int *)(rings + params->cq_off.head);
	u->cq_tail = (unsigned int *)(rings + params->cq_off.tail);
	u->cq_mask = *(unsigned int *)(rings + params->cq_off.ring_mask);
	u->completions = rings + params->cq_off.cqes;
}

int uring_open(struct uring *u, struct result *r)
{
	struct io_uring_params params = { 0 };
	size_t sq_size, cq_size;

	memset(u, 0, sizeof(*u));
	u->fd = io_uring_setup(URING_ENTRIES, &params);
	if (u->fd < 0)
		return result_errno(r, "io_uring_setup(%u)", URING_ENTRIES);
	if (!(params.features & IORING_FEAT_SINGLE_MMAP))
		return result_skip(r, "io_uring has two rings to map: kernel before v5.4");
	sq_size = params.sq_off.array + params.sq_entries * sizeof(unsigned int);
	cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
	u->rings_size = sq_size > cq_size ? sq_size : cq_size;
	u->requests_size = params.sq_entries * sizeof(struct io_uring_sqe);
	u->rings = map(u, u->rings_size, IORING_OFF_SQ_RING);
	u->requests = map(u, u->requests_size, IORING_OFF_SQES);
	if (!u->rings || !u->requests)
		return result_errno(r, "mmap(io_uring)");
	find_queues(u, &params);
	return 0;
}

void uring_close(struct uring *u)
{
	if (u->rings)
		munmap(u->rings, u->rings_size);
	if (u->requests)
		munmap(u->requests, u->requests_size);
	if (u->fd >= 0)
		close(u->fd);
	memset(u, 0, sizeof(*u));
	u->fd = -1;
}

int uring_pin(struct uring *u, const struct area *area, uint64_t budget_ns, struct result *r)
{
	struct iovec buffer = { .iov_base = area->hva, .iov_len = area->size };
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, budget_ns);
	do {
		ret = io_uring_register(u->fd, IORING_REGISTER_BUFFERS, &buffer, 1);
	} while (ret && (errno == EBUSY || errno == EAGAIN || errno == ENOMEM) &&
		 deadline_poll(&deadline));
	if (ret && errno == EOPNOTSUPP)
		return result_skip(r, "io_uring does not pin %s memory: kernel before v5.13",
				   area->backing->name);
	if (ret)
		return result_errno(r, "io_uring_register(BUFFERS, %p, %zu)", area->hva, area->size);
	return 0;
}

int uring_unpin(struct uring *u, struct result *r)
{
	if (io_uring_register(u->fd, IORING_UNREGISTER_BUFFERS, NULL, 0))
		return result_errno(r, "io_uring_register(UNREGISTER_BUFFERS)");
	return 0;
}

static void queue_reads(struct uring *u, int file, char *to, size_t stride, unsigned int nr)
{
	unsigned int tail = *u->sq_tail, i;

	for (i = 0; i < nr; i++, tail++) {
		struct io_uring_sqe *request = (struct io_uring_sqe *)u->requests +
					       (tail & u->sq_mask);

		memset(request, 0, sizeof(*request));
		request->opcode = IORING_OP_READ_FIXED;
		request->fd = file;
		request->addr = (uintptr_t)(to + i * stride);
		request->len = sizeof(guest_u64);
		request->off = i * sizeof(guest_u64);
		u->sq_array[tail & u->sq_mask] = tail & u->sq_mask;
	}
	__atomic_store_n(u->sq_tail, tail, __ATOMIC_RELEASE);
}

/* The outcome of the first that went wrong, or 0. */
static int reap_reads(struct uring *u, unsigned int *nr)
{
	unsigned int head = *u->cq_head, tail = __atomic_load_n(u->cq_tail, __ATOMIC_ACQUIRE);
	int outcome = 0;

	for (*nr = 0; head != tail; head++, (*nr)++) {
		const struct io_uring_cqe *c = (struct io_uring_cqe *)u->completions +
					       (head & u->cq_mask);

		if (c->res != sizeof(guest_u64) && !outcome)
			outcome = c->res < 0 ? c->res : -EIO;
	}
	__atomic_store_n(u->cq_head, head, __ATOMIC_RELEASE);
	return outcome;
}

int uring_read(struct uring *u, int file, void *to, size_t stride, unsigned int nr,
	       struct result *r)
{
	unsigned int done;
	int outcome;

	queue_reads(u, file, to, stride, nr);
	if (syscall(SYS_io_uring_enter, u->fd, nr, nr, IORING_ENTER_GETEVENTS, NULL, 0) != (long)nr)
		return result_errno(r, "io_uring_enter(%u reads)", nr);
	outcome = reap_reads(u, &done);
	if (outcome || done != nr)
		return result_error(r, "io_uring: %u of %u reads completed: %s", done, nr,
				    strerror(-outcome));
	return 0;
}
