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
#include "support/take_part.h"

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

/* KVM's side on all backings. */
static void add_variants(void)
{
	unsigned int i;

	add_row(&take_part_reap, ON_EVERY_BACKING, 0);
	for (i = 0; i < nr_take_part_rows; i++)
		add_row(pressure_find(take_part_rows[i].pressure), take_part_rows[i].on,
			take_part_rows[i].extra);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
