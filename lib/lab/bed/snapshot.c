// SPDX-License-Identifier: GPL-2.0
/*
 * The directory of snapshots.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/channel.h"
#include "arch/arch.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "bed/session.h"
#include "bed/snapshot.h"

#define WRITE	"lab.write="
/* Changes when the lab goes about it in another way. */
#define FORMAT	"1"
/* Of memory that is looked at. */
#define BLOCK	(64 << 10)

const char *lab_snapshot_unfit(const struct lab_bed_kind *kind, const struct lab_arch *arch,
			       const char *accel)
{
	if (!kind->save)
		return "a machine that is up is not the lab's to restore";
	if (!arch->snapshots)
		return "not tried on this architecture";
	return strcmp(accel, LAB_ACCEL_TCG) ? "not tried with CPUs of this machine" : NULL;
}

/* Settings are not the kernel's: with others the machine is still the same. */
static void split_parameters(struct lab_snapshot *s, const char *all)
{
	struct lab_text parameters = { NULL }, settings = { NULL };

	for (; *all; all += strspn(all, " ")) {
		int len = (int)strcspn(all, " ");

		if (strncmp(all, WRITE, strlen(WRITE)))
			lab_text_addf(&parameters, "%.*s ", len, all);
		else
			lab_text_addf(&settings, "%c%.*s", CHANNEL_FIELD, len - (int)strlen(WRITE),
				      all + strlen(WRITE));
		all += len;
	}
	lab_text_addf(&parameters, CHANNEL_SNAPSHOT);
	s->parameters = lab_text_take(&parameters);
	s->settings = lab_text_take(&settings);
}

/* CPUs that are emulated count by this machine's clock. */
static void add_host(struct lab_fingerprint *f)
{
	FILE *cpuinfo = fopen("/proc/cpuinfo", "re");
	char line[256] = "";
	struct utsname u;

	uname(&u);
	lab_fingerprint_add_text(f, u.nodename);
	while (cpuinfo && fgets(line, sizeof(line), cpuinfo) && strncmp(line, "model name", 10))
		;
	lab_fingerprint_add_text(f, line);
	if (cpuinfo)
		fclose(cpuinfo);
}

