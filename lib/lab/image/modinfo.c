// SPDX-License-Identifier: GPL-2.0
/*
 * Find and read the .modinfo section of a 64-bit little-endian module.
 */
#include <elf.h>
#include <string.h>

#include "image/modinfo.h"

/* Read section header @i of the ELF file @data, checked against its length. */
static bool get_section(const char *data, size_t len, const Elf64_Ehdr *eh,
			size_t i, Elf64_Shdr *sh)
{
	if (i >= eh->e_shnum || eh->e_shoff > len ||
	    (len - eh->e_shoff) / sizeof(*sh) <= i)
		return false;
	memcpy(sh, data + eh->e_shoff + i * sizeof(*sh), sizeof(*sh));
	return sh->sh_type == SHT_NOBITS ||
	       (sh->sh_offset <= len && sh->sh_size <= len - sh->sh_offset);
}

bool lab_modinfo_find(const char *data, size_t len, struct lab_modinfo *info)
{
	static const char name[] = ".modinfo";
	Elf64_Shdr names, sh;
	Elf64_Ehdr eh;

	if (len < sizeof(eh))
		return false;
	memcpy(&eh, data, sizeof(eh));
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) ||
	    eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_shentsize != sizeof(sh) ||
	    !get_section(data, len, &eh, eh.e_shstrndx, &names))
		return false;

	for (size_t i = 0; i < eh.e_shnum; i++) {
		if (!get_section(data, len, &eh, i, &sh))
			return false;
		if (sh.sh_name > names.sh_size ||
		    names.sh_size - sh.sh_name < sizeof(name) ||
		    memcmp(data + names.sh_offset + sh.sh_name, name,
			   sizeof(name)))
			continue;
		info->text = data + sh.sh_offset;
		info->len = sh.sh_size;
		return info->len && !info->text[info->len - 1];
	}
	return false;
}

const char *lab_modinfo_next(const struct lab_modinfo *info, const char *key,
			     const char *prev)
{
	const char *end = info->text + info->len;
	const char *p = prev ? prev + strlen(prev) + 1 : info->text;
	size_t n = strlen(key);

	for (; p < end; p += strlen(p) + 1) {
		if (!strncmp(p, key, n) && p[n] == '=')
			return p + n + 1;
	}
	return NULL;
}
