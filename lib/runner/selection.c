// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a test's cases runs by default.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runner/selection.h"

static uint64_t hash(uint64_t seed, const char *text, size_t len)
{
	/* FNV-1a; its last bytes hardly reach the top bits, hence the mixing below. */
	while (len--)
		seed = (seed ^ (unsigned char)*text++) * 0x100000001b3ULL;
	return seed;
}

static uint64_t weight(const char *id, const char *value, size_t len)
{
	uint64_t h = hash(hash(0xcbf29ce484222325ULL, id, strlen(id) + 1), value, len);

	h = (h ^ h >> 33) * 0xff51afd7ed558ccdULL;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

/* Is @a to be preferred to @b?  The first values in which they differ decide. */
static bool beats(const char *id, const char *a, const char *b)
{
	for (;;) {
		size_t len = strcspn(a, "."), other = strcspn(b, ".");

		if (len != other || memcmp(a, b, len))
			return weight(id, a, len) > weight(id, b, other);
		if (!a[len] || !b[len])
			return false;
		a += len + 1;
		b += len + 1;
	}
}

size_t selection_choose(const char *id, const char *const *cases, size_t nr)
{
	size_t best = 0, n;

	for (n = 1; n < nr; n++) {
		if (beats(id, cases[n], cases[best]))
			best = n;
	}
	return best;
}
