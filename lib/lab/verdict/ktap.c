// SPDX-License-Identifier: GPL-2.0
/*
 * Reader of KTAP. Pure: no I/O, no clock.
 */
#include <ctype.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "verdict/ktap.h"
#include "verdict/samples.h"

/* Bytes kept of a line, unless it is one of samples. */
#define LINE_KEPT	4096

/*
 * What a test prints before its result. One that prints in a loop must not eat the host:
 * of many lines those in the middle go, since the first say what was done, and the last
 * what came of it.
 */
#define REMARKS_MAX	(64u << 10)
#define HEAD_KEPT	(16u << 10)
#define TAIL_KEPT	(32u << 10)
#define LINES_CUT	"(lines left out: see the log)\n"

/* A counted list of results: the program's own, or that of a nested subtest. */
struct ktap_level {
	bool planned;
	unsigned long plan;
	unsigned long seen;
	unsigned long failed;
};

struct ktap_reader {
	ktap_event_fn fn;
	void *arg;
	struct ktap_level top, nested;
	bool in_nested;
	bool cut_short;		/* skipped or bailed out: its plan does not hold */
	bool ended;
	struct lab_text remarks;
	json_t *samples;
	struct lab_text subtest;	/* name of the parent, if announced */
	struct lab_text running;
	struct ktap_held *held;		/* nested results that wait for their parent's name */
	size_t nr_held;
	void *names;			/* tsearch tree of names seen */
};

struct ktap_held {
	char *name, *reason, *diagnostics;
	json_t *samples;
	enum ktap_status status;
};

/* A line's result, or its plan: then @number are to come. */
struct ktap_result {
	bool ok;
	bool numbered;
	unsigned long number;
	enum ktap_status status;
	char name[512];
	char reason[1024];
};

const char *ktap_status_name(enum ktap_status status)
{
	static const char *const names[] = {
		[KTAP_PASS] = "pass", [KTAP_FAIL] = "fail", [KTAP_ERROR] = "error",
		[KTAP_SKIP] = "skip", [KTAP_XFAIL] = "xfail",
	};

	return names[status];
}

bool ktap_failed(enum ktap_status status)
{
	return status == KTAP_FAIL || status == KTAP_ERROR;
}

struct ktap_reader *ktap_new(ktap_event_fn fn, void *arg)
{
	struct ktap_reader *r = lab_realloc(NULL, 1, sizeof(*r));

	*r = (struct ktap_reader){ .fn = fn, .arg = arg };
	return r;
}

static void free_held(struct ktap_reader *r)
{
	for (size_t i = 0; i < r->nr_held; i++) {
		free(r->held[i].name);
		free(r->held[i].reason);
		free(r->held[i].diagnostics);
		json_decref(r->held[i].samples);
	}
	free(r->held);
	r->held = NULL;
	r->nr_held = 0;
}

void ktap_free(struct ktap_reader *r)
{
	if (!r)
		return;
	free_held(r);
	tdestroy(r->names, free);
	lab_text_clear(&r->remarks);
	json_decref(r->samples);
	lab_text_clear(&r->subtest);
	lab_text_clear(&r->running);
	free(r);
}

const char *ktap_pending(const struct ktap_reader *r)
{
	return r->remarks.s ? r->remarks.s : "";
}

const char *ktap_running(const struct ktap_reader *r)
{
	if (r->running.s)
		return r->running.s;
	return r->subtest.s ? r->subtest.s : "";
}

static void emit(struct ktap_reader *r, struct ktap_event *event)
{
	if (!event->name)
		event->name = "";
	if (!event->reason)
		event->reason = "";
	if (!event->diagnostics)
		event->diagnostics = "";
	r->fn(r->arg, event);
}

