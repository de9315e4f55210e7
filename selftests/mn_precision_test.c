// SPDX-License-Identifier: GPL-2.0
/*
 * mn_precision_test - what was not invalidated stays.
 *
 * A kernel that zaps a whole slot for each page that the mm takes breaks no promise about
 * memory, and makes guests crawl: each NUMA hint, each merged page costs them all of
 * their translations.  So some pages are taken from a guest that has all of its pages
 * mapped and nothing else to do, and it must not fault on any other one.
 *
 * Contracts 5 and 11.
 */
#include "mn_harness.h"
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

/* To KVM, what was copied from a file is as anonymous memory: by default it is left out. */
static void add_row(const struct pressure *row, unsigned int on)
{
	FIXTURE_VARIANT(precision) variant = { .row = row };
	unsigned int b, kind;
	char id[96];

	for (b = 0; b < NR_BACKINGS; b++) {
		if (!(on & BACKING_BIT(b)))
			continue;
		variant.backing = &backings[b];
		snprintf(id, sizeof(id), "%s.%s", backings[b].name, row->name);
		kind = ON_PRIVATE_FILE & BACKING_BIT(b) ? MN_CASE_EXTRA : 0;
		mn_case_add(precision, id, "1vcpu", MN_CASE_CORE | kind, &variant);
	}
}

#define ON(backing)	BACKING_BIT(BACKING_##backing)

/* KVM's side on all backings; the mm's ways to zap, to move and to protect where they differ. */
static void add_variants(void)
{
	add_row(&precision_reap, ON_EVERY_BACKING);
	add_row(pressure_find("madvise_dontneed"), ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB));
	add_row(pressure_find("move_pages_bulk"), ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB));
	add_row(pressure_find("mprotect_none"), ON(ANON) | ON(MEMFD_THP) | ON(HUGETLB_SHARED));
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