static int add_qemu(struct lab_fingerprint *f, const struct lab_arch *arch, struct lab_error *e)
{
	char *path = lab_qemu_path(arch), *text;
	struct stat st;
	int ret = 0;

	if (!path || stat(path, &st))
		ret = lab_fail(e, -ENOENT, "qemu-system-%s: not installed", arch->machine);
	if (!ret) {
		text = lab_format("%s %lld %lld.%09ld", path, (long long)st.st_size,
				  (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
		lab_fingerprint_add_text(f, text);
		free(text);
	}
	free(path);
	return ret;
}

static int fingerprint_machine(const struct lab_plan *plan, struct lab_fingerprint *f,
			       struct lab_error *e)
{
	char *arguments = lab_qemu_describe(plan);
	int ret = lab_fingerprint_add_file(f, plan->kernel, e);

	lab_fingerprint_add_text(f, FORMAT);
	lab_fingerprint_add_text(f, arguments);
	free(arguments);
	if (!ret)
		ret = lab_fingerprint_add_file(f, plan->image, e);
	if (!ret)
		ret = add_qemu(f, plan->arch, e);
	add_host(f);
	return ret;
}

static bool is_zero(const char *block, size_t len)
{
	return !block[0] && !memcmp(block, block + 1, len - 1);
}

/*
 * Call @fn for each block of file @fd that is not zero, in order, until it returns a negative errno.
 * Where there is nothing in a file nothing is read.
 */
static int each_block(int fd, int (*fn)(const char *block, size_t len, off_t at, void *arg), void *arg)
{
	static char block[BLOCK];
	off_t at = 0, data;
	ssize_t n = 1;
	int ret = 0;

	while (!ret && n > 0 && (data = lseek(fd, at, SEEK_DATA)) >= 0) {
		at = data / BLOCK * BLOCK;
		n = pread(fd, block, BLOCK, at);
		if (n > 0 && !is_zero(block, (size_t)n))
			ret = fn(block, (size_t)n, at, arg);
		at += BLOCK;
	}
	return ret ? ret : n < 0 || errno != ENXIO ? -EIO : 0;
}

static int add_block(const char *block, size_t len, off_t at, void *arg)
{
	lab_fingerprint_add_bytes(arg, &at, sizeof(at));
	lab_fingerprint_add_bytes(arg, block, len);
	return 0;
}

/* What was put into @dir, in order. The memory of a machine is mostly nothing. */
static int fingerprint_contents(const char *dir, struct lab_fingerprint *f, struct lab_error *e)
{
	static const char *const names[] = { "state", "console", "frames", "memory0", "memory1" };
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = lab_format("%s/%s", dir, names[i]);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		lab_fingerprint_add_text(f, names[i]);
		if (fd >= 0)
			ret = each_block(fd, add_block, f);
		if (ret || (fd < 0 && errno != ENOENT))
			ret = lab_fail(e, -EIO, "%s cannot be read", path);
		if (fd >= 0)
			close(fd);
		free(path);
	}
	return ret;
}

static void touch(const char *dir)
{
	char *stamp = lab_format("%s/stamp", dir);

	utimensat(AT_FDCWD, stamp, NULL, 0);
	free(stamp);
}

/* Nobody makes it any more, or it is not what it was. */
static bool is_broken(const char *dir)
{
	struct lab_fingerprint f = { "" };

	return fingerprint_contents(dir, &f, NULL) || !lab_stamp_is(dir, &f);
}

/* Call @fn for each entry of the cache, until it returns a negative errno. */
static int each(const struct lab_snapshot *s, int (*fn)(const char *dir, void *arg), void *arg)
{
	DIR *dir = opendir(s->cache);
	struct dirent *entry;
	int ret = 0;

	while (dir && !ret && (entry = readdir(dir))) {
		char *path = lab_format("%s/%s", s->cache, entry->d_name);

		if (entry->d_name[0] != '.')
			ret = fn(path, arg);
		free(path);
	}
	if (dir)
		closedir(dir);
	return ret;
}

static int sweep(const char *dir, void *arg)
{
	(void)arg;
	return strchr(strrchr(dir, '/'), '.') && lab_dir_is_dead(dir) ? lab_remove_tree(dir, NULL) : 0;
}

/* The one in @s->dir, if it is as it was made; else it is removed. */
static bool find(struct lab_snapshot *s, struct lab_text *notes)
{
	if (!lab_is_dir(s->dir))
		return false;
	if (is_broken(s->dir)) {
		lab_text_addf(notes, "snapshot %s is not what was saved: removed\n", s->dir);
		lab_remove_tree(s->dir, NULL);
		return false;
	}
	touch(s->dir);
	return true;
}

void lab_snapshot_open(struct lab_snapshot *s, const char *state, struct lab_plan *plan)
{
	struct lab_fingerprint key = { "" };
	struct lab_error e;
	int ret;

	*s = (struct lab_snapshot){ .cache = lab_format("%s/snapshots", state), .lock = -1 };
	split_parameters(s, plan->results->parameters);
	plan->snapshot = s;
	ret = lab_make_dirs(s->cache, &e);
	if (!ret)
		ret = fingerprint_machine(plan, &key, &e);
	if (ret) {
		lab_text_addf(&plan->results->notes, "no snapshots: %s\n", e.text);
		lab_snapshot_close(s);
		plan->snapshot = NULL;
		return;
	}
	s->dir = lab_format("%s/%s", s->cache, key.hex);
	each(s, sweep, NULL);
	s->whole = find(s, &plan->results->notes);
}

int lab_snapshot_begin(struct lab_snapshot *s, struct lab_error *e)
{
	char *dir = lab_format("%s.XXXXXX", s->dir);

	if (!mkdtemp(dir)) {
		s->in_vain = true;
		lab_fail(e, -errno, "mkdtemp(%s): %s", dir, strerror(errno));
		free(dir);
		return -EIO;
	}
	s->making = dir;
	s->lock = lab_lock_dir(dir, e);
	if (s->lock >= 0) {
		fcntl(s->lock, F_SETFD, FD_CLOEXEC);
		return 0;
	}
	lab_snapshot_drop(s);
	return -EIO;
}

static int put(const struct lab_snapshot *s, const char *name, const struct lab_text *text,
	       struct lab_error *e)
{
	char *path = lab_format("%s/%s", s->making, name);
	int ret = lab_write_file(path, text->s ? text->s : "", text->len, e);

	free(path);
	return ret;
}

static int copy_block(const char *block, size_t len, off_t at, void *arg)
{
	const int *to = arg;

	return pwrite(*to, block, len, at) == (ssize_t)len ? 0 : -errno;
}

/* As sparse as can be. */
static int put_memory(const struct lab_snapshot *s, int node, int from, struct lab_error *e)
{
	char *path = lab_format("%s/memory%d", s->making, node);
	int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666), ret = 0;
	struct stat st;

	if (to < 0 || fstat(from, &st) || ftruncate(to, st.st_size))
		ret = -errno;
	if (!ret)
		ret = each_block(from, copy_block, &to);
	if (to >= 0 && close(to) && !ret)
		ret = -errno;
	if (ret)
		lab_fail(e, ret, "write(%s): %s", path, strerror(-ret));
	free(path);
	return ret;
}

