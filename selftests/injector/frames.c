// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames of a driver, mapped into user space as such (VM_PFNMAP).
 *
 * What a device driver does: it has frames of its own, maps them as it is asked
 * for them, and takes them back with unmap_mapping_range() when it pleases. No
 * rmap leads to such mappings and nobody but the driver keeps the frames, so a
 * KVM that goes on using one after the zap uses memory that is someone else's.
 * As drivers do, it can map what was not written yet read-only, to learn what is;
 * map by PMD; and refuse.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "mni.h"

#define MAX_FRAMES	1024
/* What one PMD maps. */
#define BLOCK_ORDER	(PMD_SHIFT - PAGE_SHIFT)
#define BLOCK_FRAMES	(1UL << BLOCK_ORDER)

/* One open file. */
struct frames {
	struct address_space mapping;	/* of this file's VMAs alone */
	struct mutex lock;		/* all below; a fault takes it inside mmap_lock */
	unsigned long nr;
	struct page **pages;		/* NULL until there are some */
	bool in_blocks;			/* each BLOCK_FRAMES of them are one range */
	bool mkwrite;			/* of mappings that are made from now on */
	bool huge;			/* of frames that come from now on */
	bool refuse;
	unsigned long swaps, faults, blocks, mkwrites, refused;
};

static void free_pages_of(struct page **pages, unsigned long nr)
{
	unsigned long i;

	for (i = 0; pages && i < nr && pages[i]; i++)
		__free_page(pages[i]);
	kvfree(pages);
}

/* Each is a page of its own: before v6.13 KVM takes no tail pages. */
static int alloc_step(struct page **pages, unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN, order);
	unsigned long i;

	if (!page)
		return -ENOMEM;
	split_page(page, order);
	for (i = 0; i < 1UL << order; i++)
		pages[i] = page + i;
	return 0;
}

static struct page **alloc_pages_for(unsigned long nr, unsigned int order)
{
	struct page **pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	unsigned long i;

	for (i = 0; pages && i < nr; i += 1UL << order) {
		if (alloc_step(pages + i, order)) {
			free_pages_of(pages, i);
			return NULL;
		}
	}
	return pages;
}

/* Single frames are nowhere a range, so that whoever takes them for one has got it wrong. */
static void scatter(struct page **pages, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i + 1 < nr; i += 2) {
		if (page_to_pfn(pages[i]) + 1 == page_to_pfn(pages[i + 1]))
			swap(pages[i], pages[i + 1]);
	}
}

/*
 * New frames for the old ones. Under the lock no fault maps an old one again, and
 * when the zap has returned nobody uses them any more.
 */
static int replace(struct file *file, struct frames *frames, long nr)
{
	bool huge = READ_ONCE(frames->huge);
	struct page **fresh, **old;
	unsigned long nr_old;

	if (huge && nr % BLOCK_FRAMES)
		return -EINVAL;
	fresh = alloc_pages_for(nr, huge ? BLOCK_ORDER : 0);
	if (!fresh)
		return -ENOMEM;
	if (!huge)
		scatter(fresh, nr);
	if (mutex_lock_interruptible(&frames->lock)) {
		free_pages_of(fresh, nr);
		return -EINTR;
	}
	old = frames->pages;
	nr_old = frames->nr;
	frames->pages = fresh;
	frames->nr = nr;
	frames->in_blocks = huge;
	frames->swaps++;
	unmap_mapping_range(file->f_mapping, 0, 0, 1);
	mutex_unlock(&frames->lock);
	free_pages_of(old, nr_old);
	return 0;
}

/* ---- commands that are carried out under the lock ---- */

static int zap(struct file *file, struct frames *frames, long unused)
{
	unmap_mapping_range(file->f_mapping, 0, 0, 1);
	return 0;
}

/* The helper warns of a block that was written to. */
static int protect(struct file *file, struct frames *frames, long unused)
{
#ifdef CONFIG_MAPPING_DIRTY_HELPERS
	if (frames->in_blocks || !frames->nr)
		return -EINVAL;
	wp_shared_mapping_range(file->f_mapping, 0, frames->nr);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

static int set_mkwrite(struct file *file, struct frames *frames, long on)
{
	frames->mkwrite = on;
	return 0;
}

static int set_huge(struct file *file, struct frames *frames, long on)
{
	if (on && !MNI_HAVE_PFNMAP_PMD)
		return -EOPNOTSUPP;
	frames->huge = on;
	return 0;
}

static int set_refuse(struct file *file, struct frames *frames, long on)
{
	frames->refuse = on;
	return on ? zap(file, frames, 0) : 0;
}

struct verb {
	const char *name;
	long min, max;		/* of its number; max 0: it has none */
	int (*run)(struct file *file, struct frames *frames, long number);
	bool locks;		/* by itself */
};

static const struct verb verbs[] = {
	{ "replace", 1, MAX_FRAMES, replace, true },
	{ "zap", 0, 0, zap },
	{ "protect", 0, 0, protect },
	{ "mkwrite", 0, 1, set_mkwrite },
	{ "huge", 0, 1, set_huge },
	{ "refuse", 0, 1, set_refuse },
};

static int run(const struct verb *verb, struct file *file, struct frames *frames,
	       const struct mni_command *cmd)
{
	long number = 0;
	int err;

	if (cmd->argc != (verb->max ? 2 : 1))
		return -EINVAL;
	err = verb->max ? mni_parse_long(cmd->argv[1], verb->min, verb->max, &number) : 0;
	if (err || verb->locks)
		return err ?: verb->run(file, frames, number);
	if (mutex_lock_interruptible(&frames->lock))
		return -EINTR;
	err = verb->run(file, frames, number);
	mutex_unlock(&frames->lock);
	return err;
}

static ssize_t frames_write(struct file *file, const char __user *ubuf,
			    size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct mni_command cmd;
	size_t i;
	int err;

	err = mni_command_get(&cmd, ubuf, len);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!strcmp(cmd.argv[0], verbs[i].name))
			return run(&verbs[i], file, seq->private, &cmd) ?: len;
	}
	return -EINVAL;
}

