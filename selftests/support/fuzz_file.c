// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on one open file, and what must come of each.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/page.h"
#include "support/fuzz_file.h"

/* ---- open and close ---- */

void fuzz_close(struct fuzz_context *c, struct fuzz_slot *s)
{
	long ret;

	if (s->fd < 0)
		return;
	ret = close(s->fd);
	if (!fuzz_count(c->record, s->file, ret, errno, MAY(0)))
		fuzz_finding(c->record, "%s: close(): %s", fuzz_file_names[s->file],
			     strerrorname_np(errno));
	s->fd = -1;
}

static void fuzz_choose_path(struct fuzz_context *c, struct fuzz_slot *s, char *path, size_t size)
{
	static const char *const of_vm[] = { "mmu_notifier_count", "mmu_notifier_seq",
					     "mn_active_invalidate_count", "mmu_notifier_range" };
	/* Most of the work is to be done in those that take commands. */
	static const enum fuzz_file root[] = {
		FUZZ_ATTACH, FUZZ_ATTACH, FUZZ_ATTACH, FUZZ_ATTACH, FUZZ_REAP, FUZZ_REAP,
		FUZZ_WATCH, FUZZ_WATCH, FUZZ_UNSAFE, FUZZ_DESTROYED, FUZZ_HELP,
	};
	const struct fuzz_vm *vm = &c->vms[fuzz_below(&c->random, FUZZ_VMS)];

	if (vm->name[0] && fuzz_one_in(&c->random, 4)) {
		s->file = FUZZ_VM;
		snprintf(path, size, "/sys/kernel/debug/kvm/%s/%s", vm->name,
			 FUZZ_PICK(&c->random, of_vm));
	} else {
		s->file = FUZZ_PICK(&c->random, root);
		snprintf(path, size, "%s/%s", FUZZ_ROOT, fuzz_file_names[s->file]);
	}
}

void fuzz_open(struct fuzz_context *c, struct fuzz_slot *s)
{
	static const int odd[] = { O_NONBLOCK, O_APPEND, O_TRUNC, O_CREAT, O_SYNC, O_NOFOLLOW,
				   O_CREAT | O_EXCL, O_DIRECTORY, O_DIRECT };
	int flags = O_RDWR, extra = 0;
	uint64_t may = MAY(0);
	char path[128];

	fuzz_choose_path(c, s, path, sizeof(path));
	if (fuzz_one_in(&c->random, 8))
		flags = fuzz_one_in(&c->random, 2) ? O_RDONLY : O_WRONLY;
	if (fuzz_one_in(&c->random, 4))
		extra = FUZZ_PICK(&c->random, odd);
	if (extra == O_DIRECTORY)
		may = MAY(ENOTDIR);
	else if (extra == O_DIRECT)
		may = MAY(EINVAL);
	else if (extra == (O_CREAT | O_EXCL))
		may = MAY(EEXIST);
	/* The VM may not be watched, or gone; and nothing is created in debugfs. */
	if (s->file == FUZZ_VM)
		may |= MAY(ENOENT) | MAY(EIO) | MAY(EPERM) | MAY(EACCES);
	s->fd = open(path, flags | extra | O_CLOEXEC, 0600);
	if (!fuzz_count(c->record, s->file, s->fd, errno, may))
		fuzz_finding(c->record, "open(%s, %#x): %s", path, flags | extra,
			     s->fd < 0 ? strerrorname_np(errno) : "succeeds");
	s->owner = c->pid;
	s->readable = flags != O_WRONLY;
	s->writable = flags != O_RDONLY;
	fuzz_settings_init(&s->settings);
}

/* ---- write ---- */

static const char *const fuzz_way_names[] = { "write", "pwrite", "writev", "pwritev" };

/* Bytes for which the VFS looks whether they fit behind the offset: of vectors, after it has cut them. */
static uint64_t fuzz_asked_for(const struct fuzz_write *w)
{
	const size_t most = INT_MAX / PAGE_BYTES * PAGE_BYTES;

	return w->way == WAY_VECTOR_AT && w->len > most ? most : w->len;
}

