// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel log: what it says from where a test began.
 *
 * Log and taint are the whole machine's: a splat is judged when all of its lines are
 * there, and one of someone else's is only told.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/splats.h"
#include "host/hostfile.h"
#include "host/hoststate.h"
#include "oracle/kmsg.h"
#include "oracle/oracle.h"
#include "oracle/splat.h"

#define TAINT_FILE	"/proc/sys/kernel/tainted"
#define LINES_MAX	6144	/* as much as a result can hold */
#define NEXT_LINE_MS	200	/* from one line of a splat to the next, at most */
#define MAX_WAITS	50	/* where others never cease to log */

/*
 * Taints that are no complaint, in the order of their bits.  Of loading modules, ours or
 * anybody's: proprietary, forced, taken out by force, staging, out-of-tree, unsigned,
 * live patch.  Of unsafe commands: user, test.
 */
#define TAINT_HARMLESS	(1ULL << 0 | 1ULL << 1 | 1ULL << 3 | 1ULL << 10 | 1ULL << 12 | \
			 1ULL << 13 | 1ULL << 15 | 1ULL << 6 | 1ULL << 18)

static int read_taint(unsigned long long *taint, struct result *r)
{
	int ret = hostfile_read_ulong(TAINT_FILE, taint);

	if (ret)
		return result_error(r, "read(%s): %s", TAINT_FILE, strerror(-ret));
	*taint &= ~TAINT_HARMLESS;
	return 0;
}

int klog_open(struct klog *k, struct result *r)
{
	*k = (struct klog) { .fd = open(KMSG, O_RDONLY | O_NONBLOCK | O_CLOEXEC) };
	prctl(PR_GET_NAME, k->comm);
	/* In a container, or without the right to it. */
	if (k->fd < 0) {
		result_not_judged(r, ORACLE_KLOG, "%s: %s", KMSG, strerror(errno));
		return 0;
	}
	if (lseek(k->fd, 0, SEEK_END) < 0) {
		result_errno(r, "lseek(" KMSG ", SEEK_END)");
		klog_close(k);
		return -1;
	}
	k->ahead = kmsg_ahead_start(k->fd, r);
	if (!k->ahead || read_taint(&k->taint, r)) {
		klog_close(k);
		return -1;
	}
	/* A second WARN_ON_ONCE must show, too, be it of others; old kernels lack the file. */
	if (hoststate_allowed())
		hostfile_write("/sys/kernel/debug/clear_warn_once", "1");
	return 0;
}

/* A splat that is being read, and what follows it and may explain it. */
struct reading {
	struct splat splat;
	bool open;
	char lines[LINES_MAX];
	size_t used;
	unsigned int waits;
	unsigned int ours;	/* splats so far */
};

static void judge_splat(struct klog *k, struct reading *reading, struct result *r)
{
	int first = strcspn(reading->lines, "\n");
	char *line, *rest = reading->lines;

	if (!reading->open)
		return;
	reading->open = false;
	if (!splat_is_ours(&reading->splat)) {
		k->others++;
		result_note(r, "a splat of someone else's (%s) was noted: %.*s",
			    reading->splat.others, first, reading->lines);
		return;
	}
	if (!reading->ours++)
		result_fail(r, CONTRACT_KERNEL_LOG, "%.*s", first, reading->lines);
	while ((line = strsep(&rest, "\n")) && *line)
		result_note(r, "kernel: %s", line);
}

static void take_line(struct klog *k, struct reading *reading, const char *message,
		      struct result *r)
{
	bool complains = splat_is_in(message);
	size_t room;

	if (complains && reading->open && splat_ends_at(&reading->splat, message))
		judge_splat(k, reading, r);
	if (complains && !reading->open) {
		splat_begin(&reading->splat, k->comm);
		reading->open = true;
		reading->used = 0;
	}
	if (!reading->open)
		return;
	splat_add(&reading->splat, message);
	room = LINES_MAX - reading->used;
	if (strlen(message) + 2 <= room)
		reading->used += snprintf(reading->lines + reading->used, room, "%s\n", message);
}

/* The rest of a splat may be about to come. */
static bool more_comes(struct klog *k, struct reading *reading)
{
	struct pollfd next = { .fd = k->fd, .events = POLLIN };

	return reading->open && !reading->splat.ended && reading->waits++ < MAX_WAITS &&
	       poll(&next, 1, NEXT_LINE_MS) == 1;
}

/*
 * Judge all that is there, or up to the first message with @text in it.
 *
 * Return: 0; 1 with that message in @found; -1 as klog_check() does.
 */
static int read_log(struct klog *k, const char *text, char *found, size_t size,
		    struct result *r)
{
	struct reading reading = { .open = false };
	char message[KMSG_MAX];
	int ret = 0, n;

	kmsg_hold(k->ahead);
	for (;;) {
		n = kmsg_next(k->fd, k->ahead, message);
		if (n == -EPIPE) {
			ret = result_error(r, "the kernel log overran its buffer: enlarge log_buf_len");
			continue;
		}
		if (!n && more_comes(k, &reading))
			continue;
		if (n < 0)
			ret = result_error(r, "read(" KMSG "): %s", strerror(-n));
		if (n <= 0)
			break;
		take_line(k, &reading, message, r);
		if (text && strstr(message, text)) {
			snprintf(found, size, "%s", message);
			ret = ret ? ret : 1;
			break;
		}
	}
	kmsg_release(k->ahead);
	judge_splat(k, &reading, r);
	return reading.ours ? -1 : ret;
}

/*
 * A taint comes after the lines that explain it, or else nothing does: those that have
 * come since are read, too.
 */
static int judge_taint(struct klog *k, struct result *r)
{
	unsigned long long taint;
	int ret;

	if (read_taint(&taint, r))
		return -1;
	result_judged(r, ORACLE_KLOG);
	if (taint == k->taint)
		return 0;
	ret = read_log(k, NULL, NULL, 0, r);
	if (!ret && k->others)
		result_note(r, "with it the kernel's taint went from %#llx to %#llx", k->taint, taint);
	else
		ret = result_fail(r, CONTRACT_KERNEL_LOG,
				  "the kernel's taint went from %#llx to %#llx", k->taint, taint);
	k->taint = taint;
	return ret;
}

int klog_check(struct klog *k, struct result *r)
{
	int ret;

	if (k->fd < 0)
		return 0;
	ret = read_log(k, NULL, NULL, 0, r);
	return judge_taint(k, r) ? -1 : ret;
}

int klog_await(struct klog *k, const char *text, char *found, size_t size,
	       uint64_t budget_ns, struct result *r)
{
	struct deadline deadline;
	int ret;

	if (k->fd < 0)
		return result_skip(r, KMSG " cannot be read, where '%s' would be", text);
	deadline_start(&deadline, budget_ns);
	do {
		ret = read_log(k, text, found, size, r);
		if (ret)
			return ret < 0 ? -1 : 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "the kernel did not log '%s' within %llu ms", text,
			    (unsigned long long)(budget_ns / 1000000));
}

void klog_close(struct klog *k)
{
	if (k->fd < 0)
		return;
	kmsg_ahead_stop(k->ahead);
	close(k->fd);
	k->fd = -1;
}
