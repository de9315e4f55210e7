// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a test's cases runs by default.
 */
#include <stdio.h>
#include <string.h>

#include <kselftest_harness.h>

#include "runner/selection.h"

#define IDS	1000

static const char * const cases[] = {
	"sweep_write.none.2vcpu", "sweep_write.none.1vcpu",
	"sweep_write.observer.2vcpu", "sweep_write.observer.1vcpu",
	"spin.none.2vcpu", "spin.none.1vcpu",
	"spin.observer.2vcpu", "spin.observer.1vcpu",
	"atomic.none.2vcpu", "atomic.none.1vcpu",
	"atomic.observer.2vcpu", "atomic.observer.1vcpu",
};

static const char *chosen(unsigned int n, size_t nr)
{
	char id[32];

	snprintf(id, sizeof(id), "unmap.anon.row_%u", n);
	return cases[selection_choose(id, cases, nr)];
}

TEST(each_value_gets_its_share)
{
	unsigned int n, spin = 0, observer = 0, one = 0, all = 0;

	for (n = 0; n < IDS; n++) {
		const char *c = chosen(n, ARRAY_SIZE(cases));

		spin += !strncmp(c, "spin.", 5);
		observer += !!strstr(c, ".observer.");
		one += !!strstr(c, ".1vcpu");
		all += !strcmp(c, "spin.observer.1vcpu");
	}
	EXPECT_LT(IDS / 3 - IDS / 15, spin);
	EXPECT_GT(IDS / 3 + IDS / 15, spin);
	EXPECT_LT(IDS / 2 - IDS / 15, observer);
	EXPECT_GT(IDS / 2 + IDS / 15, observer);
	EXPECT_LT(IDS / 2 - IDS / 15, one);
	EXPECT_GT(IDS / 2 + IDS / 15, one);
	/* Values are chosen independently of one another. */
	EXPECT_LT(IDS / 12 - IDS / 25, all);
	EXPECT_GT(IDS / 12 + IDS / 25, all);
}

TEST(a_new_value_moves_only_what_it_wins)
{
	unsigned int n, moved = 0;

	for (n = 0; n < IDS; n++) {
		const char *before = chosen(n, 8), *after = chosen(n, ARRAY_SIZE(cases));

		if (!strcmp(before, after))
			continue;
		moved++;
		EXPECT_EQ(0, strncmp(after, "atomic.", 7));
		/* What else was chosen stays. */
		EXPECT_STREQ(strchr(before, '.'), strchr(after, '.'));
	}
	EXPECT_LT(IDS / 3 - IDS / 15, moved);
	EXPECT_GT(IDS / 3 + IDS / 15, moved);
}

TEST(order_of_the_cases_does_not_matter)
{
	const char *reversed[ARRAY_SIZE(cases)];
	unsigned int n;
	char id[32];

	for (n = 0; n < ARRAY_SIZE(cases); n++)
		reversed[n] = cases[ARRAY_SIZE(cases) - 1 - n];
	for (n = 0; n < IDS; n++) {
		snprintf(id, sizeof(id), "unmap.anon.row_%u", n);
		EXPECT_STREQ(chosen(n, ARRAY_SIZE(cases)),
			     reversed[selection_choose(id, reversed, ARRAY_SIZE(cases))]);
	}
}

TEST_HARNESS_MAIN
