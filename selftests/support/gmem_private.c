// SPDX-License-Identifier: GPL-2.0
/*
 * Pressures on private memory.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "gmem.h"
#include <kselftest.h>

static const struct gmem_layout whole = { 0 };

/* The first half of the area comes behind the second, and neither is at an end of the file. */
#define HALF	(GMEM_NR_PAGES / 2)
static const struct gmem_layout two_slots = {
	.pages = 3 + HALF + 5 + HALF + 4,
	.bindings = {
		{ .area = 0, .file = 3 + HALF + 5, .nr = HALF },
		{ .area = HALF, .file = 3, .nr = HALF },
	},
	.nr_bindings = 2,
};

static int set_up(struct press *p, const struct gmem_layout *layout, struct result *r)
{
	return gmem_set_up(p, layout, 0, r) ?:
	       gmem_set_private(p->vm, p->vm->area_gpa, p->area->size, true, r);
}

static int set_up_whole(struct press *p, struct result *r)
{
	return set_up(p, &whole, r);
}

static int set_up_at_offset(struct press *p, struct result *r)
{
	return set_up(p, &gmem_at_offset, r);
}

/* The host judges what it can read: in the end that must be what the guest sees. */
static int share(struct scenario_run *run, struct result *r)
{
	const struct gmem *m = run->press.state;
	unsigned int i;

	for (i = 0; i < run->press.nr_pages; i++) {
		if (!m->elsewhere[i] && gmem_convert(&run->press, i, 1, r))
			return -1;
	}
	return 0;
}

/* ---- punching ---- */

static int apply_punch(struct press *p, struct result *r)
{
	const struct gmem *m = p->state;
	const struct gmem_part all = { .nr = m->pages, .times = 1 };

	return gmem_punch_turn(p, &all, 1, NULL, 0, r);
}

/* What one slot has no other may have: KVM could not tell whom to ask. */
static int judge_bound_twice(struct press *p, const struct gmem_binding *bound, struct result *r)
{
	const struct gmem_binding again = {
		.area = GMEM_NR_PAGES,
		.file = bound->file + bound->nr - 1,
		.nr = 1,
	};

	result_judged(r, ORACLE_MEMSLOTS);
	if (!gmem_bind(p, VM_SLOT_SPARE + 1, &again))
		return result_fail(r, CONTRACT_MEMSLOTS,
				   "page %u of a guest_memfd is in two slots at once", again.file);
	if (errno != EEXIST && errno != EINVAL)
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION2(page %u once more)", again.file);
	return 0;
}

static int set_up_two_slots(struct press *p, struct result *r)
{
	return set_up(p, &two_slots, r) ?: judge_bound_twice(p, &two_slots.bindings[0], r) ?:
	       judge_bound_twice(p, &two_slots.bindings[1], r);
}

static int apply_two_slots(struct press *p, struct result *r)
{
	static const struct gmem_part parts[] = {
		{ 3 + HALF / 2, HALF + 5, 1 },		/* the end of one and the beginning of the other */
		{ 3 + HALF - 1, 3, 1 },			/* the end of the second alone */
		{ 3 + HALF + 2, 4, 1 },			/* the beginning of the first alone */
		{ 3 + HALF + 5, HALF, 1 },
		{ 0, 3 + HALF + 5 + HALF + 4, 1 },
	};
	static const struct gmem_part outside[] = {
		{ 0, 3, 1 },
		{ 3 + HALF, 5, 1 },
		{ 3 + HALF + 5 + HALF, 4, 1 },
	};

	return gmem_punch_turn(p, parts, ARRAY_SIZE(parts), outside, ARRAY_SIZE(outside), r);
}

/* ---- converting ---- */

static int apply_convert(struct press *p, struct result *r)
{
	if (gmem_convert(p, 0, p->nr_pages, r))
		return -1;
	p->proved++;
	return 0;
}

/* Shared at first, so that KVM maps huge pages if the backing has such. */
static int set_up_shared(struct press *p, struct result *r)
{
	struct gmem *m;

	if (gmem_set_up(p, &whole, 0, r))
		return -1;
	m = p->state;
	memset(m->elsewhere, true, sizeof(m->elsewhere));
	return 0;
}

/*
 * Private and shared pages side by side, where one translation must not cover both; by the
 * end of the table all are shared again, and may be huge.
 */