static uint64_t fuzz_write_may(const struct fuzz_context *c, const struct fuzz_slot *s,
			       struct fuzz_write *w)
{
	bool at = w->way == WAY_AT || w->way == WAY_VECTOR_AT;
	uint64_t bad = w->bad ? MAY(EFAULT) : 0, may;

	w->command.verb = NULL;
	if (at && w->offset < 0)
		return MAY(EINVAL) | bad;
	if (at && s->file != FUZZ_ATTACH)
		return MAY(ESPIPE) | bad;
	if (!s->writable)
		return MAY(EBADF) | bad;
	/* The debugfs of newer kernels has a write() for each of its files, which is not asked here. */
	if (s->file == FUZZ_HELP || s->file == FUZZ_DESTROYED || s->file == FUZZ_VM)
		return MAY(EINVAL) | bad | (s->file == FUZZ_VM ? MAY(EIO) : 0) |
			(w->way >= WAY_VECTOR && !w->len ? MAY(0) : 0);
	if (at && (uint64_t)w->offset + fuzz_asked_for(w) > LONG_MAX)
		return MAY(EINVAL) | bad;
	if (w->way >= WAY_VECTOR && !w->len)
		return MAY(0) | bad;
	if (fuzz_is_of_mm(s->file) && fuzz_is_foreign(c, s))
		return MAY(EPERM) | bad;
	if (!w->bad)
		return fuzz_command_may(&w->command, s->file, w->text, w->len);
	may = bad;
	if (w->len > FUZZ_COMMAND_MAX)
		may |= MAY(E2BIG);
	if (!w->len)
		may |= MAY(EINVAL);
	return may;
}

ssize_t fuzz_do_write(int fd, const struct fuzz_write *w)
{
	const struct iovec vector = { (void *)w->text, w->len };

	switch (w->way) {
	case WAY_AT:
		return pwrite(fd, w->text, w->len, w->offset);
	case WAY_VECTOR:
		return writev(fd, &vector, 1);
	case WAY_VECTOR_AT:
		return pwritev(fd, &vector, 1, w->offset);
	default:
		return write(fd, w->text, w->len);
	}
}

/* Pointers that lead nowhere, or end before the text does. */
static void fuzz_spoil(struct fuzz_context *c, struct fuzz_write *w)
{
	const uintptr_t nowhere[] = {
		0, 1, FUZZ_SPACE_END - 1, FUZZ_SPACE_END, 0xffff888000000000, 0xffffffff81000000,
		UINTPTR_MAX, (uintptr_t)c->text_end, (uintptr_t)c->text_end,
	};
	size_t behind = fuzz_below(&c->random, 64);

	w->bad = true;
	if (w->len < 127 && fuzz_one_in(&c->random, 2)) {
		w->text = c->text_end - w->len;
		w->len += 1 + behind;
	} else {
		w->text = (const char *)FUZZ_PICK(&c->random, nowhere);
	}
}

void fuzz_draw_write(struct fuzz_context *c, enum fuzz_file file, struct fuzz_write *w)
{
	static const off_t offsets[] = { 0, 1, 4095, 4096, INT_MAX, (off_t)INT_MAX + 1, LONG_MAX,
					 -1, LONG_MIN };
	static const size_t lengths[] = { INT_MAX, (size_t)INT_MAX + 1, LONG_MAX };
	const struct fuzz_material m = {
		.random = &c->random, .mem = (uintptr_t)c->mem, .pages = c->pages,
		.vms = (int[]){ c->vms[0].fd, c->vms[1].fd }, .nr_vms = FUZZ_VMS,
	};
	char *text = c->text_end - FUZZ_TEXT_MAX;

	memset(w, 0, sizeof(*w));
	w->way = fuzz_one_in(&c->random, 3) ? fuzz_below(&c->random, 4) : WAY_PLAIN;
	w->offset = fuzz_one_in(&c->random, 2) ? 0 : FUZZ_PICK(&c->random, offsets);
	w->len = fuzz_make_text(&m, file, text);
	w->text = text;
	/* Half of the time nothing may be read behind it. */
	if (fuzz_one_in(&c->random, 2))
		w->text = memmove(c->text_end - w->len, text, w->len);
	if (fuzz_one_in(&c->random, 16))
		fuzz_spoil(c, w);
	if (fuzz_one_in(&c->random, 200)) {
		w->len = FUZZ_PICK(&c->random, lengths);
		w->bad = true;
	}
}

