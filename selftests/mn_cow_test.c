// SPDX-License-Identifier: GPL-2.0
/*
 * mn_cow_test - a guest keeps working while its memory is copied and protected.
 *
 * Copy-on-write after fork(), of merged pages, and by writes of the host to memory
 * that it may not write to; protections that come and go.  The mm write-protects a
 * page or replaces its frame, and KVM must follow.
 *
 * Contracts 1, 5, 6, 9 and 10.
 */
#include "mn_pressure.h"

MN_ABOUT("memory is copied on write, merged, protected and written to by others", 1, 5, 6, 9, 10);

MN_PRESSURE_TEST(cow, PRESSURE_COW)