static int apply_convert_parts(struct press *p, struct result *r)
{
	static const struct gmem_part parts[] = {
		{ 3, 5, 6 },	/* at 3, 13 ... 53 */
		{ 25, 1, 1 },	/* one amid private ones, and one amid shared ones */
		{ 30, 1, 1 },
		{ 25, 1, 1 },
		{ 30, 1, 1 },
		{ 3, 5, 6 },
	};
	const struct gmem_part *part = &parts[p->round % ARRAY_SIZE(parts)];
	unsigned int n;

	for (n = 0; n < part->times; n++) {
		if (gmem_convert(p, part->first + 2 * n * part->nr, part->nr, r))
			return -1;
	}
	p->proved++;
	return 0;
}

/* Of four pages two are converted, one is punched out meanwhile, and one must stay. */
enum { CONVERTED = 0, PUNCHED = 2, GROUP = 4 };

struct puncher {
	struct press *press;
	struct result result;
	uint32_t over;
};

static void *punch_meanwhile(void *arg)
{
	struct puncher *puncher = arg;
	struct press *p = puncher->press;
	unsigned int page;

	for (page = PUNCHED; page < p->nr_pages; page += GROUP) {
		if (gmem_punch(p, GMEM_OFFSET + page, 1, &puncher->result) < 0)
			break;
	}
	__atomic_store_n(&puncher->over, 1, __ATOMIC_RELEASE);
	return NULL;
}

static int convert_groups(struct press *p, const struct puncher *puncher, struct result *r)
{
	unsigned int page;

	do {
		for (page = CONVERTED; page < p->nr_pages; page += GROUP) {
			if (gmem_convert(p, page, 2, r))
				return -1;
		}
	} while (!__atomic_load_n(&puncher->over, __ATOMIC_ACQUIRE));
	return 0;
}

static int apply_convert_race(struct press *p, struct result *r)
{
	struct puncher puncher = { .press = p };
	pthread_t thread;
	int ret, err;

	result_init(&puncher.result);
	err = pthread_create(&thread, NULL, punch_meanwhile, &puncher);
	if (err) {
		errno = err;
		return result_errno(r, "pthread_create(puncher)");
	}
	ret = convert_groups(p, &puncher, r);
	pthread_join(thread, NULL);
	if (puncher.result.kind != RESULT_PASS) {
		result_adopt(r, &puncher.result);
		return -1;
	}
	p->proved++;
	return ret;
}

#define PRIVATE_ROW					\
	.workload = "sweep_write",			\
	.kind = &gmem_private_vm,			\
	.available = gmem_private_available,		\
	.steps = { .last = share }

const struct gmem_row gmem_private_rows[] = {
	{
		PRIVATE_ROW,
		.row = {
			.name = "gmem_punch",
			.calls = "fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE)",
			.events = "",
			.proof = "private page punched out",
			.set_up = set_up_whole,
			.apply = apply_punch,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
		},
	},
	{
		PRIVATE_ROW,
		.row = {
			.name = "gmem_punch_parts",
			.calls = "fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE) of parts, the slot at an offset in the file",
			.events = "",
			.proof = "private page punched out",
			.rounds = GMEM_NR_TURNS,
			.set_up = set_up_at_offset,
			.apply = gmem_punch_parts,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
		},
	},
	{
		PRIVATE_ROW,
		.row = {
			.name = "gmem_two_slots",
			.calls = "fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE) across parts of two slots",
			.events = "",
			.proof = "private page punched out",
			.rounds = 5,
			.set_up = set_up_two_slots,
			.apply = apply_two_slots,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
		},
	},
	{
		PRIVATE_ROW,
		.row = {
			.name = "gmem_convert",
			.calls = "KVM_SET_MEMORY_ATTRIBUTES(private), and back",
			.events = "",
			.proof = "change between private and shared",
			.set_up = set_up_whole,
			.apply = apply_convert,
			.tear_down = gmem_tear_down,
			/* What is shared must be gone with its mapping. */
			.preserves = BACKING_BIT(BACKING_ANON),
		},
	},
	{
		PRIVATE_ROW,
		.row = {
			.name = "gmem_convert_parts",
			.calls = "KVM_SET_MEMORY_ATTRIBUTES(private) of parts, and back",
			.events = "",
			.proof = "change between private and shared",
			.rounds = 6,
			.set_up = set_up_shared,
			.apply = apply_convert_parts,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
		},
	},
	{
		PRIVATE_ROW,
		.row = {
			.name = "gmem_convert_race",
			.calls = "KVM_SET_MEMORY_ATTRIBUTES(private) of parts, and back, beside fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE)",
			.events = "",
			.proof = "change between private and shared, with pages beside punched out",
			.set_up = set_up_at_offset,
			.apply = apply_convert_race,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
		},
	},
};

const unsigned int nr_gmem_private_rows = ARRAY_SIZE(gmem_private_rows);
