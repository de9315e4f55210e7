// SPDX-License-Identifier: GPL-2.0
/*
 * The lines that a test prints before its result.
 */
#include <ctype.h>
#include <string.h>

#include "verdict/ktap_remarks.h"

#define TEXT_MAX	(64u << 10)
#define HEAD_KEPT	(16u << 10)
#define TAIL_KEPT	(32u << 10)
#define LINES_CUT	"(lines left out: see the log)\n"

char ktap_printable(char c)
{
	return iscntrl((unsigned char)c) && c != '\t' ? '?' : c;
}

/* The start of the first whole line behind @at. */
static size_t line_behind(const struct lab_text *t, size_t at)
{
	const char *end = strchr(t->s + at, '\n');

	return end ? (size_t)(end - t->s) + 1 : t->len;
}

static void cut_middle(struct ktap_remarks *r)
{
	size_t head = r->cut ? r->cut : line_behind(&r->text, HEAD_KEPT);
	size_t tail = line_behind(&r->text, r->text.len - TAIL_KEPT);
	struct lab_text t = { NULL };

	lab_text_add(&t, r->text.s, head);
	if (!r->cut)
		lab_text_addf(&t, LINES_CUT);
	r->cut = t.len;
	lab_text_addf(&t, "%s", r->text.s + tail);
	lab_text_clear(&r->text);
	r->text = t;
}

void ktap_remarks_add(struct ktap_remarks *r, const char *line, size_t len)
{
	if (len > KTAP_LINE_MAX)
		len = KTAP_LINE_MAX;
	if (r->text.len + len > TEXT_MAX)
		cut_middle(r);
	for (size_t i = 0; i < len; i++) {
		char c = ktap_printable(line[i]);

		lab_text_add(&r->text, &c, 1);
	}
	lab_text_add(&r->text, "\n", 1);
}

void ktap_remarks_clear(struct ktap_remarks *r)
{
	lab_text_clear(&r->text);
	r->cut = 0;
}
