// SPDX-License-Identifier: GPL-2.0
/*
 * What a file must read as, and whether it does.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/fuzz_slot.h"

bool fuzz_is_foreign(const struct fuzz_context *c, const struct fuzz_slot *s)
{
	return s->owner != c->pid;
}

bool fuzz_is_of_mm(enum fuzz_file file)
{
	return file == FUZZ_ATTACH || file == FUZZ_REAP || file == FUZZ_UNSAFE;
}

void fuzz_settings_init(struct fuzz_settings *s)
{
	memset(s, 0, sizeof(*s));
	s->sure = true;
	strcpy(s->kind, "eagain");
	s->knobs[KNOB_PROBABILITY] = 100;
	s->knobs[KNOB_INTERVAL] = 1;
	s->knobs[KNOB_TIMES] = -1;
}

void fuzz_settings_apply(struct fuzz_settings *s, const struct fuzz_command *c)
{
	size_t row = c->verb - fuzz_verbs;
	unsigned long long value;
	bool negative;

	if (row < NR_KNOBS && fuzz_parse(c->args[0], true, &negative, &value)) {
		s->knobs[row] = negative ? -(long long)value : (long long)value;
	} else if (!strcmp(c->verb->name, "kind")) {
		snprintf(s->kind, sizeof(s->kind), "%s", c->args[0]);
	} else if (!strcmp(c->verb->name, "attach")) {
		s->attached = true;
		s->was_attached = true;
	} else if (!strcmp(c->verb->name, "detach")) {
		s->attached = false;
	}
}

static void fuzz_check_settings(struct fuzz_context *c, const struct fuzz_slot *slot,
				const struct injector_status *is)
{
	const struct fuzz_settings *s = &slot->settings;
	int k;

	if (!s->sure || fuzz_is_foreign(c, slot))
		return;
	if (is->attached != s->attached || strcmp(is->kind, s->kind))
		fuzz_finding(c->record, "attach: reads as '%s', attached %d; it is '%s', attached %d",
			     is->kind, is->attached, s->kind, s->attached);
	for (k = 0; k < NR_KNOBS; k++) {
		/* Two of them are used up by calls. */
		if (is->knobs[k] != s->knobs[k] &&
		    !(s->was_attached && (k == KNOB_TIMES || k == KNOB_SPACE)))
			fuzz_finding(c->record, "attach: '%s' reads back as %lld, set was %lld",
				     fuzz_verbs[k].name, is->knobs[k], s->knobs[k]);
	}
}

static bool fuzz_watch_line(const char *line)
{
	char name[32];
	int pid, end = 0;

	return sscanf(line, "%31[0-9-] %d%n", name, &pid, &end) == 2 && !line[end];
}

static bool fuzz_destroyed_line(const char *line)
{
	char name[32], active[32];
	unsigned long long id, seq;
	long long count;
	int pid, end = 0;

	return sscanf(line, "%llu %31[0-9-] count=%lld seq=%llu active=%31[0-9-] pid=%d%n", &id,
		      name, &count, &seq, active, &pid, &end) == 6 && !line[end];
}

static bool fuzz_every_line(char *text, bool (*is_right)(const char *line))
{
	char *line;

	while ((line = strsep(&text, "\n")) && text) {
		if (!is_right(line))
			return false;
	}
	return !line || !*line;
}

static bool fuzz_reap_status(const char *text)
{
	long long reaps, refused;
	char event[32];
	int end = 0;

	return sscanf(text, "reaps %lld refused %lld event %31[a-z_]%n", &reaps, &refused, event,
		      &end) == 3 && !strcmp(text + end, "\n");
}

static bool fuzz_makes_sense(struct fuzz_context *c, const struct fuzz_slot *slot)
{
	struct injector_status status;
	char *text = c->status;

	switch (slot->file) {
	case FUZZ_HELP:
		return !strncmp(text, "mmu_notifier_inject - ", 22);
	case FUZZ_ATTACH:
		if (injector_parse(text, &status))
			return false;
		fuzz_check_settings(c, slot, &status);
		return fuzz_name_sense(status.kind, fuzz_kinds, ARRAY_SIZE(fuzz_kinds));
	case FUZZ_REAP:
		return fuzz_reap_status(text);
	case FUZZ_WATCH:
		return fuzz_every_line(text, fuzz_watch_line);
	case FUZZ_DESTROYED:
		return fuzz_every_line(text, fuzz_destroyed_line);
	case FUZZ_UNSAFE:
		return !strcmp(text, "unsafe 0\nwithheld 0\nforced 0\n");
	default:
		return isdigit((unsigned char)text[0]);
	}
}

uint64_t fuzz_read_errors(const struct fuzz_slot *s)
{
	uint64_t may = 0;

	if (!s->readable)
		may |= MAY(EBADF);
	if (s->file == FUZZ_VM)
		may |= MAY(EIO);	/* KVM has removed it */
	if (s->file == FUZZ_UNSAFE)
		may |= MAY(EINTR);
	return may;
}

void fuzz_read_back(struct fuzz_context *c, struct fuzz_slot *s)
{
	ssize_t n = pread(s->fd, c->status, FUZZ_STATUS_MAX - 1, 0);
	char quoted[128];

	if (!fuzz_count(c->record, s->file, n, errno,
			fuzz_read_errors(s) | (s->readable ? MAY(0) : 0)))
		fuzz_finding(c->record, "%s: reading it: %s", fuzz_file_names[s->file],
			     fuzz_result_text(quoted, sizeof(quoted), n, errno));
	if (n < 0)
		return;
	c->status[n] = '\0';
	fuzz_quote(quoted, sizeof(quoted), c->status, n);
	if (!fuzz_makes_sense(c, s))
		fuzz_finding(c->record, "%s: cannot make sense of '%s'", fuzz_file_names[s->file],
			     quoted);
}
