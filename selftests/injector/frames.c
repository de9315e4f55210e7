// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames of a driver, mapped into user space as such (VM_PFNMAP).
 *
 * What a device driver does: it has frames of its own, maps them as it is asked
 * for them, and takes them back with unmap_mapping_range() when it pleases. No
 * rmap leads to such mappings and nobody but the driver keeps the frames, so a
 * KVM that goes on using one after the zap uses memory that is someone else's.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "mni.h"

#define MAX_FRAMES	1024

/* One open file. */
struct frames {
	struct address_space mapping;	/* of this file's VMAs alone */
	struct mutex lock;		/* all below; a fault takes it inside mmap_lock */
	unsigned long nr;
	struct page **pages;		/* NULL until there are some */
	unsigned long swaps, faults;
};

static void free_pages_of(struct page **pages, unsigned long nr)
{
	unsigned long i;

	for (i = 0; pages && i < nr && pages[i]; i++)
		__free_page(pages[i]);
	kvfree(pages);
}

static struct page **alloc_pages_for(unsigned long nr)
{
	struct page **pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	unsigned long i;

	for (i = 0; pages && i < nr; i++) {
		pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pages[i]) {
			free_pages_of(pages, i);
			return NULL;
		}
	}
	return pages;
}

/*
 * New frames for the old ones. Under the lock no fault maps an old one again, and
 * when the zap has returned nobody uses them any more.
 */
static int replace(struct file *file, struct frames *frames, unsigned long nr)
{
	struct page **fresh = alloc_pages_for(nr), **old;
	unsigned long nr_old;

	if (!fresh)
		return -ENOMEM;
	if (mutex_lock_interruptible(&frames->lock)) {
		free_pages_of(fresh, nr);
		return -EINTR;
	}
	old = frames->pages;
	nr_old = frames->nr;
	frames->pages = fresh;
	frames->nr = nr;
	frames->swaps++;
	unmap_mapping_range(file->f_mapping, 0, 0, 1);
	mutex_unlock(&frames->lock);
	free_pages_of(old, nr_old);
	return 0;
}

static ssize_t frames_write(struct file *file, const char __user *ubuf,
			    size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct frames *frames = seq->private;
	struct mni_command cmd;
	long nr;
	int err;

	err = mni_command_get(&cmd, ubuf, len);
	if (err)
		return err;
	if (cmd.argc != 2 || strcmp(cmd.argv[0], "replace"))
		return -EINVAL;
	err = mni_parse_long(cmd.argv[1], 1, MAX_FRAMES, &nr);
	if (!err)
		err = replace(file, frames, nr);
	return err ?: len;
}

static vm_fault_t frames_fault(struct vm_fault *vmf)
{
	struct seq_file *seq = vmf->vma->vm_file->private_data;
	struct frames *frames = seq->private;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&frames->lock);
	if (vmf->pgoff < frames->nr) {
		frames->faults++;
		ret = vmf_insert_pfn(vmf->vma, vmf->address,
				     page_to_pfn(frames->pages[vmf->pgoff]));
	}
	mutex_unlock(&frames->lock);
	return ret;
}

static const struct vm_operations_struct frames_vm_ops = {
	.fault = frames_fault,
};

/* A private mapping would copy frames that are not pages to the mm. */
static int frames_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	mni_compat_vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &frames_vm_ops;
	return 0;
}

static int frames_show(struct seq_file *seq, void *unused)
{
	struct frames *frames = seq->private;

	mutex_lock(&frames->lock);
	seq_printf(seq, "frames %lu\nreplaced %lu\nfaults %lu\n", frames->nr,
		   frames->swaps, frames->faults);
	mutex_unlock(&frames->lock);
	return 0;
}

/* The inode's own mapping has the VMAs of all openers, and the zap would be of all. */
static void use_own_mapping(struct file *file, struct frames *frames)
{
	address_space_init_once(&frames->mapping);
	frames->mapping.host = file->f_mapping->host;
	frames->mapping.a_ops = file->f_mapping->a_ops;
	mapping_set_gfp_mask(&frames->mapping, GFP_KERNEL);
	file->f_mapping = &frames->mapping;
}

static int frames_open(struct inode *inode, struct file *file)
{
	struct frames *frames = kzalloc(sizeof(*frames), GFP_KERNEL);
	int err;

	if (!frames)
		return -ENOMEM;
	mutex_init(&frames->lock);
	err = single_open(file, frames_show, frames);
	if (err)
		kfree(frames);
	else
		use_own_mapping(file, frames);
	return err;
}

/* Mappings hold the file: there is none any more. */
static int frames_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct frames *frames = seq->private;

	free_pages_of(frames->pages, frames->nr);
	kfree(frames);
	return single_release(inode, file);
}

const struct file_operations mni_frames_fops = {
	.owner = THIS_MODULE,
	.open = frames_open,
	.read = seq_read,
	.write = frames_write,
	.mmap = frames_mmap,
	.llseek = seq_lseek,
	.release = frames_release,
};