static void fuzz_write_finding(struct fuzz_context *c, const struct fuzz_slot *s,
			       const struct fuzz_write *w, ssize_t n, int err)
{
	char quoted[256], result[32];

	if (w->bad)
		snprintf(quoted, sizeof(quoted), "at %p", w->text);
	else
		fuzz_quote(quoted, sizeof(quoted), w->text, w->len);
	fuzz_finding(c->record, "%s: %s of %zu bytes '%s' at %lld%s gives %s",
		     fuzz_file_names[s->file], fuzz_way_names[w->way], w->len, quoted,
		     (long long)w->offset, fuzz_is_foreign(c, s) ? " in another process" : "",
		     fuzz_result_text(result, sizeof(result), n, err));
}

void fuzz_write(struct fuzz_context *c, struct fuzz_slot *s)
{
	struct fuzz_write w;
	uint64_t may;
	ssize_t n;
	int err;

	fuzz_draw_write(c, s->file, &w);
	may = fuzz_write_may(c, s, &w);
	n = fuzz_do_write(s->fd, &w);
	err = errno;
	if (!fuzz_count(c->record, s->file, n, err, may) || (n >= 0 && (size_t)n != w.len))
		fuzz_write_finding(c, s, &w, n, err);
	else if (n > 0 && s->file == FUZZ_ATTACH)
		fuzz_settings_apply(&s->settings, &w.command);
}

void fuzz_write_many(struct fuzz_context *c, struct fuzz_slot *s)
{
	struct iovec vector[3];
	struct fuzz_write w;
	size_t borders = 1, sum = 0, i;
	uint64_t may;
	ssize_t n;
	int err;

	fuzz_draw_write(c, s->file, &w);
	if (w.bad || w.len < ARRAY_SIZE(vector) * 2)
		return;
	/* Cut anywhere, and so hardly ever a command; @borders has a bit for each cut. */
	for (i = 0; i < ARRAY_SIZE(vector); i++) {
		vector[i].iov_base = (char *)w.text + sum;
		vector[i].iov_len = i < ARRAY_SIZE(vector) - 1 ? w.len / 3 : w.len - sum;
		sum += vector[i].iov_len;
		borders |= sum < 63 ? 1ULL << sum : 0;
	}
	/* What the call returns is up to the first of them. */
	w.way = WAY_VECTOR;
	w.len = vector[0].iov_len;
	may = fuzz_write_may(c, s, &w);
	s->settings.sure = false;
	n = writev(s->fd, vector, ARRAY_SIZE(vector));
	err = errno;
	if (!fuzz_count(c->record, s->file, n, err, may) ||
	    (n > 0 && n < 63 && !(borders & 1ULL << n)))
		fuzz_write_finding(c, s, &w, n, err);
}

/* ---- read ---- */

void fuzz_read(struct fuzz_context *c, struct fuzz_slot *s)
{
	static const size_t lengths[] = { 0, 1, 2, 7, 4095, 4096, FUZZ_STATUS_MAX };
	static const off_t offsets[] = { 0, 0, 1, 100, 4095, INT_MAX, LONG_MAX, -1, LONG_MIN };
	const uintptr_t nowhere[] = { 0, FUZZ_SPACE_END, 0xffff888000000000,
				      (uintptr_t)c->text_end };
	uint64_t may = fuzz_read_errors(s) | (s->readable ? MAY(0) : 0);
	size_t len = FUZZ_PICK(&c->random, lengths);
	off_t offset = FUZZ_PICK(&c->random, offsets);
	bool at = fuzz_one_in(&c->random, 2), bad = fuzz_one_in(&c->random, 8);
	void *to = bad ? (void *)FUZZ_PICK(&c->random, nowhere) : c->status;
	const struct iovec vector[] = { { to, len / 2 }, { (char *)to + len / 2, len - len / 2 } };
	char result[32];
	ssize_t n;

	if (bad)
		may |= MAY(EFAULT);
	if (at && (offset < 0 || offset == LONG_MAX))
		may |= MAY(EINVAL);
	if (fuzz_one_in(&c->random, 2))
		n = at ? preadv(s->fd, vector, 2, offset) : readv(s->fd, vector, 2);
	else
		n = at ? pread(s->fd, to, len, offset) : read(s->fd, to, len);
	if (!fuzz_count(c->record, s->file, n, errno, may) || n > (ssize_t)len)
		fuzz_finding(c->record, "%s: read of %zu bytes to %p at %lld gives %s",
			     fuzz_file_names[s->file], len, to, at ? (long long)offset : -1,
			     fuzz_result_text(result, sizeof(result), n, errno));
}

