// SPDX-License-Identifier: GPL-2.0
/*
 * Collecting what a test finds, the most severe finding first.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/result.h"

const char *contract_name(enum contract contract)
{
	static const char * const names[] = {
		[CONTRACT_NONE] = "no contract",
		[CONTRACT_PAIRING] = "contract 1 (pairing)",
		[CONTRACT_REFUSAL] = "contract 2 (refusal)",
		[CONTRACT_UNTOUCHED] = "contract 3 (refused range untouched)",
		[CONTRACT_FAULTS] = "contract 4 (faults and ranges)",
		[CONTRACT_NO_STALE] = "contract 5 (no stale translation)",
		[CONTRACT_BALANCED] = "contract 6 (balanced)",
		[CONTRACT_MEMSLOTS] = "contract 7 (memslot updates)",
		[CONTRACT_DEATH] = "contract 8 (death)",
		[CONTRACT_CONTENTS] = "contract 9 (contents)",
		[CONTRACT_PROGRESS] = "contract 10 (progress)",
		[CONTRACT_PRECISION] = "contract 11 (precision)",
		[CONTRACT_KERNEL_LOG] = "kernel log",
	};

	return names[contract];
}

void result_init(struct result *r)
{
	memset(r, 0, sizeof(*r));
}

static void add_line(struct result *r, const char *text)
{
	size_t room = sizeof(r->evidence) - r->evidence_len;
	int n = snprintf(r->evidence + r->evidence_len, room, "%s\n", text);

	if (n > 0 && (size_t)n < room)
		r->evidence_len += n;
	else
		r->evidence[r->evidence_len] = '\0';
}

static void decide(struct result *r, enum result_kind kind,
		   enum contract contract, const char *text)
{
	if (kind <= r->kind) {
		add_line(r, text);
		return;
	}
	if (r->kind != RESULT_PASS)
		add_line(r, r->reason);
	r->kind = kind;
	r->contract = contract;
	if (contract == CONTRACT_NONE)
		snprintf(r->reason, sizeof(r->reason), "%s", text);
	else
		snprintf(r->reason, sizeof(r->reason), "%s: %s",
			 contract_name(contract), text);
}

#define FORMAT(text, fmt)						\
	do {								\
		va_list ap;						\
		va_start(ap, fmt);					\
		vsnprintf(text, sizeof(text), fmt, ap);			\
		va_end(ap);						\
	} while (0)

int result_skip(struct result *r, const char *fmt, ...)
{
	char text[448];

	FORMAT(text, fmt);
	decide(r, RESULT_SKIP, CONTRACT_NONE, text);
	return -1;
}

int result_error(struct result *r, const char *fmt, ...)
{
	char text[448];

	FORMAT(text, fmt);
	decide(r, RESULT_ERROR, CONTRACT_NONE, text);
	return -1;
}

int result_fail(struct result *r, enum contract contract, const char *fmt, ...)
{
	char text[448];

	FORMAT(text, fmt);
	decide(r, RESULT_FAIL, contract, text);
	return -1;
}

int result_errno(struct result *r, const char *fmt, ...)
{
	int err = errno;
	char text[448];

	FORMAT(text, fmt);
	return result_error(r, "%s: %s", text, strerror(err));
}

void result_adopt(struct result *r, const struct result *other)
{
	if (other->kind > r->kind) {
		if (r->kind != RESULT_PASS)
			add_line(r, r->reason);
		r->kind = other->kind;
		r->contract = other->contract;
		memcpy(r->reason, other->reason, sizeof(r->reason));
	} else if (other->kind != RESULT_PASS) {
		add_line(r, other->reason);
	}
	if (other->evidence_len)
		add_line(r, other->evidence);
	result_adopt_judged(r, other);
}

void result_conclude(struct result *r)
{
	char why[JUDGED_TEXT_MAX];

	if (r->kind != RESULT_PASS || judged_anything(&r->judged))
		return;
	judged_why_not(&r->judged, why, sizeof(why));
	result_skip(r, "nothing was judged: %s", why[0] ? why : "no oracle had anything to look at");
}

void result_note(struct result *r, const char *fmt, ...)
{
	char text[448];

	FORMAT(text, fmt);
	add_line(r, text);
}
