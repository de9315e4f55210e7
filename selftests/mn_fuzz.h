/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all parts of the fuzzer of the injector's files share: random numbers,
 * and a record, common to all its processes, of what came of each operation.
 *
 * Outcomes are errno values, 0 for success. What an operation may come to is a
 * set of them, MAY(0) | MAY(EINVAL), and anything outside of it is a finding:
 * the first few are kept in words.
 */
#ifndef MN_FUZZ_H
#define MN_FUZZ_H

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <kselftest.h>

enum fuzz_file {
	FUZZ_HELP,
	FUZZ_ATTACH,
	FUZZ_REAP,
	FUZZ_WATCH,
	FUZZ_DESTROYED,
	FUZZ_UNSAFE,
	NR_FUZZ_ROOT_FILES,
	FUZZ_VM = NR_FUZZ_ROOT_FILES, /* those in KVM's directory of a VM */
	FUZZ_SHARED,	/* a descriptor that another thread may change any time */
	NR_FUZZ_FILES,
};

static const char *const fuzz_file_names[NR_FUZZ_FILES] = {
	[FUZZ_HELP] = "help", [FUZZ_ATTACH] = "attach", [FUZZ_REAP] = "reap",
	[FUZZ_WATCH] = "watch", [FUZZ_DESTROYED] = "destroyed", [FUZZ_UNSAFE] = "unsafe",
	[FUZZ_VM] = "per-VM files", [FUZZ_SHARED] = "shared descriptors",
};

/* ---- outcomes ---- */

#define FUZZ_OUTCOMES	64	/* the last one: any errno above */
#define FUZZ_FINDINGS	4

#define MAY(err)	(1ULL << (err))

/* In memory that all processes share. */
struct fuzz_record {
	uint64_t operations;
	uint32_t stop;
	uint32_t claimed;	/* findings that someone began to tell */
	uint32_t nr_findings;	/* that are told */
	uint64_t outcomes[NR_FUZZ_FILES][FUZZ_OUTCOMES];
	char findings[FUZZ_FINDINGS][512];
};

/* fuzz_is_over() - have all processes been told to end? */
static inline bool fuzz_is_over(const struct fuzz_record *record)
{
	return __atomic_load_n(&record->stop, __ATOMIC_ACQUIRE);
}

static inline unsigned int fuzz_outcome(long ret, int err)
{
	if (ret >= 0)
		return 0;
	return err < FUZZ_OUTCOMES ? err : FUZZ_OUTCOMES - 1;
}

static inline void __attribute__((format(printf, 2, 3)))
fuzz_finding(struct fuzz_record *record, const char *fmt, ...)
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

/*
 * fuzz_count() - one operation more, and how it ended
 * @ret: what the call returned; if negative, @err is its errno
 * @may: the set of outcomes that are right
 *
 * Return: whether it is one of them; if not, the caller tells what it did.
 */
static inline bool fuzz_count(struct fuzz_record *record, enum fuzz_file file, long ret, int err,
			      uint64_t may)
{
	unsigned int outcome = fuzz_outcome(ret, err);

	__atomic_fetch_add(&record->operations, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&record->outcomes[file][outcome], 1, __ATOMIC_RELAXED);
	return may & MAY(outcome);
}

/* fuzz_result_text() - what a call returned, in words; @buf is also returned */
static inline const char *fuzz_result_text(char *buf, size_t size, long ret, int err)
{
	if (ret >= 0)
		snprintf(buf, size, "%ld", ret);
	else
		snprintf(buf, size, "%s", strerrorname_np(err) ?: "an unknown error");
	return buf;
}

/* fuzz_quote() - bytes for people: what cannot be printed as \xNN, cut with "..." */
static inline const char *fuzz_quote(char *buf, size_t size, const char *text, size_t len)
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

/* ---- random numbers: the same seed, the same numbers ---- */

struct fuzz_random {
	uint64_t state;
};

static inline uint64_t fuzz_random(struct fuzz_random *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* fuzz_below() - a number of 0..@n - 1 */
static inline unsigned long long fuzz_below(struct fuzz_random *r, uint64_t n)
{
	return fuzz_random(r) % n;
}

/* fuzz_one_in() - true once in @n times */
static inline bool fuzz_one_in(struct fuzz_random *r, unsigned int n)
{
	return !fuzz_below(r, n);
}

/* fuzz_branch() - a generator of its own, from @r's seed and a number */
static inline struct fuzz_random fuzz_branch(uint64_t seed, uint64_t number)
{
	struct fuzz_random r = { seed ^ number * 0xd1342543de82ef95ULL };

	r.state = fuzz_random(&r);
	return r;
}

#define FUZZ_PICK(r, array)	((array)[fuzz_below(r, ARRAY_SIZE(array))])

#endif