static void __attribute__((format(printf, 2, 3)))
problem(struct ktap_reader *r, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = lab_vformat(fmt, ap);
	va_end(ap);
	emit(r, &(struct ktap_event){ .kind = KTAP_PROBLEM, .reason = text });
	free(text);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A name that nobody has used; @name itself, or with #2, #3, ... behind it. */
static char *unique_name(struct ktap_reader *r, const char *name)
{
	char *copy = lab_strdup(name);

	if (tfind(copy, &r->names, compare_names))
		problem(r, "two results are named \"%s\"", name);
	for (unsigned int n = 2; tfind(copy, &r->names, compare_names); n++) {
		free(copy);
		copy = lab_format("%s#%u", name, n);
	}
	if (!tsearch(copy, &r->names, compare_names))
		return NULL;	/* no memory: the name is merely not remembered */
	return copy;
}

static void emit_case(struct ktap_reader *r, const char *name, enum ktap_status status,
		      const char *reason, const char *diagnostics, json_t *samples)
{
	char *kept = unique_name(r, name);

	emit(r, &(struct ktap_event){
		.kind = KTAP_CASE, .status = status, .name = kept ? kept : name,
		.reason = reason, .diagnostics = diagnostics, .samples = samples,
	});
}

/* Control characters would play with the terminal of whoever reads the report. */
static void make_printable(char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)s[i]) && s[i] != '\t')
			s[i] = '?';
}

/* The start of the first whole line behind @at. */
static size_t line_behind(const struct lab_text *t, size_t at)
{
	const char *end = strchr(t->s + at, '\n');

	return end ? (size_t)(end - t->s) + 1 : t->len;
}

/* What a former cut has left begins with the same head. */
static void cut_middle(struct lab_text *t)
{
	char *tail = lab_strdup(t->s + line_behind(t, t->len - TAIL_KEPT));

	t->len = line_behind(t, HEAD_KEPT);
	lab_text_addf(t, LINES_CUT "%s", tail);
	free(tail);
}

void ktap_remark(struct ktap_reader *r, const char *line, size_t len)
{
	struct lab_text *t = &r->remarks;

	if (len > LINE_KEPT)
		len = LINE_KEPT;
	if (t->len + len > REMARKS_MAX)
		cut_middle(t);
	lab_text_add(t, line, len);
	make_printable(t->s + t->len - len, len);
	lab_text_add(t, "\n", 1);
}

static void set_samples(struct ktap_reader *r, json_t *samples)
{
	json_decref(r->samples);
	r->samples = samples;
}

static const struct {
	const char *word;
	enum ktap_status if_ok, if_not_ok;
} directives[] = {
	{ "ERROR",	KTAP_ERROR,	KTAP_ERROR },
	{ "SKIP",	KTAP_SKIP,	KTAP_SKIP },
	{ "XFAIL",	KTAP_XFAIL,	KTAP_XFAIL },
	{ "TODO",	KTAP_PASS,	KTAP_XFAIL },
};

/* What stands behind the '#' of a result. */
static void parse_directive(const char *s, struct ktap_result *res)
{
	s += strspn(s, " \t");
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		size_t len = strlen(directives[i].word);

		if (strncasecmp(s, directives[i].word, len) || isalnum((unsigned char)s[len]))
			continue;
		res->status = res->ok ? directives[i].if_ok : directives[i].if_not_ok;
		s += len;
		s += strspn(s, ": \t");
		break;
	}
	snprintf(res->reason, sizeof(res->reason), "%s", s);
}

/* "1..N" with an optional "# SKIP reason" behind it. */
static bool parse_plan(const char *s, struct ktap_result *plan)
{
	char *end;

	memset(plan, 0, sizeof(*plan));
	if (strncmp(s, "1..", 3) || !isdigit((unsigned char)s[3]))
		return false;
	plan->number = strtoul(s + 3, &end, 10);
	end += strspn(end, " \t");
	if (*end == '#')
		parse_directive(end + 1, plan);
	return !*end || *end == '#';
}

