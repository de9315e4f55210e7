// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions of machines that are restored from a snapshot, or of which one is taken: snapshot.h.
 *
 * The agent says READY, and the machine can stop. Whether it does, goes on at once or is another one,
 * restored long after, it is told to resume, and says READY again. From there all is the same.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "bed/session.h"

#define SEED_BYTES	32

void lab_session_find_snapshot(struct lab_session *s)
{
	struct lab_snapshot *snapshot = s->plan->snapshot;

	s->restored = snapshot && snapshot->whole;
	if (s->restored) {
		s->machine.incoming = lab_strdup(snapshot->dir);
	} else if (snapshot && !snapshot->claimed && !snapshot->in_vain) {
		snapshot->claimed = true;
		s->machine.saves = true;
	}
}

static void add_random(struct lab_text *t, struct lab_error *trouble)
{
	unsigned char bytes[SEED_BYTES] = { 0 };

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		lab_fail(trouble, -errno, "getrandom(): %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		lab_text_addf(t, "%02x", bytes[i]);
}

/* It goes on, now that nothing more can be in a snapshot. */
static void resume(struct lab_session *s)
{
	struct lab_text text = { NULL };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	lab_text_addf(&text, "%lld.%09ld%c", (long long)now.tv_sec, now.tv_nsec, CHANNEL_FIELD);
	add_random(&text, &s->trouble);
	lab_text_addf(&text, "%s", s->plan->snapshot->settings);
	s->resumed = true;
	lab_window_open(&s->heard, s->machine.pid);
	lab_session_enter(s, LAB_BOOT);
	lab_session_send(s, CHANNEL_RESUME, text.s);
	lab_text_clear(&text);
	lab_text_clear(&s->console_said);
	lab_text_clear(&s->frames_said);
}

static void let_run(struct lab_session *s)
{
	s->machine.kind->resume(&s->machine, &s->trouble);
	resume(s);
}

static void not_saved(struct lab_session *s, const char *why)
{
	lab_session_note(s, "no snapshot was saved: %s", why);
	lab_snapshot_drop(s->plan->snapshot);
}

void lab_session_pause(struct lab_session *s)
{
	struct lab_snapshot *snapshot = s->plan->snapshot;
	struct lab_error e;
	int ret;

	if (!s->machine.saves || snapshot->in_vain) {
		resume(s);
		return;
	}
	ret = lab_snapshot_begin(snapshot, &e);
	if (!ret) {
		lab_session_enter(s, LAB_SAVE);
		ret = s->machine.kind->save(&s->machine, snapshot->making, &e);
	}
	if (ret) {
		not_saved(s, e.text);
		let_run(s);
	}
}

/* What the kernel printed before it was stopped. */
static void read_console(struct lab_session *s)
{
	struct pollfd console = { .events = POLLIN };

	do {
		console.fd = s->machine.fds[LAB_CONSOLE];
		if (poll(&console, 1, 0) <= 0)
			return;
		lab_session_read_console(s);
	} while (s->machine.fds[LAB_CONSOLE] >= 0);
}

/* All that come from a kernel that complains would fail, and never be booted again. */
static void keep(struct lab_session *s)
{
	struct lab_results *res = s->plan->results;
	struct lab_error e;

	read_console(s);
	s->paused_ms = lab_now_ms() - s->stage_window.since_ms;
	if (s->console.nr_splats || s->console.panic[0]) {
		not_saved(s, "the kernel complained as it booted");
	} else if (lab_snapshot_keep(s->plan->snapshot, s->machine.memory, &s->console_said,
			      &s->frames_said, &e)) {
		not_saved(s, e.text);
	} else {
		s->paused_ms = lab_now_ms() - s->stage_window.since_ms;
		res->save_ms = s->paused_ms;
	}
	let_run(s);
}

static void watch_saving(struct lab_session *s)
{
	char *state = lab_format("%s/state", s->plan->snapshot->making);

	if (s->machine.transfer == LAB_TRANSFER_DONE && !access(state, F_OK)) {
		keep(s);
	} else if (s->machine.transfer == LAB_TRANSFER_FAILED ||
		   lab_window_wait(&s->stage_window, LAB_SAVE_SECONDS) != LAB_WAIT_ON) {
		not_saved(s, s->machine.transfer == LAB_TRANSFER_FAILED ?
			  "QEMU could not write it" : "it took too long");
		s->paused_ms = lab_now_ms() - s->stage_window.since_ms;
		let_run(s);
	}
	free(state);
}

void lab_session_transfer(struct lab_session *s)
{
	if (s->stage == LAB_SAVE)
		watch_saving(s);
	else if (s->restored && !s->resumed && s->machine.transfer == LAB_TRANSFER_DONE)
		let_run(s);
	else if (s->restored && !s->resumed && s->machine.transfer == LAB_TRANSFER_FAILED)
		lab_session_enter(s, LAB_END);
}

bool lab_session_snapshot_failed(struct lab_session *s, char *why, size_t size)
{
	const char *what = s->restored ? "restoring from a snapshot" : "saving a snapshot";
	struct lab_judgement own;

	if (s->facts.ready || s->facts.interrupted || s->facts.overall_limit ||
	    !(s->restored || s->stage == LAB_SAVE))
		return false;
	if (s->machine.transfer == LAB_TRANSFER_FAILED)
		snprintf(why, size, "%s failed: QEMU does not take it", what);
	else if (lab_judge_machine(&s->facts, &own))
		snprintf(why, size, "%s failed: %.200s", what, own.why);
	else
		snprintf(why, size, "%s failed", what);
	lab_snapshot_spoil(s->plan->snapshot);
	return true;
}
