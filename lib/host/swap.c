// SPDX-License-Identifier: GPL-2.0
/*
 * A swap device of a test's own: a zram, with a header as mkswap(8) writes it.
 *
 * It has the highest priority, so that pages of the test go there and nowhere
 * else.  Without zram, or if it is not allowed, the host's own swap has to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/page.h"
#include "host/hostfile.h"
#include "host/swap.h"

#define ZRAM_CONTROL	"/sys/class/zram-control"
#define HOT_ADD		ZRAM_CONTROL "/hot_add"
#define HOT_REMOVE	ZRAM_CONTROL "/hot_remove"
#define SWAP_FLAGS	(SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK)

/* The first page of a swap device: a description, and a magic at the very end. */
#define HEADER_INFO	1024
#define HEADER_MAGIC	"SWAPSPACE2"
struct header_info {
	uint32_t version;
	uint32_t last_page;
	uint32_t nr_bad_pages;
};

const char *swap_own_missing(void)
{
	if (access("/proc/swaps", F_OK))
		return "kernel without CONFIG_SWAP";
	if (access(HOT_ADD, R_OK))
		return "needs a swap device of its own: zram (CONFIG_ZRAM), and root";
	/* Reading adds a device, also where nothing can be written: what for, if it is to stay? */
	return hostfile_missing(HOT_REMOVE, "no " HOT_REMOVE);
}

/* A heading, then a line for each device. */
static bool host_swaps(void)
{
	char text[512], *line;

	if (hostfile_read("/proc/swaps", text, sizeof(text)) < 0)
		return false;
	line = strchr(text, '\n');
	return line && line[1];
}

const char *swap_missing(void)
{
	if (swap_own_missing() && !host_swaps())
		return "needs swap: zram (CONFIG_ZRAM), or an active swap device";
	return NULL;
}

static int write_header(const char *path, size_t bytes, struct result *r)
{
	struct header_info info = { .version = 1, .last_page = bytes / PAGE_BYTES - 1 };
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;
	char page[PAGE_BYTES] = { 0 };

	/* Of a new device there is no node where /dev is not the kernel's. */
	if (fd < 0 && (errno == ENOENT || errno == EACCES || errno == EPERM))
		return result_skip(r, "%s: %s (in a container?)", path, strerror(errno));
	if (fd < 0)
		return result_errno(r, "open(%s)", path);
	memcpy(page + HEADER_INFO, &info, sizeof(info));
	memcpy(page + sizeof(page) - strlen(HEADER_MAGIC), HEADER_MAGIC, strlen(HEADER_MAGIC));
	if (pwrite(fd, page, sizeof(page), 0) != sizeof(page) || fsync(fd))
		ret = result_errno(r, "pwrite(%s, swap header)", path);
	close(fd);
	return ret;
}

/* A process killed between the two lines leaves an empty device behind, no more. */
static int add_zram(struct hoststate *host, char *number, size_t size, struct result *r)
{
	int ret = hostfile_read(HOT_ADD, number, size);

	if (ret < 0)
		return result_error(r, "read(%s): %s", HOT_ADD, strerror(-ret));
	return hoststate_at_end(host, HOT_REMOVE, number, "", r);
}

static int size_zram(const char *number, size_t bytes, struct result *r)
{
	char file[64], text[32];
	int ret;

	snprintf(file, sizeof(file), "/sys/block/zram%s/disksize", number);
	snprintf(text, sizeof(text), "%zu", bytes);
	ret = hostfile_write(file, text);
	if (ret == -EINVAL)
		return result_skip(r, "zram%s has no compressor: load the module of its comp_algorithm",
				   number);
	if (ret)
		return result_error(r, "write(%s, %s): %s", file, text, strerror(-ret));
	return 0;
}

int swap_start(struct hoststate *host, size_t bytes, char *path, size_t size,
	       struct result *r)
{
	char number[16];

	path[0] = '\0';
	if (swap_missing())
		return result_skip(r, "%s", swap_missing());
	if (swap_own_missing() || (!hoststate_allowed() && host_swaps()))
		return 0;
	/* Reading the file adds the device. */
	if (hoststate_may_change(host, "the swap devices", r))
		return -1;
	if (add_zram(host, number, sizeof(number), r) || size_zram(number, bytes, r))
		return -1;
	snprintf(path, size, "/dev/zram%s", number);
	if (write_header(path, bytes, r))
		return -1;
	return hoststate_swapon(host, path, SWAP_FLAGS, r);
}

int swap_again(const char *path, struct result *r)
{
	if (swapon(path, SWAP_FLAGS))
		return result_errno(r, "swapon(%s)", path);
	return 0;
}
