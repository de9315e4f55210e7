/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all parts of the fuzzer of the injector's files share: random numbers,
 * and a record, common to all its processes, of what came of each operation.
 *
 * Outcomes are errno values, 0 for success. What an operation may come to is a
 * set of them, MAY(0) | MAY(EINVAL), and anything outside of it is a finding:
 * the first few are kept in words.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* The files by name, for messages. */
extern const char *const fuzz_file_names[NR_FUZZ_FILES];

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
bool fuzz_is_over(const struct fuzz_record *record);

/* fuzz_finding() - keep a finding in words, if it is one of the first */
void fuzz_finding(struct fuzz_record *record, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * fuzz_count() - one operation more, and how it ended
 * @ret: what the call returned; if negative, @err is its errno
 * @may: the set of outcomes that are right
 *
 * Return: whether it is one of them; if not, the caller tells what it did.
 */
bool fuzz_count(struct fuzz_record *record, enum fuzz_file file, long ret, int err, uint64_t may);

/* fuzz_result_text() - what a call returned, in words; @buf is also returned */
const char *fuzz_result_text(char *buf, size_t size, long ret, int err);

/* fuzz_quote() - bytes for people: what cannot be printed as \xNN, cut with "..." */
const char *fuzz_quote(char *buf, size_t size, const char *text, size_t len);

/* Random numbers: the same seed, the same numbers. */
struct fuzz_random {
	uint64_t state;
};

/* fuzz_random() - the next number, of 64 bits */
uint64_t fuzz_random(struct fuzz_random *r);

/* fuzz_below() - a number of 0..@n - 1 */
unsigned long long fuzz_below(struct fuzz_random *r, uint64_t n);

/* fuzz_one_in() - true once in @n times */
bool fuzz_one_in(struct fuzz_random *r, unsigned int n);

/* fuzz_branch() - a generator of its own, from @r's seed and a number */
struct fuzz_random fuzz_branch(uint64_t seed, uint64_t number);

/* One element of an array. */
#define FUZZ_PICK(r, array)	((array)[fuzz_below(r, ARRAY_SIZE(array))])

#endif