/* "ok 3 - name # SKIP reason" and its relatives. */
static bool parse_result(const char *s, struct ktap_result *res)
{
	const char *hash;
	char *end;
	size_t len;

	memset(res, 0, sizeof(*res));
	res->ok = !strncmp(s, "ok", 2);
	if (!res->ok && strncmp(s, "not ok", 6))
		return false;
	s += res->ok ? 2 : 6;
	if (*s && !isspace((unsigned char)*s))
		return false;
	s += strspn(s, " \t");
	if (isdigit((unsigned char)*s)) {
		res->number = strtoul(s, &end, 10);
		res->numbered = !*end || isspace((unsigned char)*end);
		if (res->numbered)
			s = end + strspn(end, " \t");
	}
	if (s[0] == '-' && (isspace((unsigned char)s[1]) || !s[1]))
		s += 1 + strspn(s + 1, " \t");
	res->status = res->ok ? KTAP_PASS : KTAP_FAIL;
	hash = *s == '#' ? s : strstr(s, " #");
	len = hash ? (size_t)(hash - s) : strlen(s);
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	snprintf(res->name, sizeof(res->name), "%.*s", (int)len, s);
	if (hash)
		parse_directive(hash + strspn(hash, " #"), res);
	return true;
}

/* Count a result and check its number; names it if it has no name. */
static void count(struct ktap_reader *r, struct ktap_level *level, struct ktap_result *res)
{
	level->seen++;
	if (ktap_failed(res->status))
		level->failed++;
	if (res->numbered && res->number != level->seen) {
		problem(r, "result %lu where %lu was due", res->number, level->seen);
		if (res->number > level->seen && res->number - level->seen < 100000)
			level->seen = res->number;
	}
	if (level->planned && level->seen > level->plan)
		problem(r, "result %lu exceeds the plan of %lu", level->seen, level->plan);
	if (!res->name[0] && r->running.s)
		snprintf(res->name, sizeof(res->name), "%s", r->running.s);
	else if (!res->name[0])
		snprintf(res->name, sizeof(res->name), "case %lu", level->seen);
}

static void hold(struct ktap_reader *r, const struct ktap_result *res)
{
	r->held = lab_realloc(r->held, r->nr_held + 1, sizeof(*r->held));
	r->held[r->nr_held++] = (struct ktap_held){
		.name = lab_strdup(res->name),
		.reason = lab_strdup(res->reason),
		.diagnostics = lab_text_take(&r->remarks),
		.samples = r->samples,
		.status = res->status,
	};
	r->samples = NULL;
}

/* The nested subtest is over; its results get their parent's name. */
static void release_held(struct ktap_reader *r, const char *parent)
{
	struct ktap_level *n = &r->nested;

	if (n->planned && n->seen < n->plan)
		problem(r, "%s: %lu of %lu results", parent, n->seen, n->plan);
	for (size_t i = 0; i < r->nr_held; i++) {
		struct ktap_held *h = &r->held[i];
		char *name = lab_format("%s/%s", parent, h->name);

		emit_case(r, name, h->status, h->reason, h->diagnostics, h->samples);
		free(name);
	}
	free_held(r);
	*n = (struct ktap_level){ 0 };
	r->in_nested = false;
	lab_text_clear(&r->subtest);
}

/* The result of a parent: a summary of what was already given out. */
static void parent_result(struct ktap_reader *r, const struct ktap_result *res)
{
	unsigned long failed = r->nested.failed;

	release_held(r, res->name);
	if (res->status == KTAP_FAIL && !failed)
		emit_case(r, res->name, KTAP_FAIL, "failed though none of its subtests did",
			  ktap_pending(r), r->samples);
	else if (res->status == KTAP_PASS && failed)
		problem(r, "%s is ok though %lu of its subtests failed", res->name, failed);
}

static void top_result(struct ktap_reader *r, struct ktap_result *res)
{
	count(r, &r->top, res);
	if (r->in_nested && r->nr_held)
		parent_result(r, res);
	else
		emit_case(r, res->name, res->status, res->reason, ktap_pending(r), r->samples);
	r->nested = (struct ktap_level){ 0 };
	r->in_nested = false;
	lab_text_clear(&r->subtest);
	lab_text_clear(&r->remarks);
	set_samples(r, NULL);
	lab_text_clear(&r->running);
}

