/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes of pages on the host. */
#ifndef PAGE_H
#define PAGE_H

#define PAGE_BYTES	4096UL
#define HUGE_BYTES	(2UL << 20)

#endif
