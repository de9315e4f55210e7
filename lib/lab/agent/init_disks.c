// SPDX-License-Identifier: GPL-2.0
/*
 * Mount the disks of the VM. A kernel that lacks a driver or a file system is
 * no reason to run nothing: the directory is missing then, and tests that need
 * it skip.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/init.h"

#define LIST_MOUNTS	"/mounts"

static void report(struct init *in, const char *target, const char *call, const char *what,
		   const char *reason)
{
	init_log(in, "no disk at %s: %s(%s): %s", target, call, what, reason);
	init_sayf(in, CHANNEL_NOTE, "no disk at %s: %s(%s): %s", target, call, what, reason);
}

static void mount_disk(struct init *in, const char *device, const char *target, const char *type)
{
	if (access(device, F_OK)) {
		report(in, target, "access", device, errno == ENOENT ?
		       "this kernel has no driver for it" : strerror(errno));
		return;
	}
	if (mkdir(target, 0755)) {
		report(in, target, "mkdir", target, strerror(errno));
		return;
	}
	if (!mount(device, target, type, 0, NULL))
		return;
	report(in, target, "mount", type, errno == ENODEV ?
	       "this kernel has no such file system" : strerror(errno));
	rmdir(target);
}

void init_mount_disks(struct init *in)
{
	FILE *f = fopen(LIST_MOUNTS, "re");
	char device[64], target[256], type[32];

	if (!f && errno != ENOENT)
		init_die(in, "open(%s): %s", LIST_MOUNTS, strerror(errno));
	while (f && fscanf(f, "%63s %255s %31s", device, target, type) == 3)
		mount_disk(in, device, target, type);
	if (f)
		fclose(f);
}
