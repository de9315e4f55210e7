// SPDX-License-Identifier: GPL-2.0
/*
 * mn_precision_test - what was not invalidated stays.
 *
 * A kernel that zaps a whole slot for each page that the mm takes breaks no promise about
 * memory, and makes guests crawl: each NUMA hint, each merged page costs them all of
 * their translations.  So some pages are taken from a guest that has all of its pages
 * mapped and nothing else to do, and it must not fault on any other one.  Nor may it because
 * another memslot is deleted or moved, if KVM was told so (v6.12 on x86).
 *
 * Contracts 5 and 11.
 */
#include "mn_harness.h"
#include "support/other_slot.h"
#include "support/precision.h"

MN_ABOUT("pages that were not invalidated stay mapped: no fault of the guest on them", 5, 11);

FIXTURE(precision) {
	int unused;
};

FIXTURE_VARIANT(precision) {
	const struct pressure *row;
	const struct backing *backing;
};

FIXTURE_SETUP(precision)
{
}

FIXTURE_TEARDOWN(precision)
{
}

TEST_F(precision, guest)
{
	precision_judge(variant->row, variant->backing, mn.result);
}

FIXTURE(other_slot) {
	int unused;
};

FIXTURE_VARIANT(other_slot) {
	bool moved;
};

FIXTURE_VARIANT_ADD(other_slot, deleted) { .moved = false };
FIXTURE_VARIANT_ADD(other_slot, moved) { .moved = true };

FIXTURE_SETUP(other_slot)
{
}

FIXTURE_TEARDOWN(other_slot)
{
}

TEST_F(other_slot, spares)
{
	other_slot_judge(variant->moved, mn.result);
}

/* To KVM, what was copied from a file is as anonymous memory: by default it is left out. */
static void add_row(const struct pressure *row, unsigned int on, unsigned int extra)
{
	FIXTURE_VARIANT(precision) variant = { .row = row };
	unsigned int b, kind;
	char id[96];

	for (b = 0; b < NR_BACKINGS; b++) {
		if (!(on & BACKING_BIT(b)))
			continue;
		variant.backing = &backings[b];
		snprintf(id, sizeof(id), "%s.%s", backings[b].name, row->name);
		kind = (extra | ON_PRIVATE_FILE) & BACKING_BIT(b) ? MN_CASE_EXTRA : 0;
		mn_case_add(precision, id, "1vcpu", MN_CASE_CORE | kind, &variant);
	}
}

#define ON(backing)	BACKING_BIT(BACKING_##backing)
#define ON_FOUR		(ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB))
#define ON_PLAIN	(ON(ANON) | ON(ANON_THP))

/*
 * Rows that can take a part of an area from a guest that is kept out.  By default the mm's ways to zap,
 * to move and to protect where they differ; the others show how much a kernel makes of a
 * call, which the lab compares.
 */
static const struct {
	const char *pressure;
	unsigned int on, extra;
} rows[] = {
	{ "madvise_dontneed", ON_FOUR, 0 },
	{ "move_pages_bulk", ON_FOUR, 0 },
	{ "mprotect_none", ON(ANON) | ON(MEMFD_THP) | ON(HUGETLB_SHARED), 0 },
	{ "madvise_dontneed_locked", ON_PLAIN | ON(MEMFD), ON_EVERY_BACKING },
	{ "madvise_dontneed_each", ON(ANON) | ON(MEMFD), ON_EVERY_BACKING },
	{ "madvise_free", ON_PLAIN, ON_EVERY_BACKING },
	{ "madvise_remove", ON(MEMFD), ON_EVERY_BACKING },
	{ "munmap", ON_PLAIN | ON(HUGETLB), ON_EVERY_BACKING },
	{ "mmap_fixed", ON_PLAIN | ON(HUGETLB), ON_EVERY_BACKING },
	{ "mremap", ON_FOUR, ON_EVERY_BACKING },
	{ "mremap_dontunmap", ON_PLAIN | ON(MEMFD), ON_EVERY_BACKING },
	{ "mbind_move", ON_FOUR, ON_EVERY_BACKING },
	{ "move_pages_each", ON_FOUR, ON_EVERY_BACKING },
	{ "pagemap_scan_wp", ON_FOUR, ON_EVERY_BACKING },
};

/* KVM's side on all backings. */
static void add_variants(void)
{
	unsigned int i;

	add_row(&precision_reap, ON_EVERY_BACKING, 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		add_row(pressure_find(rows[i].pressure), rows[i].on, rows[i].extra);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
