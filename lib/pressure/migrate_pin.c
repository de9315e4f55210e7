// SPDX-License-Identifier: GPL-2.0
/*
 * Pinning memory for long, as for I/O: pages in ZONE_MOVABLE have to leave it
 * first, since once pinned they cannot.  io_uring's fixed buffers do that for
 * any user.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "deadline.h"
#include "movable.h"
#include "pagemap.h"
#include "pressure.h"

static int io_uring_setup(unsigned int entries, struct io_uring_params *params)
{
	return syscall(SYS_io_uring_setup, entries, params);
}

static int io_uring_register(int ring, unsigned int what, void *arg, unsigned int nr)
{
	return syscall(SYS_io_uring_register, ring, what, arg, nr);
}

static const char *io_uring_missing(void)
{
	struct io_uring_params params = { 0 };
	int ring = io_uring_setup(1, &params);

	if (ring < 0)
		return errno == ENOSYS ? "kernel without CONFIG_IO_URING" :
					 "io_uring is forbidden: see kernel.io_uring_disabled";
	close(ring);
	return NULL;
}

/* The row at work. */
struct pin {
	int ring;
	struct movable_zones zones;
};

static int set_up_pin(struct press *p, struct result *r)
{
	struct io_uring_params params = { 0 };
	struct pin *pin = calloc(1, sizeof(*pin));

	if (!pin)
		return result_errno(r, "calloc()");
	p->state = pin;
	pin->ring = io_uring_setup(1, &params);
	if (pin->ring < 0)
		return result_errno(r, "io_uring_setup(1)");
	return movable_zones_read(&pin->zones, r);
}

static void tear_down_pin(struct press *p)
{
	struct pin *pin = p->state;

	if (pin && pin->ring >= 0)
		close(pin->ring);
	free(pin);
}

static size_t movable_pages(const struct pin *pin, const pagemap_t *pages, size_t nr)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += movable_has(&pin->zones, pagemap_pfn(pages[i]));
	return count;
}

/* Pages that the guest is about to use cannot move at once. */
static int pin_area(struct press *p, const struct pin *pin, struct result *r)
{
	struct iovec buffer = { .iov_base = p->area->hva, .iov_len = p->area->size };
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		ret = io_uring_register(pin->ring, IORING_REGISTER_BUFFERS, &buffer, 1);
	} while (ret && (errno == EBUSY || errno == EAGAIN || errno == ENOMEM) &&
		 deadline_poll(&deadline));
	if (ret && errno == EOPNOTSUPP)
		return result_skip(r, "io_uring does not pin %s memory: kernel before v5.13",
				   p->area->backing->name);
	if (ret)
		return result_errno(r, "io_uring_register(BUFFERS, %p, %zu)", p->area->hva,
				    p->area->size);
	return 0;
}

/* A device may be writing there: not even an explicit call may move it now. */
static int judge_pinned(struct press *p, const struct pin *pin, const pagemap_t *pinned,
			struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, moved;
	pagemap_t *now;

	if (movable_change_node(&pin->zones, p->area, r))
		return -1;
	now = pagemap_area(p->area, r);
	if (!now)
		return -1;
	moved = pagemap_moved(pinned, now, nr);
	free(now);
	if (moved)
		return result_fail(r, CONTRACT_CONTENTS, "%zu of %zu pinned pages were migrated",
				   moved, nr);
	return 0;
}

static int judge_moved(struct press *p, const struct pin *pin, const pagemap_t *before,
		       struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, had, left;
	pagemap_t *pinned = pagemap_area(p->area, r);
	int ret;

	if (!pinned)
		return -1;
	had = movable_pages(pin, before, nr);
	left = movable_pages(pin, pinned, nr);
	if (had && left == had)
		ret = result_skip(r, "pages stay in ZONE_MOVABLE though pinned for long: kernel before v5.13");
	else if (left)
		ret = result_fail(r, CONTRACT_NONE, "%zu of %zu pages pinned for long are in ZONE_MOVABLE",
				  left, nr);
	else
		ret = judge_pinned(p, pin, pinned, r);
	if (!ret)
		p->proved += had;
	free(pinned);
	return ret;
}

static int pin_and_judge(struct press *p, const struct pin *pin, const pagemap_t *before,
			 struct result *r)
{
	int ret;

	if (pin_area(p, pin, r))
		return -1;
	ret = judge_moved(p, pin, before, r);
	if (io_uring_register(pin->ring, IORING_UNREGISTER_BUFFERS, NULL, 0))
		return result_errno(r, "io_uring_register(UNREGISTER_BUFFERS)");
	return ret;
}

static int apply_pin(struct press *p, struct result *r)
{
	const struct pin *pin = p->state;
	pagemap_t *before = pagemap_area(p->area, r);
	int ret;

	if (!before)
		return -1;
	ret = pin_and_judge(p, pin, before, r);
	free(before);
	/* Where the next round finds them. */
	return ret || movable_change_node(&pin->zones, p->area, r) ? -1 : 0;
}

PRESSURE(migrate_longterm_pin) = {
	.name = "longterm_pin",
	.family = PRESSURE_MIGRATE,
	.calls = "io_uring_register(BUFFERS), move_pages() in vain and in earnest",
	.events = "clear",
	.proof = "page moved out of ZONE_MOVABLE to be pinned",
	/*
	 * Memory that has to be written back is not pinned for long; huge pages of
	 * a pool are refused by v6.1, with a warning, if they are in ZONE_MOVABLE.
	 */
	.preserves = ON_EVERY_BACKING & ~(ON_DISK | ON_HUGETLB),
	.company = COMPANY_HAS,
	.needs = { io_uring_missing, movable_missing, pagemap_missing },
	.set_up = set_up_pin,
	.apply = apply_pin,
	.tear_down = tear_down_pin,
};