/* ---- faults ---- */

static struct frames *frames_of(const struct vm_fault *vmf)
{
	struct seq_file *seq = vmf->vma->vm_file->private_data;

	return seq->private;
}

static vm_fault_t map_frame(struct vm_fault *vmf, struct frames *frames)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(frames->pages[vmf->pgoff]));
}

static vm_fault_t fault(struct vm_fault *vmf,
			vm_fault_t (*map)(struct vm_fault *vmf, struct frames *frames))
{
	struct frames *frames = frames_of(vmf);
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&frames->lock);
	if (frames->refuse) {
		frames->refused++;
	} else if (vmf->pgoff < frames->nr) {
		ret = map(vmf, frames);
		frames->faults += ret != VM_FAULT_FALLBACK;
	}
	mutex_unlock(&frames->lock);
	return ret;
}

static vm_fault_t frames_fault(struct vm_fault *vmf)
{
	return fault(vmf, map_frame);
}

#if MNI_HAVE_PFNMAP_PMD
/* A block, if the mapping has room for all of it; its upgrade to a writable one comes here, too. */
static vm_fault_t map_block(struct vm_fault *vmf, struct frames *frames)
{
	const struct vm_area_struct *vma = vmf->vma;
	unsigned long start = vmf->address & PMD_MASK;
	unsigned long before = (vmf->address - start) >> PAGE_SHIFT;
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (!frames->in_blocks || start < vma->vm_start || start + PMD_SIZE > vma->vm_end ||
	    vmf->pgoff % BLOCK_FRAMES != before)
		return VM_FAULT_FALLBACK;
	frames->blocks++;
	frames->mkwrites += write;
	return mni_compat_insert_pmd(vmf, page_to_pfn(frames->pages[vmf->pgoff - before]), write);
}

static vm_fault_t frames_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return order == BLOCK_ORDER ? fault(vmf, map_block) : VM_FAULT_FALLBACK;
}
#define OPS_HUGE_FAULT	.huge_fault = frames_huge_fault,
#else
#define OPS_HUGE_FAULT
#endif

/* The first write to a page that was mapped read-only: the core makes it writable then. */
static vm_fault_t frames_pfn_mkwrite(struct vm_fault *vmf)
{
	struct frames *frames = frames_of(vmf);

	mutex_lock(&frames->lock);
	frames->mkwrites++;
	mutex_unlock(&frames->lock);
	return 0;
}

static const struct vm_operations_struct frames_vm_ops = {
	.fault = frames_fault,
	OPS_HUGE_FAULT
};

/* For this the core makes mappings read-only, see vma_wants_writenotify(). */
static const struct vm_operations_struct frames_mkwrite_vm_ops = {
	.fault = frames_fault,
	.pfn_mkwrite = frames_pfn_mkwrite,
	OPS_HUGE_FAULT
};

/* A private mapping would copy frames that are not pages to the mm. */
static int frames_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct seq_file *seq = file->private_data;
	struct frames *frames = seq->private;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	mni_compat_vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	/* Not under the lock, which a fault takes inside mmap_lock: it is held here, too. */
	vma->vm_ops = READ_ONCE(frames->mkwrite) ? &frames_mkwrite_vm_ops : &frames_vm_ops;
	return 0;
}

static int frames_show(struct seq_file *seq, void *unused)
{
	struct frames *frames = seq->private;

	mutex_lock(&frames->lock);
	seq_printf(seq, "frames %lu\nreplaced %lu\nfaults %lu\n", frames->nr,
		   frames->swaps, frames->faults);
	seq_printf(seq, "mkwrite %d\nhuge %d\nrefuse %d\n", frames->mkwrite, frames->huge,
		   frames->refuse);
	seq_printf(seq, "blocks %lu\nmkwrites %lu\nrefused %lu\n", frames->blocks,
		   frames->mkwrites, frames->refused);
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