/* ---- what such files are not made for ---- */

static long fuzz_splice(struct fuzz_context *c, const struct fuzz_slot *s, bool to_file)
{
	int ends[2];
	long ret;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return 0;
	if (to_file) {
		ret = write(ends[1], "reset", 5);
		ret = splice(ends[0], NULL, s->fd, NULL, 5, 0);
	} else if (fuzz_one_in(&c->random, 2)) {
		ret = sendfile(ends[1], s->fd, NULL, 4096);
	} else {
		ret = splice(s->fd, NULL, ends[1], NULL, 4096, 0);
	}
	if (ret < 0)
		ret = -errno;
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static long fuzz_map(const struct fuzz_slot *s)
{
	void *mem = mmap(NULL, 4096, PROT_READ, MAP_SHARED, s->fd, 0);

	if (mem == MAP_FAILED)
		return -errno;
	munmap(mem, 4096);
	return 0;
}

static long fuzz_negative(long ret)
{
	return ret < 0 ? -errno : ret;
}

void fuzz_misuse(struct fuzz_context *c, struct fuzz_slot *s)
{
	/* Not so far that the next write would wrap: it would not reach the module. */
	static const off_t offsets[] = { 0, 1, 100, 4096, INT_MAX, -1 };
	static const int whences[] = { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, 99 };
	struct pollfd p = { .fd = s->fd, .events = POLLIN | POLLOUT };
	unsigned int what = fuzz_below(&c->random, 9);
	uint64_t may = 0;
	long ret;

	switch (what) {
	case 0:
		ret = fuzz_splice(c, s, true);
		may = MAY(EINVAL) | MAY(EBADF);
		break;
	case 1:
		ret = fuzz_splice(c, s, false);
		/* A pipe is held to be no larger than 2 GiB: EOVERFLOW. */
		may = MAY(0) | MAY(EINVAL) | MAY(EBADF) | MAY(FUZZ_OUTCOMES - 1);
		break;
	case 2:
		ret = fuzz_map(s);
		may = MAY(ENODEV) | MAY(EACCES);
		break;
	case 3:
		ret = fuzz_negative(ioctl(s->fd, _IO('M', fuzz_below(&c->random, 256)),
					  c->text_end - 64));
		may = MAY(ENOTTY);
		break;
	case 4:
		ret = fuzz_negative(poll(&p, 1, 0));
		may = MAY(0);
		break;
	case 5:
		ret = fuzz_negative(ftruncate(s->fd, fuzz_below(&c->random, 9000)));
		may = s->writable ? MAY(0) : MAY(EINVAL);
		break;
	case 6:
		ret = fuzz_negative(fsync(s->fd));
		may = MAY(EINVAL);
		break;
	default:
		ret = fuzz_negative(lseek(s->fd, FUZZ_PICK(&c->random, offsets),
					  FUZZ_PICK(&c->random, whences)));
		may = fuzz_read_errors(s) | MAY(0) | MAY(EINVAL) | MAY(ESPIPE);
	}
	if (s->file == FUZZ_VM)
		may |= MAY(EIO);
	if (!fuzz_count(c->record, s->file, ret, -ret, may))
		fuzz_finding(c->record, "%s: misuse %u gives %s", fuzz_file_names[s->file], what,
			     ret < 0 ? strerrorname_np(-ret) : "success");
}
