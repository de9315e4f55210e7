// SPDX-License-Identifier: GPL-2.0
/*
 * mn_memslot_test - memslots are updated while their memory is taken away.
 *
 * An update waits for invalidations, and an invalidation looks for memslots: both
 * must complete, and the guest must find its memory afterwards, with the slot
 * created again, moved, read-only for a while, or its dirty pages logged.
 *
 * Contracts 5, 7, 9 and 10.
 */
#include "mn_pressure.h"

MN_ABOUT("memslots are updated while their memory is taken away", 5, 7, 9, 10);

MN_PRESSURE_TEST(memslot, PRESSURE_MEMSLOT)
