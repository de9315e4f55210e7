// SPDX-License-Identifier: GPL-2.0
/*
 * What came of the fuzzer's operations, and its random numbers.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/fuzz.h"

const char *const fuzz_file_names[NR_FUZZ_FILES] = {
	[FUZZ_HELP] = "help", [FUZZ_ATTACH] = "attach", [FUZZ_REAP] = "reap",
	[FUZZ_WATCH] = "watch", [FUZZ_DESTROYED] = "destroyed", [FUZZ_UNSAFE] = "unsafe",
	[FUZZ_VM] = "per-VM files", [FUZZ_SHARED] = "shared descriptors",
};

bool fuzz_is_over(const struct fuzz_record *record)
{
	return __atomic_load_n(&record->stop, __ATOMIC_ACQUIRE);
}

static unsigned int fuzz_outcome(long ret, int err)
{
	if (ret >= 0)
		return 0;
	return err < FUZZ_OUTCOMES ? err : FUZZ_OUTCOMES - 1;
}

void fuzz_finding(struct fuzz_record *record, const char *fmt, ...)
{
	uint32_t n = __atomic_fetch_add(&record->claimed, 1, __ATOMIC_ACQ_REL);
	va_list ap;

	if (n < FUZZ_FINDINGS) {
		va_start(ap, fmt);
		vsnprintf(record->findings[n], sizeof(record->findings[n]), fmt, ap);
		va_end(ap);
	}
	__atomic_fetch_add(&record->nr_findings, 1, __ATOMIC_ACQ_REL);
}

bool fuzz_count(struct fuzz_record *record, enum fuzz_file file, long ret, int err, uint64_t may)
{
	unsigned int outcome = fuzz_outcome(ret, err);

	__atomic_fetch_add(&record->operations, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&record->outcomes[file][outcome], 1, __ATOMIC_RELAXED);
	return may & MAY(outcome);
}

const char *fuzz_result_text(char *buf, size_t size, long ret, int err)
{
	if (ret >= 0)
		snprintf(buf, size, "%ld", ret);
	else
		snprintf(buf, size, "%s", strerrorname_np(err) ?: "an unknown error");
	return buf;
}

const char *fuzz_quote(char *buf, size_t size, const char *text, size_t len)
{
	size_t i, fill = 0;

	for (i = 0; i < len && fill + 8 < size; i++) {
		if (isprint((unsigned char)text[i]) && text[i] != '\\')
			buf[fill++] = text[i];
		else
			fill += snprintf(buf + fill, size - fill, "\\x%02x",
					 (unsigned char)text[i]);
	}
	snprintf(buf + fill, size - fill, "%s", i < len ? "..." : "");
	return buf;
}

uint64_t fuzz_random(struct fuzz_random *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

unsigned long long fuzz_below(struct fuzz_random *r, uint64_t n)
{
	return fuzz_random(r) % n;
}

bool fuzz_one_in(struct fuzz_random *r, unsigned int n)
{
	return !fuzz_below(r, n);
}

struct fuzz_random fuzz_branch(uint64_t seed, uint64_t number)
{
	struct fuzz_random r = { seed ^ number * 0xd1342543de82ef95ULL };

	r.state = fuzz_random(&r);
	return r;
}
