// SPDX-License-Identifier: GPL-2.0
/*
 * Drawing bytes to write to a file.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/fuzz_text.h"

/* Where numbers end, and what is almost one. */
static const char *const fuzz_odd_numbers[] = {
	"-1", "0", "1", "-0", "+5", "010", "0x10", "0X1F", "0x", "x", "+", "-", "--2", "+-2",
	"2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"-9223372036854775809", "18446744073709551615", "18446744073709551616",
	"0xffffffffffffffff", "0x10000000000000000", "0x7ffffffff000", "0x7fffffffe000",
	"0xfffffffffff000", "0xffff888000000000", "0xfffffffffffff000", "1e3", "1.0", "2k", "0b1",
	"99999999999999999999999999999999999999", "000000000000000000000000000000000000002",
};

static void fuzz_number(struct fuzz_random *r, long min, long max, long usual, char *buf,
			size_t size)
{
	unsigned long span = (unsigned long)max - min + 1;
	bool bounded = usual && !fuzz_one_in(r, 500);
	long n;

	if (bounded && (unsigned long)(usual - min) < span)
		span = usual - min;
	n = min + fuzz_below(r, span);
	if (n >= 0 && fuzz_one_in(r, 4))
		snprintf(buf, size, "%#lx", n);
	else
		snprintf(buf, size, "%ld", n);
}

static void fuzz_pages(const struct fuzz_material *m, char *start, char *len, size_t size)
{
	struct fuzz_random *r = m->random;
	uint64_t first = fuzz_below(r, m->pages), nr = 1 + fuzz_below(r, m->pages - first);

	if (fuzz_one_in(r, 16)) {
		snprintf(start, size, "%#llx", fuzz_below(r, FUZZ_SPACE_END >> 13) << 12);
		snprintf(len, size, "%llu", (fuzz_below(r, FUZZ_SPACE_END >> 13) + 1) << 12);
	} else {
		snprintf(start, size, "%#llx", (unsigned long long)(m->mem + first * 4096));
		snprintf(len, size, "%llu", (unsigned long long)nr * 4096);
	}
}

static void fuzz_descriptor(const struct fuzz_material *m, char *buf, size_t size)
{
	struct fuzz_random *r = m->random;
	int fd = m->nr_vms ? m->vms[fuzz_below(r, m->nr_vms)] : -1;

	if (fd < 0 || fuzz_one_in(r, 3))
		fd = fuzz_one_in(r, 8) ? INT_MAX : (int)fuzz_below(r, 120);
	snprintf(buf, size, "%d", fd);
}

static void fuzz_thread(struct fuzz_random *r, char *buf, size_t size)
{
	const int tids[] = { 0, 1, 2, getpid(), (int)syscall(SYS_gettid), getppid(),
			     (int)fuzz_below(r, 40000), INT_MAX };

	snprintf(buf, size, "%d", FUZZ_PICK(r, tids));
}

/* One argument; a start also draws the length, into @next. */
static void fuzz_argument(const struct fuzz_material *m, const struct fuzz_verb *verb,
			  enum fuzz_arg arg, char *buf, char *next, size_t size)
{
	struct fuzz_random *r = m->random;

	switch (arg) {
	case ARG_NUMBER:
		fuzz_number(r, verb->min, verb->max, verb->usual, buf, size);
		break;
	case ARG_COUNT:
		fuzz_number(r, 1, INT_MAX, 6, buf, size);
		break;
	case ARG_MICROS:
		fuzz_number(r, 0, 1000000, 100, buf, size);
		break;
	case ARG_START:
		fuzz_pages(m, buf, next, size);
		break;
	case ARG_LEN:
		break;
	case ARG_ADDRESS:
		snprintf(buf, size, "%#llx",
			 (unsigned long long)(m->mem + fuzz_below(r, m->pages * 4096UL)));
		break;
	case ARG_TID:
		fuzz_thread(r, buf, size);
		break;
	case ARG_FD:
		fuzz_descriptor(m, buf, size);
		break;
	case ARG_KIND:
		snprintf(buf, size, "%s", FUZZ_PICK(r, fuzz_kinds));
		break;
	case ARG_EVENT:
		snprintf(buf, size, "%s", FUZZ_PICK(r, fuzz_events));
		break;
	case ARG_NONE:
		break;
	}
}

#define FUZZ_WORD	48

static const struct fuzz_verb *fuzz_pick_verb(struct fuzz_random *r, enum fuzz_file file)
{
	const struct fuzz_verb *verb;

	do {
		verb = &FUZZ_PICK(r, fuzz_verbs);
	} while (verb->file != file);
	return verb;
}

/*
 * A command that makes sense, or one with a number at or over the edge.
 *
 * Return: its length; 0 if it is too long for @size.
 */