/* The one that was not used for longest, and the size of all. */
struct used {
	const char *own;
	char *oldest;
	struct timespec when;
	unsigned long long bytes;
};

static int measure(const char *dir, void *arg)
{
	static const char *const names[] = { "stamp", "state", "memory0", "memory1" };
	struct used *u = arg;
	struct stat at = { .st_size = 0 }, is;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = lab_format("%s/%s", dir, names[i]);

		if (!stat(path, &is)) {
			u->bytes += (unsigned long long)is.st_blocks * 512;
			if (!i)
				at = is;
		}
		free(path);
	}
	if (strcmp(dir, u->own) && (!u->oldest || at.st_mtim.tv_sec < u->when.tv_sec ||
	    (at.st_mtim.tv_sec == u->when.tv_sec && at.st_mtim.tv_nsec < u->when.tv_nsec))) {
		free(u->oldest);
		u->oldest = lab_strdup(dir);
		u->when = at.st_mtim;
	}
	return 0;
}

/* A machine that is being restored from one that goes has its file open, or boots. */
static void make_room(const struct lab_snapshot *s)
{
	struct used u;
	bool again;

	do {
		u = (struct used){ .own = s->dir };
		each(s, measure, &u);
		again = u.oldest && u.bytes >> 20 > LAB_SNAPSHOTS_MIB && !lab_remove_tree(u.oldest, NULL);
		free(u.oldest);
	} while (again);
}

/* Another lab may have made the same meanwhile: either will do. */
static int give_name(struct lab_snapshot *s, struct lab_error *e)
{
	char *lock = lab_format("%s/.lock", s->dir);
	int ret = 0;

	if (!rename(s->making, s->dir))
		unlink(lock);
	else if (errno != EEXIST && errno != ENOTEMPTY)
		ret = lab_fail(e, -errno, "rename(%s, %s): %s", s->making, s->dir, strerror(errno));
	free(lock);
	return ret;
}

int lab_snapshot_keep(struct lab_snapshot *s, const int memory[], const struct lab_text *console,
		      const struct lab_text *frames, struct lab_error *e)
{
	struct lab_fingerprint f = { "" };
	int ret = put(s, "console", console, e);

	if (!ret)
		ret = put(s, "frames", frames, e);
	for (int i = 0; !ret && i < LAB_MAX_NODES; i++)
		if (memory[i] >= 0)
			ret = put_memory(s, i, memory[i], e);
	if (!ret)
		ret = fingerprint_contents(s->making, &f, e);
	if (!ret)
		ret = lab_stamp(s->making, &f, e);
	if (!ret)
		ret = give_name(s, e);
	lab_snapshot_drop(s);
	s->whole = !ret;
	s->in_vain = ret;
	if (!ret)
		make_room(s);
	return ret;
}

void lab_snapshot_drop(struct lab_snapshot *s)
{
	if (s->making)
		lab_remove_tree(s->making, NULL);
	free(s->making);
	s->making = NULL;
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
	s->in_vain = true;
}

void lab_snapshot_spoil(struct lab_snapshot *s)
{
	lab_snapshot_drop(s);
	lab_remove_tree(s->dir, NULL);
	s->whole = false;
}

void lab_snapshot_close(struct lab_snapshot *s)
{
	lab_snapshot_drop(s);
	free(s->cache);
	free(s->dir);
	free(s->parameters);
	free(s->settings);
}
