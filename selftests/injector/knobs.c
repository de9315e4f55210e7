// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs that choose which calls an injector acts on, and how long it takes.
 *
 * Names, meaning and order of evaluation of the former are those of the
 * kernel's fault-injection framework (which production kernels are built
 * without), so that what is known of one holds for the other. The size of a call, which
 * space counts, is the number of pages that it has in the injector's range.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "mni.h"

struct knob {
	const char *name;
	size_t offset;
	long min, max, initial;
};

#define KNOB(field, _min, _max, _initial)			\
	{ #field, offsetof(struct mni_knobs, field), _min, _max, _initial }

static const struct knob knob_table[] = {
	KNOB(probability, 0, 100, 100),
	KNOB(interval, 1, INT_MAX, 1),
	KNOB(times, -1, INT_MAX, -1),
	KNOB(space, 0, INT_MAX, 0),
	KNOB(verbose, 0, 2, 0),
	KNOB(delay_start_us, 0, USEC_PER_SEC, 0),
	KNOB(delay_end_us, 0, USEC_PER_SEC, 0),
	KNOB(mixed, 0, 1, 0),
};

static long *knob_at(struct mni_knobs *knobs, const struct knob *knob)
{
	return (void *)knobs + knob->offset;
}

void mni_knobs_init(struct mni_knobs *knobs)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knob_table); i++)
		*knob_at(knobs, &knob_table[i]) = knob_table[i].initial;
	knobs->count = 0;
}

int mni_knobs_set(struct mni_knobs *knobs, const char *name, const char *word)
{
	const struct knob *knob;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knob_table); i++) {
		knob = &knob_table[i];
		if (!strcmp(name, knob->name))
			return mni_parse_long(word, knob->min, knob->max,
					      knob_at(knobs, knob));
	}
	return -ENOENT;
}

bool mni_knobs_hit(struct mni_knobs *knobs, unsigned long pages)
{
	if (!knobs->probability || !knobs->times)
		return false;
	if (knobs->space > 0 && (unsigned long)knobs->space > pages) {
		knobs->space -= pages;
		return false;
	}
	if (knobs->interval > 1 && ++knobs->count % knobs->interval)
		return false;
	if (knobs->probability <= mni_compat_random_below(100))
		return false;
	if (knobs->times > 0)
		knobs->times--;
	return true;
}

void mni_knobs_show(struct seq_file *seq, const struct mni_knobs *knobs)
{
	const struct knob *knob;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knob_table); i++) {
		knob = &knob_table[i];
		seq_printf(seq, "%s %ld\n", knob->name,
			   *(const long *)((const void *)knobs + knob->offset));
	}
}
