// SPDX-License-Identifier: GPL-2.0
/*
 * Uprobes: the kernel puts a breakpoint into every private mapping of a file.
 *
 * It writes the breakpoint to a copy of a page that is mapped read-only and
 * executable; when the probe is removed, the byte is restored in the same way.
 * Depending on the kernel, the page table gets another page or changes in place.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/release.h"
#include "pressure/pressure.h"
#include "vm/arch.h"

#define UPROBE_TYPE	"/sys/bus/event_source/devices/uprobe/type"
/* The file is empty, and so is the page so far from the stamp: a valid instruction. */
#define PROBE_OFFSET	1024
/* Each probe takes its time. */
#define MAX_PROBES	4

static const char *uprobe_missing(void)
{
	return access(UPROBE_TYPE, R_OK) ? "kernel without CONFIG_UPROBE_EVENTS" : NULL;
}

/* By turns other pages, among them those that are read all the time. */
static unsigned int probed_page(const struct press *p, unsigned int n)
{
	return (n * p->nr_pages / MAX_PROBES + p->round) % p->nr_pages;
}

static unsigned char *probed_byte(const struct press *p, unsigned int n)
{
	return (unsigned char *)press_page(p, probed_page(p, n)) + PROBE_OFFSET;
}

/* Return: descriptor of the probe, or -1 with @r. */
static int set_probe(const struct press *p, unsigned int type, unsigned int n, struct result *r)
{
	size_t at = (char *)probed_byte(p, n) - p->area->hva;
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = type,
		.config2 = area_file_offset(p->area) + at,
	};
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", p->area->fd);
	attr.config1 = (uintptr_t)path;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		return result_skip(r, "perf_event_open(uprobe): needs CAP_SYS_ADMIN, and no lockdown");
	return result_errno(r, "perf_event_open(uprobe, page %u)", probed_page(p, n));
}

static int judge_bytes(struct press *p, unsigned int nr, unsigned char expected, struct result *r)
{
	unsigned int n;

	for (n = 0; n < nr; n++) {
		unsigned char seen = __atomic_load_n(probed_byte(p, n), __ATOMIC_ACQUIRE);

		if (seen != expected)
			return result_fail(r, CONTRACT_CONTENTS,
					   "page %u with%s a uprobe holds %#x at %p, not %#x",
					   probed_page(p, n), expected ? "" : "out",
					   seen, (void *)probed_byte(p, n), expected);
	}
	return 0;
}

/* Probes are only set where nobody may write; guests that do have to stop. */
static int set_probes(struct press *p, int *probes, unsigned int *nr, struct result *r)
{
	const struct area *a = p->area;
	unsigned long long type;
	int ret = 0, fd;

	if (hostfile_read_ulong(UPROBE_TYPE, &type))
		return result_error(r, "read(%s)", UPROBE_TYPE);
	vm_gap_open(p->vm);
	if (mprotect(a->hva, a->size, PROT_READ | PROT_EXEC))
		ret = result_errno(r, "mprotect(%p, %zu, PROT_READ | PROT_EXEC)", a->hva, a->size);
	while (!ret && *nr < MAX_PROBES) {
		fd = set_probe(p, type, *nr, r);
		if (fd < 0)
			ret = -1;
		else
			probes[(*nr)++] = fd;
	}
	if (mprotect(a->hva, a->size, PROT_READ | PROT_WRITE))
		ret = result_errno(r, "mprotect(%p, %zu)", a->hva, a->size);
	vm_gap_close(p->vm);
	return ret;
}

/*
 * Before v6.16 a probe comes and goes with a copy of the page, made before anybody
 * is told: what is written meanwhile, by whomever, is lost.  And the kernel says
 * that it changes the page from the probe on, not from its beginning.  Where KVM
 * compares addresses, v5.13 to v6.7, a fault of the guest gets through meanwhile:
 * it goes on with the old page, or KVM stops the host.
 */
static bool guest_must_pause(void)
{
	return release_before(6, 16);
}

static int set_and_judge(struct press *p, int *probes, unsigned int *nr, bool pause,
			 struct result *r)
{
	int ret;

	if (pause && press_pause(p, r))
		return -1;
	ret = set_probes(p, probes, nr, r) || judge_bytes(p, *nr, vm_arch.breakpoint, r) ? -1 : 0;
	if (pause)
		press_resume(p);
	return ret ? -1 : press_write_all(p, "while there are uprobes", r);
}

static int remove_and_judge(struct press *p, const int *probes, unsigned int nr, bool pause,
			    struct result *r)
{
	int ret = pause ? press_pause(p, r) : 0;
	unsigned int n;

	for (n = 0; n < nr; n++)
		close(probes[n]);
	if (!ret)
		ret = judge_bytes(p, nr, 0, r);
	if (pause)
		press_resume(p);
	return ret;
}

static int apply_uprobe(struct press *p, struct result *r)
{
	bool pause = guest_must_pause();
	int probes[MAX_PROBES], ret;
	unsigned int nr = 0;

	ret = set_and_judge(p, probes, &nr, pause, r);
	if (remove_and_judge(p, probes, nr, pause, r) || ret)
		return -1;
	p->proved += nr;
	return 0;
}

PRESSURE(cow_uprobe) = {
	.name = "uprobe",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "perf_event_open() of uprobes in the file, close()",
	.events = "clear",
	.proof = "breakpoint in a page, and gone again",
	/* Only what has a page cache can be probed. */
	.preserves = ON_PRIVATE_FILE & ~ON_DAX,
	.frees = ON_PRIVATE_FILE & ~ON_DAX,
	.rounds = 2,
	.needs = { uprobe_missing },
	.apply = apply_uprobe,
};
