// SPDX-License-Identifier: GPL-2.0
/*
 * The descriptor of a userfaultfd and the thread that serves it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory/uffd.h"

#define FAULT_KINDS	(UFFD_PAGEFAULT_FLAG_WP | UFFD_PAGEFAULT_FLAG_MINOR)

static int open_descriptor(void)
{
	return syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
}

/* All that the kernel has; only a fresh descriptor can be asked. */
static int ask_features(uint64_t *features)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = open_descriptor(), ret;

	if (fd < 0)
		return -1;
	ret = ioctl(fd, UFFDIO_API, &api);
	close(fd);
	*features = api.features;
	return ret;
}

const char *uffd_missing(void)
{
	uint64_t features;

	if (!ask_features(&features))
		return NULL;
	if (errno == EPERM)
		return "userfaultfd does not handle faults of the kernel: needs CAP_SYS_PTRACE, or vm.unprivileged_userfaultfd=1";
	return "kernel without CONFIG_USERFAULTFD";
}

bool uffd_has(uint64_t features)
{
	uint64_t has;

	return !ask_features(&has) && (has & features) == features;
}

int uffd_open(struct uffd *u, uint64_t features, size_t unit, uint64_t budget_ns,
	      struct result *r)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };

	memset(u, 0, sizeof(*u));
	result_init(&u->result);
	pthread_mutex_init(&u->resolving, NULL);
	u->unit = unit;
	u->budget_ns = budget_ns;
	u->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	u->fd = open_descriptor();
	if (u->wake < 0)
		return result_errno(r, "eventfd()");
	if (u->fd < 0)
		return result_errno(r, "userfaultfd()");
	if (ioctl(u->fd, UFFDIO_API, &api))
		return result_errno(r, "UFFDIO_API(features %#llx)",
				    (unsigned long long)features);
	return 0;
}

int uffd_register(struct uffd *u, char *addr, size_t size, uint64_t mode, struct result *r)
{
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)addr, .len = size },
		.mode = mode,
	};

	if (u->nr_ranges == UFFD_MAX_RANGES)
		return result_error(r, "userfaultfd: more than %d ranges", UFFD_MAX_RANGES);
	if (ioctl(u->fd, UFFDIO_REGISTER, &reg))
		return result_errno(r, "UFFDIO_REGISTER(%p, %zu, mode %#llx)", (void *)addr,
				    size, (unsigned long long)mode);
	u->ranges[u->nr_ranges++] = reg.range;
	u->mode = mode;
	return 0;
}

