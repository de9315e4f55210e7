// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics of a VM and its vCPUs: through KVM_GET_STATS_FD since v5.14, which takes
 * neither debugfs nor a kernel that is not locked down; before, from debugfs.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "vm/vm_internal.h"

#define KVM_DEBUGFS	"/sys/kernel/debug/kvm"

int stats_open(int owner)
{
	return ioctl(owner, KVM_GET_STATS_FD, NULL);
}

static int read_at(int fd, void *buf, size_t size, off_t at)
{
	return pread(fd, buf, size, at) == (ssize_t)size ? 0 : -EIO;
}

/* Each description is followed by its name, in @head's name_size bytes. */
static int find(int fd, const struct kvm_stats_header *head, const char *descs,
		const char *stat, unsigned long long *value)
{
	size_t step = sizeof(struct kvm_stats_desc) + head->name_size, n;

	for (n = 0; n < head->num_desc; n++) {
		const struct kvm_stats_desc *desc = (const void *)(descs + n * step);

		if (!strcmp(desc->name, stat))
			return read_at(fd, value, sizeof(*value), head->data_offset + desc->offset);
	}
	return -ENOENT;
}

static int read_stat(int fd, const char *stat, unsigned long long *value)
{
	struct kvm_stats_header head;
	size_t size;
	char *descs;
	int err;

	if (fd < 0)
		return -ENOENT;
	err = read_at(fd, &head, sizeof(head), 0);
	if (err)
		return err;
	size = head.num_desc * (sizeof(struct kvm_stats_desc) + head.name_size);
	descs = malloc(size);
	if (!descs)
		return -ENOMEM;
	err = read_at(fd, descs, size, head.desc_offset) ?: find(fd, &head, descs, stat, value);
	free(descs);
	return err;
}

int vm_stat(const struct vm *vm, const char *stat, unsigned long long *value)
{
	unsigned long long one;
	unsigned int id;
	char path[192];
	int err;

	if (vm->stats_fd < 0) {
		snprintf(path, sizeof(path), "%s/%s/%s", KVM_DEBUGFS, vm->name, stat);
		return hostfile_read_ulong(path, value);
	}
	err = read_stat(vm->stats_fd, stat, value);
	if (err != -ENOENT)
		return err;
	for (*value = 0, id = 0; id < vm->nr_vcpus; id++) {
		err = read_stat(vm->vcpus[id].stats_fd, stat, &one);
		if (err)
			return err;
		*value += one;
	}
	return err;
}
