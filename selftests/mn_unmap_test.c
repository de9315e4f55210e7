// SPDX-License-Identifier: GPL-2.0
/*
 * mn_unmap_test - a guest keeps working while its memory is unmapped under it.
 *
 * munmap, mapping over, discarding, truncating, punching holes, moving to other
 * addresses.  In the eagain variants a thread reaps over the same memory all
 * the while, so that non-blockable invalidations are refused between the
 * blockable ones.
 *
 * Contracts 1, 5, 6, 9 and 10.  Fixes guarded: c2655835fd8c ("mm/mmu_notifiers:
 * ensure range_end() is paired with range_start()").
 */
#include "mn_pressure.h"

MN_ABOUT("memory is unmapped, discarded, truncated and moved to other addresses", 1, 5, 6, 9, 10);

MN_PRESSURE_TEST(unmap, PRESSURE_UNMAP)