static size_t fuzz_make_command(const struct fuzz_material *m, enum fuzz_file file, bool odd,
				char *buf, size_t size)
{
	const struct fuzz_verb *verb = fuzz_pick_verb(m->random, file);
	bool events = verb->args[0] == ARG_EVENT;
	unsigned int nr = verb->min_args, n;
	char words[FUZZ_WORDS][FUZZ_WORD] = { "" };
	size_t len = 0;

	nr += fuzz_below(m->random, fuzz_max_args(verb) - nr + 1);
	for (n = 0; n < nr; n++)
		fuzz_argument(m, verb, events ? ARG_EVENT : verb->args[n], words[n],
			      words[n + 1], FUZZ_WORD);
	if (odd && nr)
		snprintf(words[fuzz_below(m->random, nr)], FUZZ_WORD, "%s",
			 FUZZ_PICK(m->random, fuzz_odd_numbers));
	if (verb->name)
		len = snprintf(buf, size, "%s", verb->name);
	for (n = 0; n < nr && len < size; n++)
		len += snprintf(buf + len, size - len, "%s%s", len ? " " : "", words[n]);
	return len < size ? len : 0;
}

/* Change one byte or one stretch of @len of them; Return: the new length, <= @size. */
static size_t fuzz_mutate(struct fuzz_random *r, char *buf, size_t len, size_t size)
{
	static const char bytes[] = { '\0', '\n', ' ', '\t', '-', '0', '9', 'x', '\x7f', '\xff',
				      '\r', '%' };
	size_t at = fuzz_below(r, len + 1), n = 1 + fuzz_below(r, 8);

	switch (fuzz_below(r, 6)) {
	case 0:		/* change */
		if (at < len)
			buf[at] ^= 1 << fuzz_below(r, 8);
		return len;
	case 1:		/* cut off */
		return at;
	case 2:		/* take out */
		n = at + n > len ? len - at : n;
		memmove(buf + at, buf + at + n, len - at - n);
		return len - n;
	case 3:		/* put in one of those that matter */
		n = 1;
		break;
	case 4:		/* many blanks */
		n = 1 + fuzz_below(r, 130);
		break;
	default:	/* some of it twice */
		n = at + n > len ? len - at : n;
		if (len + n <= size)
			memmove(buf + at + n, buf + at, len - at);
		return len + n <= size ? len + n : len;
	}
	if (len + n > size)
		return len;
	memmove(buf + at + n, buf + at, len - at);
	memset(buf + at, n == 1 ? FUZZ_PICK(r, bytes) : ' ', n);
	return len + n;
}

static size_t fuzz_noise(struct fuzz_random *r, char *buf)
{
	size_t len = fuzz_below(r, 160), i;
	bool text = fuzz_one_in(r, 2);

	for (i = 0; i < len; i++)
		buf[i] = text ? ' ' + fuzz_below(r, 95) : fuzz_random(r);
	return len;
}

/* Around the limits of the interface, of a page, and of what a write may be. */
static size_t fuzz_odd_length(struct fuzz_random *r)
{
	static const size_t lengths[] = { 0, 1, 126, 127, 128, 129, 255, 256, 4095, 4096, 4097,
					  65535, 65536, 65537, FUZZ_TEXT_MAX };

	return fuzz_one_in(r, 3) ? fuzz_below(r, FUZZ_TEXT_MAX) : FUZZ_PICK(r, lengths);
}

static size_t fuzz_draw(const struct fuzz_material *m, enum fuzz_file file, char *buf)
{
	struct fuzz_random *r = m->random;
	unsigned int what = fuzz_below(r, 100);
	size_t len, whole;

	if (what < 8)
		return fuzz_noise(r, buf);
	len = fuzz_make_command(m, file, what < 24, buf, FUZZ_COMMAND_MAX);
	if (fuzz_one_in(r, 3))
		buf[len++] = '\n';
	while (what >= 80 && fuzz_one_in(r, 2))
		len = fuzz_mutate(r, buf, len, 2 * FUZZ_COMMAND_MAX);
	if (what >= 76 && what < 80) {
		whole = fuzz_odd_length(r);
		if (whole > len)
			memset(buf + len, fuzz_one_in(r, 2) ? ' ' : 'x', whole - len);
		len = whole;
	}
	return len;
}

size_t fuzz_make_text(const struct fuzz_material *m, enum fuzz_file file, char *buf)
{
	static const enum fuzz_file commanded[] = { FUZZ_ATTACH, FUZZ_REAP, FUZZ_WATCH,
						    FUZZ_UNSAFE };
	size_t len;

	if ((file != FUZZ_ATTACH && file != FUZZ_REAP && file != FUZZ_WATCH &&
	     file != FUZZ_UNSAFE) || fuzz_one_in(m->random, 32))
		file = FUZZ_PICK(m->random, commanded);
	do {
		len = fuzz_draw(m, file, buf);
	} while (fuzz_forbidden(buf, len));
	return len;
}
