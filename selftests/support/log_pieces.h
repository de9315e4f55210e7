/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log cleared piece by piece, of a slot that ends in the middle of a word.
 *
 * KVM_CLEAR_DIRTY_LOG takes any mask of any run of whole words, and the rest of the slot.
 * Each clears these pages in the log, no others, and protects them again: what the guest then
 * writes is back in the log.
 */
#ifndef LOG_PIECES_H
#define LOG_PIECES_H

#include "scenario/scenario.h"
#include "vm/dirty_log.h"

#define LOG_PIECES_PAGES	150	/* two words, and some of a third */
#define LOG_PIECES_WORDS	3

/* The scenario's own, zeroed but for the way. */
struct log_pieces {
	enum dirty_log_way way;		/* DIRTY_LOG_CLEAR or DIRTY_LOG_INITIALLY_SET */
	struct dirty_log log;
	unsigned int cleared;		/* calls */
};

/* For a guest that writes to each of LOG_PIECES_PAGES pages, which are all there are. */
extern const struct scenario_steps log_pieces_steps;

#endif
