// SPDX-License-Identifier: GPL-2.0
/*
 * x86-64: kernel images are bzImage (Documentation/arch/x86/boot.rst) and ELF vmlinux, with or
 * without the Xen note that marks its PVH entry. QEMU starts an uncompressed kernel there, which
 * saves the guest from decompressing itself: under emulation that alone takes longer than all
 * the rest of the boot.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "arch/arch.h"

/* Offsets in a bzImage. */
#define BOOT_SETUP_SECTS	0x1f1
#define BOOT_MAGIC		0x202
#define BOOT_VERSION		0x206
#define BOOT_KERNEL_VERSION	0x20e
#define BOOT_PAYLOAD_OFFSET	0x248
#define BOOT_PAYLOAD_LENGTH	0x24c
#define BOOT_HEADER_END		0x250

#define BOOT_SECTOR		512
#define BOOT_PAYLOAD_SINCE	0x208	/* first protocol with the payload fields */

#define XEN_ELFNOTE_PHYS32_ENTRY	18

/* The number in the @n bytes at @p. */
static uint32_t get(const char *p, size_t n)
{
	uint32_t v = 0;

	memcpy(&v, p, n);
	return le32toh(v);
}

static bool is_bzimage(const char *data, size_t len)
{
	return len > BOOT_HEADER_END && !memcmp(data + BOOT_MAGIC, "HdrS", 4);
}

/* What @elf is as a kernel of x86-64. */
enum { NO_KERNEL = -2, CUT_SHORT = -1, NO_PVH, PVH };

static bool notes_have_pvh(Elf_Data *notes)
{
	size_t next, name, desc;
	GElf_Nhdr nh;

	for (size_t at = 0; (next = gelf_getnote(notes, at, &nh, &name, &desc)); at = next)
		if (nh.n_type == XEN_ELFNOTE_PHYS32_ENTRY && nh.n_namesz == sizeof("Xen") &&
		    !memcmp((char *)notes->d_buf + name, "Xen", sizeof("Xen")))
			return true;
	return false;
}

static int elf_pvh(Elf *elf)
{
	size_t size;
	int pvh = NO_PVH;
	GElf_Ehdr eh;
	GElf_Phdr ph;

	if (!elf || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64 ||
	    !gelf_getehdr(elf, &eh) || eh.e_machine != EM_X86_64)
		return NO_KERNEL;
	if (!elf_rawfile(elf, &size))
		return CUT_SHORT;
	for (int i = 0; i < eh.e_phnum; i++) {
		if (!gelf_getphdr(elf, i, &ph) || ph.p_offset > size ||
		    ph.p_filesz > size - ph.p_offset)
			return CUT_SHORT;
		if (ph.p_type == PT_NOTE &&
		    notes_have_pvh(elf_getdata_rawchunk(elf, (int64_t)ph.p_offset, ph.p_filesz,
							ELF_T_NHDR)))
			pvh = PVH;
	}
	return pvh;
}

static bool has_pvh(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool pvh;
	Elf *elf;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	pvh = elf_pvh(elf) == PVH;
	elf_end(elf);
	close(fd);
	return pvh;
}

/* The compressed kernel in the bzImage @data, or NULL when it has no place. */
static const char *find_payload(const char *data, size_t len, size_t *size)
{
	unsigned char sects = data[BOOT_SETUP_SECTS];
	size_t start = ((sects ? sects : 4) + 1) * BOOT_SECTOR;
	size_t n = get(data + BOOT_PAYLOAD_LENGTH, 4);

	start += get(data + BOOT_PAYLOAD_OFFSET, 4);
	if (start >= len || n < 8 || n > len - start)
		return NULL;
	/* All but gzip, which has its own, are followed by the size in 4 bytes. */
	if (memcmp(data + start, "\x1f\x8b", 2))
		n -= 4;
	*size = n;
	return data + start;
}

static int read_bzimage(const char *path, const char *data, size_t len,
			struct lab_vmlinux *v, struct lab_error *e)
{
	size_t version = get(data + BOOT_KERNEL_VERSION, 2) + BOOT_SECTOR;
	const char *payload;
	size_t size;

	if (get(data + BOOT_VERSION, 2) < BOOT_PAYLOAD_SINCE)
		return lab_fail(e, -EINVAL, "%s: boot protocol %#x is older than Linux 2.6.26",
				path, get(data + BOOT_VERSION, 2));
	if (version >= len || !lab_vmlinux_copy_release(v, data + version))
		return lab_fail(e, -EINVAL, "%s: no kernel release in its header", path);
	payload = find_payload(data, len, &size);
	if (!payload)
		return lab_fail(e, -EINVAL, "%s: bzImage is cut short", path);
	return lab_vmlinux_unpack(path, payload, size, v, e);
}

static int check(const char *path, struct lab_vmlinux *v, struct lab_error *e)
{
	Elf *elf;
	int what;

	elf_version(EV_CURRENT);
	elf = elf_memory(v->data, v->len);
	what = elf_pvh(elf);
	elf_end(elf);
	v->starts = what == PVH;
	if (what == NO_KERNEL)
		return lab_fail(e, -EINVAL, "%s: %s", path, v->unpacked ?
				"no x86-64 kernel inside this bzImage" :
				"neither a bzImage nor a vmlinux of x86-64");
	if (what == CUT_SHORT)
		return lab_fail(e, -EINVAL, "%s: kernel is cut short", path);
	if (!v->unpacked && !lab_vmlinux_find_banner(v))
		return lab_fail(e, -EINVAL, "%s: an ELF file, but no Linux kernel", path);
	return 0;
}

static int read_image(const char *path, struct lab_vmlinux *v, struct lab_error *e)
{
	struct lab_vmlinux file = *v;
	int ret = 0;

	if (is_bzimage(file.data, file.len)) {
		v->data = NULL;
		ret = read_bzimage(path, file.data, file.len, v, e);
		lab_vmlinux_free(&file);
	}
	return ret ? ret : check(path, v, e);
}

/*
 * A kernel makes ZONE_MOVABLE of a node's highest zone only: the first node must
 * not lie below 4 GiB as a whole, as it would by default.
 */
#define PLATFORM	"q35,max-ram-below-4g=1G"

const struct lab_arch lab_arch_x86_64 = {
	.name = "x86_64",
	.machine = "x86_64",
	.kernel = "x86",
	.package = "qemu-system-x86",
	.platform = PLATFORM,
	.emulation = LAB_EMULATED_IN_TURN,
	.topology = "numa2",
	.parameters = "console=ttyS0 unknown_nmi_panic=1 no_timer_check",
	.snapshots = true,
	.pmem = true,
	.nmi = true,
	.nests = {
		"/sys/module/kvm_amd/parameters/nested", "/sys/module/kvm_intel/parameters/nested",
	},
	.image = "arch/x86/boot/bzImage",
	.starts = has_pvh,
	.unfit = "a vmlinux without PVH entry (CONFIG_PVH is off)",
	.read = read_image,
};
