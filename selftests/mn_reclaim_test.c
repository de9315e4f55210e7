// SPDX-License-Identifier: GPL-2.0
/*
 * mn_reclaim_test - a guest keeps working while its memory is reclaimed.
 *
 * Swapped out, dropped, written back, aged, tracked for writes: the host mm takes
 * pages away, or write-protects them, for reasons of its own.  In
 * the eagain variants a thread reaps over the same memory all the while.
 *
 * Contracts 1, 5, 6, 9 and 10.  Fixes guarded: c2655835fd8c ("mm/mmu_notifiers:
 * ensure range_end() is paired with range_start()").
 */
#include "mn_pressure.h"

MN_ABOUT("memory is swapped out, written back, aged and tracked for writes", 1, 5, 6, 9, 10);

MN_PRESSURE_TEST(reclaim, PRESSURE_RECLAIM)
