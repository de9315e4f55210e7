// SPDX-License-Identifier: GPL-2.0
/*
 * Setting an injector, one typed function for each command, with errors that
 * say what the command wants.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "inject/inject_internal.h"

/* @wants: what would not have been EINVAL */
static int failed(int err, const char *what, const char *wants, struct result *r)
{
	switch (-err) {
	case EINVAL:
		return result_error(r, "injector: %s: not accepted, expected %s", what, wants);
	case EPERM:
		return result_error(r, "injector: %s: it belongs to another process", what);
	default:
		return result_error(r, "injector: %s: %s", what, strerror(-err));
	}
}

int injector_knob(struct injector *i, enum injector_knob knob, long value, struct result *r)
{
	int err = injector_try(i, "%s %ld", injector_knob_name(knob), value);
	char what[64];

	if (!err)
		return 0;
	snprintf(what, sizeof(what), "knob %s = %ld", injector_knob_name(knob), value);
	return failed(err, what, inject_knob_wants(knob), r);
}

int injector_range(struct injector *i, const void *start, size_t len, struct result *r)
{
	int err = injector_try(i, "range %#lx %#lx", (unsigned long)start, len);
	char what[64];

	if (!err)
		return 0;
	if (err == -EBUSY)
		return result_error(r, "injector: range: the range of an attached interval cannot change");
	snprintf(what, sizeof(what), "range %p %zu", start, len);
	return failed(err, what, "whole pages of the user address space", r);
}

int injector_events(struct injector *i, const char *names, struct result *r)
{
	int err = injector_try(i, "events %s", names);
	char what[160];

	if (!err)
		return 0;
	snprintf(what, sizeof(what), "events %s", names);
	return failed(err, what, "all, or events that this kernel has", r);
}

int injector_caller(struct injector *i, long tid, struct result *r)
{
	int err = injector_try(i, "caller %ld", tid);
	char what[32];

	if (!err)
		return 0;
	snprintf(what, sizeof(what), "caller %ld", tid);
	return failed(err, what, "a thread id, or 0", r);
}

int injector_delay(struct injector *i, long start_us, long end_us, struct result *r)
{
	return injector_knob(i, KNOB_DELAY_START_US, start_us, r) ||
	       injector_knob(i, KNOB_DELAY_END_US, end_us, r) ? -1 : 0;
}

int injector_attach(struct injector *i, struct result *r)
{
	int err;

	/* A signal on the way says nothing about the injector. */
	do {
		err = injector_try(i, "attach");
	} while (err == -EINTR);
	if (!err)
		return 0;
	if (err == -EBUSY)
		return result_error(r, "injector: attach: already attached, or eagain and interval would share an mm (knob mixed)");
	return failed(err, "attach", "a range, for an interval", r);
}

int injector_detach(struct injector *i, struct result *r)
{
	int err = injector_try(i, "detach");

	return err ? failed(err, "detach", "an attached injector", r) : 0;
}

int injector_reset(struct injector *i, struct result *r)
{
	int err = injector_try(i, "reset");

	return err ? failed(err, "reset", "no argument", r) : 0;
}

int injector_seq_begin(struct injector *i, struct result *r)
{
	int err = injector_try(i, "seq_begin");

	return err ? failed(err, "seq_begin", "an attached interval", r) : 0;
}

int injector_seq_retry(struct injector *i, struct result *r)
{
	int err = injector_try(i, "seq_retry");

	if (err == -EAGAIN)
		return 1;
	return err ? failed(err, "seq_retry", "an attached interval after seq_begin", r) : 0;
}

int injector_look(struct injector *i, struct result *r)
{
	int err = injector_try(i, "look");

	return err ? failed(err, "look", "an attached checker", r) : 0;
}

int injector_fault(struct injector *i, const void *address, struct result *r)
{
	int err = injector_try(i, "fault %#lx", (unsigned long)address);

	if (err == -EINTR)
		return 1;
	return err ? failed(err, "fault", "an attached gate and a user address", r) : 0;
}