static void nested_result(struct ktap_reader *r, struct ktap_result *res)
{
	r->in_nested = true;
	count(r, &r->nested, res);
	hold(r, res);
	lab_text_clear(&r->running);
}

static void plan(struct ktap_reader *r, bool indented, const struct ktap_result *res)
{
	struct ktap_level *level = indented ? &r->nested : &r->top;
	unsigned long n = res->number;

	if (indented)
		r->in_nested = true;
	if (level->planned)
		problem(r, "a second plan, 1..%lu after 1..%lu", n, level->plan);
	else if (level->seen && n < level->seen)
		problem(r, "a plan of %lu after %lu results", n, level->seen);
	level->planned = true;
	level->plan = n;
	if (indented)
		return;
	r->cut_short |= !n;
	emit(r, &(struct ktap_event){
		.kind = n ? KTAP_PLAN : KTAP_SKIP_ALL, .number = n,
		.reason = res->status == KTAP_SKIP ? res->reason : NULL,
	});
}

/* "#  RUN           name ..." of the harness, "# Subtest: name" of KTAP. */
static void diagnostic(struct ktap_reader *r, const char *s)
{
	const char *p = s + 1 + strspn(s + 1, " \t");
	size_t len;

	if (!strncmp(p, "Subtest:", 8)) {
		p += 8 + strspn(p + 8, " \t");
		lab_text_clear(&r->subtest);
		lab_text_add(&r->subtest, p, strlen(p));
		return;
	}
	if (strncmp(p, "RUN ", 4)) {
		ktap_remark(r, s, strlen(s));
		return;
	}
	p += 4 + strspn(p + 4, " \t");
	len = strlen(p);
	if (len > 4 && !strcmp(p + len - 4, " ..."))
		len -= 4;
	lab_text_clear(&r->running);
	lab_text_add(&r->running, p, len);
}

static void bail_out(struct ktap_reader *r, const char *s)
{
	s += strlen("Bail out!");
	r->cut_short = true;
	problem(r, "the program bailed out:%s%s", *s == ' ' ? "" : " ", s);
}

void ktap_line(struct ktap_reader *r, const char *line, size_t len)
{
	char text[LINE_KEPT + 1], *s;
	json_t *samples = lab_samples_line(line, len);
	struct ktap_result res;

	if (samples) {
		set_samples(r, samples);
		return;
	}
	if (len > LINE_KEPT)
		len = LINE_KEPT;
	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	memcpy(text, line, len);
	text[len] = '\0';
	make_printable(text, len);
	s = text + strspn(text, " \t");

	if (!strncmp(text, "# |", 3))
		emit(r, &(struct ktap_event){ .kind = KTAP_ROW, .reason = text + 2 });
	else if (*s == '#')
		diagnostic(r, s);
	else if (!strncmp(s + (*s == 'K'), "TAP version ", 12))
		r->in_nested = r->in_nested || s != text;
	else if (parse_plan(s, &res))
		plan(r, s != text, &res);
	else if (!strncmp(s, "Bail out!", 9))
		bail_out(r, s);
	else if (!parse_result(s, &res))
		ktap_remark(r, text, len);
	else if (s != text)
		nested_result(r, &res);
	else
		top_result(r, &res);
}

void ktap_end(struct ktap_reader *r)
{
	if (r->ended)
		return;
	r->ended = true;
	if (r->nr_held) {
		char *parent = lab_strdup(r->subtest.s ? r->subtest.s : "subtest");

		problem(r, "%s: the output ends within a subtest", parent);
		release_held(r, parent);
		free(parent);
	}
	if (r->cut_short)
		return;
	if (!r->top.planned)
		problem(r, r->top.seen ? "%lu results without a plan" : "no KTAP plan, %lu results",
			r->top.seen);
	else if (r->top.seen < r->top.plan)
		problem(r, "the output ends after %lu of %lu results", r->top.seen, r->top.plan);
}
