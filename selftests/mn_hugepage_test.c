// SPDX-License-Identifier: GPL-2.0
/*
 * mn_hugepage_test - a guest keeps working while its huge pages are split and
 * collapsed again.
 *
 * Split on request, by calls on a part of them; collapsed by MADV_COLLAPSE and by
 * khugepaged.  Each time KVM's own huge translations must go and come back, with
 * guest and host addresses that are aligned to each other and with others.
 *
 * Contracts 1, 5, 6, 9 and 10.
 */
#include "mn_pressure.h"

MN_ABOUT("huge pages are split and collapsed again", 1, 5, 6, 9, 10);

MN_PRESSURE_TEST(hugepage, PRESSURE_HUGE)
