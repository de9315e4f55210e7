// SPDX-License-Identifier: GPL-2.0
/*
 * The device of the kernel's HMM test driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/deadline.h"
#include "memory/numa_pages.h"
#include "oracle/oracle.h"
#include "pressure/hmm.h"

/* Of two, the first one. */
#define HMM_DEVICE	"/dev/hmm_dmirror0"

/* The argument of each call. */
struct hmm_argument {
	uint64_t addr;		/* of the pages */
	uint64_t ptr;		/* where to copy to, or from */
	uint64_t npages;
	uint64_t cpages;	/* filled in: pages copied */
	uint64_t faults;	/* filled in */
};

/* In a snapshot: in the memory of this device; there are 16 kinds of places. */
#define WHERE_MASK	0xf0
#define WHERE_DEVICE	0x20

static const char * const names[] = {
	[HMM_READ] = "READ", [HMM_WRITE] = "WRITE", [HMM_TO_DEVICE] = "MIGRATE_TO_DEV",
	[HMM_TO_SYSTEM] = "MIGRATE_TO_SYS", [HMM_SNAPSHOT] = "SNAPSHOT",
	[HMM_EXCLUSIVE] = "EXCLUSIVE", [HMM_CHECK_EXCLUSIVE] = "CHECK_EXCLUSIVE",
};

const char *hmm_missing(void)
{
	if (!access(HMM_DEVICE, R_OK | W_OK))
		return NULL;
	return errno == ENOENT ? "no " HMM_DEVICE ": kernel without CONFIG_TEST_HMM, or without its module test_hmm" :
				 "only root may open " HMM_DEVICE;
}

int hmm_set_up(struct press *p, struct result *r)
{
	struct hmm *h = calloc(1, sizeof(*h));

	if (!h)
		return result_errno(r, "calloc()");
	p->state = h;
	h->copy = calloc(1, p->area->size);
	h->where = calloc(1, p->area->size / PAGE_BYTES);
	h->looks = calloc(p->nr_pages, sizeof(*h->looks));
	h->fd = open(HMM_DEVICE, O_RDWR | O_CLOEXEC);
	if (h->fd < 0)
		return result_errno(r, "open(" HMM_DEVICE ")");
	if (!h->copy || !h->where || !h->looks)
		return result_errno(r, "calloc(%zu)", p->area->size);
	area_touch(p->area);
	return 0;
}

void hmm_tear_down(struct press *p)
{
	struct hmm *h = p->state;

	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	free(h->copy);
	free(h->where);
	free(h->looks);
	free(h);
}

int hmm_call(const struct press *p, enum hmm_call call, size_t offset, size_t bytes)
{
	const struct hmm *h = p->state;
	char *to = call == HMM_SNAPSHOT ? (char *)h->where + offset / PAGE_BYTES : h->copy + offset;
	struct hmm_argument argument = {
		.addr = (uintptr_t)p->area->hva + offset,
		.ptr = (uintptr_t)to,
		.npages = bytes / PAGE_BYTES,
	};

	return ioctl(h->fd, _IOWR('H', call, struct hmm_argument), &argument) ? -errno : 0;
}

int hmm_failed(enum hmm_call call, size_t bytes, int err, struct result *r)
{
	return result_error(r, "ioctl(" HMM_DEVICE ", %s, %zu bytes): %s", names[call], bytes,
			    strerror(-err));
}

int hmm_retry(const struct press *p, enum hmm_call call, struct result *r)
{
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		ret = hmm_call(p, call, 0, p->area->size);
	} while (ret == -EBUSY && deadline_retry(&deadline));
	return ret ? hmm_failed(call, p->area->size, ret, r) : 0;
}

int hmm_on_device(const struct press *p, size_t *nr, struct result *r)
{
	const struct hmm *h = p->state;
	size_t i;

	*nr = 0;
	if (hmm_retry(p, HMM_SNAPSHOT, r))
		return -1;
	for (i = 0; i < p->area->size / PAGE_BYTES; i++)
		*nr += hmm_is_on_device(h, i);
	return 0;
}

bool hmm_is_on_device(const struct hmm *h, size_t page)
{
	return (h->where[page] & WHERE_MASK) == WHERE_DEVICE;
}

int hmm_read(struct press *p, struct result *r)
{
	struct hmm *h = p->state;

	coherence_look_begin(p->coherence, h->looks);
	if (hmm_retry(p, HMM_READ, r))
		return -1;
	return coherence_look_end(p->coherence, h->looks, h->copy, "the device", r);
}
