// SPDX-License-Identifier: GPL-2.0
/*
 * mn_age_test - VMs that have run for months go on as new ones do.
 *
 * KVM numbers the invalidations of a VM, and a fault whose number has moved meanwhile
 * begins anew.  x86-64 once took that of the fault for an int (until v6.3 and 6.1.50): after
 * 2^31 invalidations, to which NUMA balancing or KSM bring a VM in some months, no fault
 * ever succeeded again.  Here the injector module puts the number to just below each such
 * border, and pressures take it across:
 *
 *   crossed	one row of each family, with all that a scenario judges;
 *   delayed	the end of each invalidation is held while vCPUs fault, and the guest runs with
 *		the last number before the border, the first behind it, and the next;
 *   refused	ranges are refused all the while, and KVM is given the end of what it began.
 *
 * The clock that KVM writes and the dirty log do the same in programs of their own.
 *
 * Contracts 4, 5, 6, 9 and 10.
 */
#include "mn_chosen.h"

MN_ABOUT("VMs that have had 2^31, 2^32 and 2^64 invalidations", 4, 5, 6, 9, 10);

MN_SCENARIO_TEST(age)

#define ON(backing)	BACKING_BIT(BACKING_##backing)

/* Of each family one that needs little of the host and takes little time. */
static const struct mn_choice families[] = {
	{ .pressure = "munmap", .backings = ON(ANON) },
	{ .pressure = "move_pages_bulk", .backings = ON(MEMFD) },
	{ .pressure = "pageout", .backings = ON(ANON) },
	{ .pressure = "slot_recreate_dontneed", .backings = ON(MEMFD) },
	{ .pressure = "fork_write", .backings = ON(ANON) },
	{ .pressure = "mprotect_half", .backings = ON(ANON_THP) },
	{ .pressure = "device_exclusive", .backings = ON(ANON) },
	{ 0 },
};

/* One invalidation a call, and none by the faults that follow. */
static const struct mn_choice single[] = {
	{ .pressure = "madvise_dontneed", .backings = ON(MEMFD) },
	{ 0 },
};

/* Runs before KVM's own end(): the range stays closed. */
static const struct injector_setup delay = {
	.name = "delay_after_kvm",
	.kind = "delay",
	.count = 1,
	.knob = "delay_end_us 2000",
};

static const struct injector_setup eagain = {
	.name = "eagain_before_kvm",
	.kind = "eagain",
	.count = 1,
	.before_kvm = true,
	.reaps = true,
};

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.aged = 1,
	};

	mn_account_begin();
	mn_add_chosen(&base, "crossed", families, mn_add_variant, 0);
	base.injector = &eagain;
	mn_add_chosen(&base, "refused", single, mn_add_variant, 0);
	base.injector = &delay;
	base.aged = 3;
	mn_add_chosen(&base, "delayed", single, mn_add_variant, 0);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
