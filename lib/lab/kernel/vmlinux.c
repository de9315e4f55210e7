// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel image files of x86: bzImage (Documentation/arch/x86/boot.rst) and
 * ELF vmlinux with or without the Xen note that marks its PVH entry.
 */
#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsys.h"
#include "kernel/unpack.h"
#include "kernel/vmlinux.h"

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

static uint32_t get16(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static uint32_t get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static bool is_bzimage(const char *data, size_t len)
{
	return len > BOOT_HEADER_END && !memcmp(data + BOOT_MAGIC, "HdrS", 4);
}

static bool is_elf(const char *data, size_t len)
{
	const Elf64_Ehdr *eh = (const void *)data;

	return len > sizeof(*eh) && !memcmp(data, ELFMAG, SELFMAG) &&
	       data[EI_CLASS] == ELFCLASS64 && eh->e_machine == EM_X86_64 &&
	       eh->e_phentsize == sizeof(Elf64_Phdr);
}

/* Walk the notes between @p and @end. */
static bool notes_have_pvh(const char *p, const char *end)
{
	Elf64_Nhdr nh;
	size_t size;

	while ((size_t)(end - p) >= sizeof(nh)) {
		memcpy(&nh, p, sizeof(nh));
		p += sizeof(nh);
		size = (((size_t)nh.n_namesz + 3) & ~3UL) +
		       (((size_t)nh.n_descsz + 3) & ~3UL);
		if (size > (size_t)(end - p))
			return false;
		if (nh.n_type == XEN_ELFNOTE_PHYS32_ENTRY &&
		    nh.n_namesz == sizeof("Xen") && !memcmp(p, "Xen", 4))
			return true;
		p += size;
	}
	return false;
}

/* 1: has a PVH entry, 0: has none, -1: the file ends before the kernel does */
static int elf_pvh(const char *data, size_t len)
{
	const Elf64_Ehdr *eh = (const void *)data;
	int pvh = 0;

	if (eh->e_phoff > len ||
	    (len - eh->e_phoff) / sizeof(Elf64_Phdr) < eh->e_phnum)
		return -1;
	for (size_t i = 0; i < eh->e_phnum; i++) {
		Elf64_Phdr ph;

		memcpy(&ph, data + eh->e_phoff + i * sizeof(ph), sizeof(ph));
		if (ph.p_offset > len || ph.p_filesz > len - ph.p_offset)
			return -1;
		if (ph.p_type == PT_NOTE &&
		    notes_have_pvh(data + ph.p_offset,
				   data + ph.p_offset + ph.p_filesz))
			pvh = 1;
	}
	return pvh;
}

bool lab_vmlinux_has_pvh(const char *path)
{
	struct stat st;
	bool pvh = false;
	void *map;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && st.st_size > 0) {
		map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map != MAP_FAILED) {
			pvh = is_elf(map, st.st_size) &&
			      elf_pvh(map, st.st_size) == 1;
			munmap(map, st.st_size);
		}
	}
	close(fd);
	return pvh;
}

/* Copy the word at @p, which ends at a space or at @end. */
static int copy_release(struct lab_vmlinux *v, const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && p[n] > ' ' && p[n] < 0x7f && p[n] != '/')
		n++;
	if (!n || n >= sizeof(v->release))
		return -EINVAL;
	memcpy(v->release, p, n);
	v->release[n] = '\0';
	return 0;
}

/* The kernel's banner, the first "Linux version " with a number after it. */
static int find_banner(struct lab_vmlinux *v)
{
	static const char banner[] = "Linux version ";
	const size_t n = sizeof(banner) - 1;
	const char *end = v->data + v->len;
	const char *p = v->data;

	while ((p = memchr(p, banner[0], end - p)) && (size_t)(end - p) > n) {
		if (!memcmp(p, banner, n) && p[n] >= '0' && p[n] <= '9')
			return copy_release(v, p + n, end);
		p++;
	}
	return -EINVAL;
}

/* The compressed kernel in the bzImage @data, or NULL when it has no place. */
static const char *find_payload(const char *data, size_t len, size_t *size)
{
	unsigned char sects = data[BOOT_SETUP_SECTS];
	size_t start = ((sects ? sects : 4) + 1) * BOOT_SECTOR;
	size_t n = get32(data + BOOT_PAYLOAD_LENGTH);

	start += get32(data + BOOT_PAYLOAD_OFFSET);
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
	size_t version = get16(data + BOOT_KERNEL_VERSION) + BOOT_SECTOR;
	const char *payload;
	size_t size;

	if (get16(data + BOOT_VERSION) < BOOT_PAYLOAD_SINCE)
		return lab_fail(e, -EINVAL,
				"%s: boot protocol %#x is older than Linux 2.6.26",
				path, get16(data + BOOT_VERSION));
	if (version >= len || copy_release(v, data + version, data + len))
		return lab_fail(e, -EINVAL, "%s: no kernel release in its header",
				path);
	payload = find_payload(data, len, &size);
	if (!payload)
		return lab_fail(e, -EINVAL, "%s: bzImage is cut short", path);
	v->unpacked = true;
	return lab_unpack(path, payload, size, &v->data, &v->len, e);
}

int lab_vmlinux_read(const char *path, struct lab_vmlinux *v,
		     struct lab_error *e)
{
	size_t len;
	char *data;
	int ret;

	memset(v, 0, sizeof(*v));
	ret = lab_read_file(path, &data, &len, e);
	if (ret)
		return ret;
	if (is_bzimage(data, len)) {
		ret = read_bzimage(path, data, len, v, e);
		free(data);
	} else {
		v->data = data;
		v->len = len;
	}
	if (!ret && !is_elf(v->data, v->len))
		ret = lab_fail(e, -EINVAL, "%s: %s", path, v->unpacked ?
			       "no x86-64 kernel inside this bzImage" :
			       "neither a bzImage nor a vmlinux of x86-64");
	if (!ret) {
		v->pvh = elf_pvh(v->data, v->len) == 1;
		if (elf_pvh(v->data, v->len) < 0)
			ret = lab_fail(e, -EINVAL, "%s: kernel is cut short", path);
	}
	if (!ret && !v->unpacked && find_banner(v))
		ret = lab_fail(e, -EINVAL, "%s: an ELF file, but no Linux kernel",
			       path);
	if (ret)
		lab_vmlinux_free(v);
	return ret;
}

void lab_vmlinux_free(struct lab_vmlinux *v)
{
	free(v->data);
	v->data = NULL;
	v->len = 0;
}