static bool is_set(const uint32_t *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

/* Changes what the thread is to do, and has it look. */
static void tell(struct uffd *u, uint32_t *flag, uint32_t value)
{
	uint64_t one = 1;

	__atomic_store_n(flag, value, __ATOMIC_RELEASE);
	/* Full only if the thread is to look anyway. */
	if (write(u->wake, &one, sizeof(one)) < 0)
		return;
}

/* Sleep until there is something to read or to look at. */
static int await_news(struct uffd *u, struct result *r)
{
	struct pollfd fds[] = {
		{ .fd = u->wake, .events = POLLIN },
		{ .fd = u->fd, .events = u->nr_pending < UFFD_MAX_PENDING ? POLLIN : 0 },
	};
	uint64_t ignored;

	if (poll(fds, 2, -1) < 0 && errno != EINTR)
		return result_errno(r, "poll(userfaultfd)");
	if (read(u->wake, &ignored, sizeof(ignored)) < 0 && errno != EAGAIN)
		return result_errno(r, "read(eventfd)");
	return 0;
}

static uint64_t kind_of(uint64_t mode)
{
	if (mode == UFFDIO_REGISTER_MODE_WP)
		return UFFD_PAGEFAULT_FLAG_WP;
	return mode == UFFDIO_REGISTER_MODE_MINOR ? UFFD_PAGEFAULT_FLAG_MINOR : 0;
}

static int take(struct uffd *u, const struct uffd_msg *msg, struct result *r)
{
	uint64_t flags = msg->arg.pagefault.flags, address = msg->arg.pagefault.address;

	if (msg->event != UFFD_EVENT_PAGEFAULT)
		return result_error(r, "userfaultfd: event %#x, which was not asked for",
				    msg->event);
	if ((flags & FAULT_KINDS) != kind_of(u->mode))
		return result_fail(r, CONTRACT_NONE,
				   "userfault at %#llx with flags %#llx in a range registered with mode %#llx",
				   (unsigned long long)address, (unsigned long long)flags,
				   (unsigned long long)u->mode);
	u->pending[u->nr_pending++] = address & ~(uint64_t)(u->unit - 1);
	__atomic_add_fetch(&u->faults, 1, __ATOMIC_ACQ_REL);
	return 0;
}

static int collect(struct uffd *u, struct result *r)
{
	struct uffd_msg msg;
	ssize_t got;

	while (u->nr_pending < UFFD_MAX_PENDING) {
		got = read(u->fd, &msg, sizeof(msg));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? 0 : result_errno(r, "read(userfaultfd)");
		if (got != sizeof(msg))
			return result_error(r, "read(userfaultfd): %zd of %zu bytes", got,
					    sizeof(msg));
		if (take(u, &msg, r))
			return -1;
	}
	return 0;
}

static int resolve_pending(struct uffd *u, struct result *r)
{
	uint64_t n;

	for (n = 0; n < u->nr_pending; n++) {
		if (u->resolve(u, (char *)(uintptr_t)u->pending[n], r))
			return -1;
		__atomic_add_fetch(&u->served, 1, __ATOMIC_ACQ_REL);
	}
	u->nr_pending = 0;
	return 0;
}

static int resolve_unless_held(struct uffd *u, struct result *r)
{
	int ret = 0;

	pthread_mutex_lock(&u->resolving);
	if (!is_set(&u->held))
		ret = resolve_pending(u, r);
	pthread_mutex_unlock(&u->resolving);
	return ret;
}

/*
 * Gives the ranges back, and wakes all who wait in them.  Closing alone would do
 * so too, but before "mm/userfaultfd: fix release hang over concurrent GUP" (not
 * in 5.10 and 6.1) it waits forever if KVM faults there meanwhile.
 */
static int unregister(struct uffd *u, struct result *r)
{
	unsigned int n;
	int ret = 0;

	for (n = 0; n < u->nr_ranges; n++) {
		if (ioctl(u->fd, UFFDIO_UNREGISTER, &u->ranges[n]))
			ret = result_errno(r, "UFFDIO_UNREGISTER(%#llx, %llu)",
					   u->ranges[n].start, u->ranges[n].len);
	}
	return ret;
}

static void *serve(void *arg)
{
	struct uffd *u = arg;
	struct result *r = &u->result;

	while (!is_set(&u->ending)) {
		if (await_news(u, r) || collect(u, r) || resolve_unless_held(u, r)) {
			__atomic_store_n(&u->failed, 1, __ATOMIC_RELEASE);
			/* Who waits now may be the one who has to end it all. */
			unregister(u, r);
			break;
		}
	}
	return NULL;
}

int uffd_serve(struct uffd *u, int (*resolve)(struct uffd *u, char *unit, struct result *r),
	       void *owner, bool held, struct result *r)
{
	int err;

	u->resolve = resolve;
	u->owner = owner;
	u->held = held;
	err = pthread_create(&u->thread, NULL, serve, u);
	if (err) {
		errno = err;
		return result_errno(r, "pthread_create(userfaultfd)");
	}
	u->running = true;
	return 0;
}

void uffd_hold(struct uffd *u)
{
	pthread_mutex_lock(&u->resolving);
	__atomic_store_n(&u->held, 1, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&u->resolving);
}

void uffd_release(struct uffd *u)
{
	tell(u, &u->held, 0);
}

uint64_t uffd_served(const struct uffd *u)
{
	return __atomic_load_n(&u->served, __ATOMIC_ACQUIRE);
}

uint64_t uffd_waiting(const struct uffd *u)
{
	uint64_t served = uffd_served(u);

	return __atomic_load_n(&u->faults, __ATOMIC_ACQUIRE) - served;
}

bool uffd_failed(const struct uffd *u)
{
	return is_set(&u->failed);
}

int uffd_close(struct uffd *u, struct result *r)
{
	if (u->running) {
		tell(u, &u->ending, 1);
		pthread_join(u->thread, NULL);
		u->running = false;
	}
	unregister(u, &u->result);
	if (u->fd >= 0)
		close(u->fd);
	if (u->wake >= 0)
		close(u->wake);
	if (u->result.kind == RESULT_PASS)
		return 0;
	result_adopt(r, &u->result);
	return -1;
}
