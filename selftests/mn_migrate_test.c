// SPDX-License-Identifier: GPL-2.0
/*
 * mn_migrate_test - a guest keeps working while its memory moves to other frames.
 *
 * On request (move_pages, migrate_pages, mbind), by automatic NUMA balancing that
 * follows the vCPUs from node to node, and by compaction.  Every byte must stay.
 *
 * Contracts 1, 5, 6, 9 and 10.
 */
#include "mn_pressure.h"

MN_ABOUT("memory moves to other page frames and NUMA nodes", 1, 5, 6, 9, 10);

MN_PRESSURE_TEST(migrate, PRESSURE_MIGRATE)
