// SPDX-License-Identifier: GPL-2.0
/*
 * mmu_notifier_inject: MMU notifiers that refuse, delay and observe.
 *
 * For tests of KVM under MMU-notifier pressure. The interface is a directory in
 * debugfs, whose help file describes it; this file creates it and holds the
 * module's only state that is not of one open file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>

#include "mni.h"

static struct mni_vms vms;
static struct mni_attached_mms mms;
static struct dentry *root;

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	void *data;
} root_files[] = {
	{ "help", 0400, &mni_help_fops, NULL },
	{ "attach", 0600, &mni_attach_fops, &mms },
	{ "reap", 0600, &mni_reap_fops, NULL },
	{ "watch", 0600, &mni_watch_fops, &vms },
	{ "destroyed", 0400, &mni_destroyed_fops, &vms },
	{ "frames", 0600, &mni_frames_fops, NULL },
	{ "unsafe", 0600, &mni_unsafe_fops, NULL },
};

/*
 * debugfs passes no mmap() on to a file that it protects from removal. The one that
 * needs it goes only with the module, which it holds while it is open or mapped.
 */
static struct dentry *create_file(size_t i)
{
	if (root_files[i].fops->mmap)
		return debugfs_create_file_unsafe(root_files[i].name,
						  root_files[i].mode, root,
						  root_files[i].data,
						  root_files[i].fops);
	return debugfs_create_file(root_files[i].name, root_files[i].mode, root,
				   root_files[i].data, root_files[i].fops);
}

static int create_root(void)
{
	struct dentry *file;
	size_t i;

	root = debugfs_create_dir(KBUILD_MODNAME, NULL);
	if (IS_ERR(root)) {
		pr_err("debugfs_create_dir(%s): error %ld: is debugfs off?\n",
		       KBUILD_MODNAME, PTR_ERR(root));
		return PTR_ERR(root);
	}
	for (i = 0; i < ARRAY_SIZE(root_files); i++) {
		file = create_file(i);
		if (!IS_ERR(file))
			continue;
		pr_err("debugfs_create_file(%s): error %ld\n",
		       root_files[i].name, PTR_ERR(file));
		debugfs_remove_recursive(root);
		return PTR_ERR(file);
	}
	return 0;
}

static int __init injector_init(void)
{
	int err = mni_core_init();

	if (err)
		return err;
	mni_attached_mms_init(&mms);
	err = mni_vms_init(&vms);
	if (err)
		return err;
	err = create_root();
	if (err)
		mni_vms_exit(&vms);
	return err;
}

/* No file is open and no VM watched: either would hold the module. */
static void __exit injector_exit(void)
{
	/* While our directory pins debugfs, for it lets go of others there. */
	mni_vms_exit(&vms);
	debugfs_remove_recursive(root);
	mni_attached_mms_exit(&mms);
	mmu_notifier_synchronize();
}

module_init(injector_init);
module_exit(injector_exit);

MODULE_DESCRIPTION("Injects refusing, delaying and observing MMU notifiers for KVM tests");
MODULE_LICENSE("GPL");
