// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel log: read record by record from /dev/kmsg, from where a test began.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/splats.h"
#include "host/hostfile.h"
#include "oracle/oracle.h"

#define TAINT_FILE	"/proc/sys/kernel/tainted"
#define RECORD_MAX	8192

/*
 * Taints that come with loading our own module, in the order of their bits:
 * out-of-tree, unsigned, and test or user from unsafe commands.
 */
#define TAINT_OURS	(1ULL << 6 | 1ULL << 12 | 1ULL << 13 | 1ULL << 18)

static int read_taint(unsigned long long *taint, struct result *r)
{
	int ret = hostfile_read_ulong(TAINT_FILE, taint);

	if (ret)
		return result_error(r, "read(%s): %s", TAINT_FILE, strerror(-ret));
	*taint &= ~TAINT_OURS;
	return 0;
}

int klog_open(struct klog *k, struct result *r)
{
	k->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (k->fd < 0 && (errno == EPERM || errno == EACCES))
		return result_skip(r, "/dev/kmsg: %s (run as root)", strerror(errno));
	if (k->fd < 0)
		return result_errno(r, "open(/dev/kmsg)");
	if (lseek(k->fd, 0, SEEK_END) < 0) {
		result_errno(r, "lseek(/dev/kmsg, SEEK_END)");
		klog_close(k);
		return -1;
	}
	if (read_taint(&k->taint, r)) {
		klog_close(k);
		return -1;
	}
	/* A second WARN_ON_ONCE must show, too; old kernels lack the file. */
	hostfile_write("/sys/kernel/debug/clear_warn_once", "1");
	return 0;
}

/*
 * A record is `prefix;message\n` and then lines of properties.  The prefix
 * begins with priority and, above three bits, facility: 0 is the kernel's own.
 */
static char *message_of(char *record)
{
	char *message = strchr(record, ';');

	if (!message || strtoul(record, NULL, 10) >> 3)
		return NULL;
	message++;
	message[strcspn(message, "\n")] = '\0';
	return message;
}

static void judge(const char *message, unsigned int *splats, struct result *r)
{
	if (splat_is_in(message)) {
		if (!(*splats)++)
			result_fail(r, CONTRACT_KERNEL_LOG, "%s", message);
	} else if (!*splats) {
		return;
	}
	/* What follows a splat explains it. */
	result_note(r, "kernel: %s", message);
}

/*
 * Judge all that is there, or up to the first message with @text in it.
 *
 * Return: 0; 1 with that message in @found; -1 as klog_check() does.
 */
static int read_log(struct klog *k, const char *text, char *found, size_t size,
		    struct result *r)
{
	unsigned int splats = 0;
	char record[RECORD_MAX], *message;
	ssize_t n;
	int ret = 0;

	for (;;) {
		n = read(k->fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE) {
			ret = result_error(r, "the kernel log overran its buffer: enlarge log_buf_len");
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			ret = result_errno(r, "read(/dev/kmsg)");
		if (n <= 0)
			break;
		record[n] = '\0';
		message = message_of(record);
		if (!message)
			continue;
		judge(message, &splats, r);
		if (text && strstr(message, text)) {
			snprintf(found, size, "%s", message);
			ret = ret ? ret : 1;
			break;
		}
	}
	return splats ? -1 : ret;
}

int klog_check(struct klog *k, struct result *r)
{
	unsigned long long taint;
	int ret = read_log(k, NULL, NULL, 0, r);

	if (read_taint(&taint, r))
		return -1;
	result_judged(r, ORACLE_KLOG);
	if (taint != k->taint) {
		ret = result_fail(r, CONTRACT_KERNEL_LOG,
				  "the kernel's taint went from %#llx to %#llx",
				  k->taint, taint);
		k->taint = taint;
	}
	return ret;
}

int klog_await(struct klog *k, const char *text, char *found, size_t size,
	       uint64_t budget_ns, struct result *r)
{
	struct deadline deadline;
	int ret;

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
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}
