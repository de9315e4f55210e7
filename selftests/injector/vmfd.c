// SPDX-License-Identifier: GPL-2.0
/*
 * From a file descriptor to the VM behind it.
 *
 * KVM exports nothing for this that holds over the series, and this module must
 * load on kernels whose KVM is built in, or not loaded at all: so it links
 * against no KVM symbol. A file is taken for a VM only if it is an anonymous
 * inode named kvm-vm whose ioctl function is KVM's, by its symbol and, if that
 * lies in a module, by the module. Any other file's private_data would be read
 * as a struct kvm with no telling what happens.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/kallsyms.h>
#include <linux/magic.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "mni.h"

#define VM_IOCTL	"kvm_vm_ioctl"

/* sprint_symbol() gives "name+0xoffset/0xsize [module]", built in no module. */
static bool is_vm_ioctl(const void *address)
{
	char symbol[KSYM_SYMBOL_LEN];
	const char *module;

	sprint_symbol(symbol, (unsigned long)address);
	module = strchr(symbol, '[');
	return str_has_prefix(symbol, VM_IOCTL "+0x0/") &&
	       (!module || !strcmp(module, "[kvm]"));
}

static const char *why_not_vm(struct file *file)
{
	struct dentry *dentry = file->f_path.dentry;

	if (file_inode(file)->i_sb->s_magic != ANON_INODE_FS_MAGIC)
		return "not an anonymous inode";
	/* Such a dentry is never renamed, so its name needs no lock. */
	if (strcmp(dentry->d_name.name, "kvm-vm"))
		return "not named kvm-vm";
	if (!file->f_op || !is_vm_ioctl(file->f_op->unlocked_ioctl))
		return "its ioctl is not " VM_IOCTL " of KVM";
	return NULL;
}

struct kvm *mni_vm_get(int fd, struct file **filep)
{
	struct file *file = fget(fd);
	const char *why;

	if (!file)
		return ERR_PTR(-EBADF);
	why = why_not_vm(file);
	if (why) {
		pr_info_ratelimited("fd %d is not a VM: %s\n", fd, why);
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	*filep = file;
	return file->private_data;
}

int mni_parse_fd(const char *word, int *fd)
{
	long value;

	if (mni_parse_long(word, 0, INT_MAX, &value))
		return -EINVAL;
	*fd = value;
	return 0;
}
