// SPDX-License-Identifier: GPL-2.0
/*
 * mn_device_test - guest memory is shared with a device that faults as CPUs do.
 *
 * The kernel's HMM test driver (CONFIG_TEST_HMM) plays the device: it mirrors the address
 * space by an interval notifier, a second real user of the mm's notifiers beside
 * KVM.  Pages migrate to its memory and come back by the guest's faults, or it has them to
 * itself until the guest needs them.  What it reads is judged as the guest's reads are.
 *
 * Of failing notifiers only an interval goes with that: see setup_suits().
 *
 * Contracts 1, 5, 6, 9 and 10.
 */
#include "mn_chosen.h"

MN_ABOUT("guest memory migrates to a device, or is its alone for a while", 1, 5, 6, 9, 10);

MN_SCENARIO_TEST(device)

/*
 * Where the guest only reads memory that nobody wrote to, the zero page is mapped until a page
 * of the device takes its place.  It may be mapped again between the driver's look at it and
 * that: for certain, if the end of the look is held once KVM is done with it.
 */
static const struct injector_setup delay = {
	.name = "delay_before_kvm",
	.kind = "delay",
	.count = 1,
	.knob = "delay_end_us 4000",
	.before_kvm = true,
};

static const struct mn_choice choices[] = {
	{ .pressure = "device_populate", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.rounds = 2,
		.injector = &delay,
		.workload = workload_find("sweep_verify"),
	};

	mn_add_family(PRESSURE_DEVICE, mn_add_variant);
	mn_add_chosen(&base, "delayed", choices, mn_add_variant, MN_CASE_CORE);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
