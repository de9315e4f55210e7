// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the text of an injector's status.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inject/inject_internal.h"

/* What every kind has; without these the text is not a status. */
static const char *const needed_keys[] = {
	"attached", "starts", "blockable", "nonblockable", "accepted", "refused",
};

#define NEEDED_KEYS	((int)(sizeof(needed_keys) / sizeof(needed_keys[0])))

static bool is_needed(const char *key)
{
	int i;

	for (i = 0; i < NEEDED_KEYS; i++) {
		if (!strcmp(needed_keys[i], key))
			return true;
	}
	return false;
}

/* `event NAME PRESSURE OWN OTHER` */
static int parse_event(const char *line, struct injector_status *s)
{
	struct injector_event *e = &s->events[s->nr_events];
	unsigned long long n[NR_CALLERS];

	if (s->nr_events == INJECT_MAX_EVENTS ||
	    sscanf(line, "%*s %23s %llu %llu %llu", e->name, &n[CALLER_PRESSURE],
		   &n[CALLER_OWN], &n[CALLER_OTHER]) != 1 + NR_CALLERS)
		return -1;
	e->callback = line[0] == 'c';
	e->starts[CALLER_PRESSURE] = n[CALLER_PRESSURE];
	e->starts[CALLER_OWN] = n[CALLER_OWN];
	e->starts[CALLER_OTHER] = n[CALLER_OTHER];
	s->nr_events++;
	return 0;
}

static uint64_t *counter(struct injector_status *s, const char *key)
{
	const struct {
		const char *key;
		uint64_t *value;
	} table[] = {
		{ "starts", &s->starts }, { "ends", &s->ends },
		{ "blockable", &s->blockable }, { "nonblockable", &s->nonblockable },
		{ "accepted", &s->accepted }, { "refused", &s->refused },
		{ "pages", &s->pages }, { "delayed_us", &s->delayed_us },
		{ "delayed_starts", &s->delayed_starts },
		{ "delayed_ends", &s->delayed_ends },
		{ "seq", &s->seq }, { "seq_begun", &s->seq_begun },
		{ "active", &s->active }, { "waited", &s->waited },
		{ "longest_us", &s->longest_us },
		{ "changed", &s->changed }, { "outside", &s->outside },
		{ "outside_at", &s->outside_at }, { "outside_was", &s->outside_was },
		{ "outside_now", &s->outside_now }, { "outside_ended", &s->outside_ended },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!strcmp(table[i].key, key))
			return table[i].value;
	}
	return NULL;
}

static int parse_number(const char *text, long long *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 0);
	return end == text || *end || errno ? -1 : 0;
}

/* How it is set: everything that is no counter; unknown keys are for others. */
static int parse_setting(const char *key, const char *rest, struct injector_status *s)
{
	enum injector_knob knob = inject_find_knob(key);
	long long value = 0;
	int ret = 0;

	if (knob < NR_KNOBS)
		return parse_number(rest, &s->knobs[knob]);
	if (!strcmp(key, "kind"))
		return sscanf(rest, "%15s", s->kind) == 1 ? 0 : -1;
	if (!strcmp(key, "outside_seen"))
		return sscanf(rest, "%7s", s->outside_seen) == 1 ? 0 : -1;
	if (!strcmp(key, "events"))
		return sscanf(rest, "%127[^\n]", s->events_acted_on) == 1 ? 0 : -1;
	if (!strcmp(key, "range"))
		return sscanf(rest, "%" SCNx64 " %" SCNx64, &s->range_start,
			      &s->range_len) == 2 ? 0 : -1;
	if (!strcmp(key, "attached")) {
		ret = parse_number(rest, &value);
		s->attached = value;
	} else if (!strcmp(key, "released")) {
		ret = parse_number(rest, &value);
		s->released = value;
	} else if (!strcmp(key, "caller")) {
		ret = parse_number(rest, &value);
		s->caller = value;
	}
	return ret;
}

/* Return: 1 for a key that must be there, 0 for any other line, -1 if bad. */
static int parse_line(const char *line, struct injector_status *s)
{
	char key[32], rest[128];
	long long value;
	uint64_t *where;

	if (sscanf(line, "%31s %127[^\n]", key, rest) != 2)
		return -1;
	if (!strcmp(key, "event") || !strcmp(key, "callback"))
		return parse_event(line, s);
	where = counter(s, key);
	if (where) {
		if (parse_number(rest, &value))
			return -1;
		*where = value;
	} else if (parse_setting(key, rest, s)) {
		return -1;
	}
	return is_needed(key);
}

int injector_parse(const char *text, struct injector_status *s)
{
	char line[160];
	int needed = 0;

	memset(s, 0, sizeof(*s));
	while (*text) {
		size_t len = strcspn(text, "\n");
		int ret;

		if (len >= sizeof(line))
			return -1;
		memcpy(line, text, len);
		line[len] = '\0';
		ret = len ? parse_line(line, s) : 0;
		if (ret < 0)
			return -1;
		needed += ret;
		text += len + (text[len] == '\n');
	}
	return needed == NEEDED_KEYS ? 0 : -1;
}

uint64_t injector_event_starts(const struct injector_status *s, const char *event,
			       enum inject_caller who)
{
	unsigned int i;

	for (i = 0; i < s->nr_events; i++) {
		if (!strcmp(s->events[i].name, event))
			return s->events[i].starts[who];
	}
	return 0;
}
