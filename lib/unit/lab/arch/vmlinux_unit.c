// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel image files: what is one, whether it can be started as it is, and what
 * is said of files that are something else, or damaged.
 */
#include <kselftest_harness.h>

#include <elf.h>

#include "base/fsys.h"
#include "arch/arch.h"

#define BANNER	"Linux version 6.1.0-test (me@here)"

/* The smallest ELF file that passes for a kernel: a note, and the banner behind it. */
struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	Elf64_Nhdr other;
	char other_name[4];
	Elf64_Nhdr nh;
	char name[4];
	uint32_t entry;
	char banner[64];
};

FIXTURE(vmlinux)
{
	char path[64], packed[80];
	struct image image;
	struct lab_vmlinux v;
	struct lab_error e;
};
typedef FIXTURE_DATA(vmlinux) vmlinux_data;

FIXTURE_SETUP(vmlinux)
{
	self->image = (struct image){
		.eh = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				     EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			.e_phoff = offsetof(struct image, ph), .e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1,
		},
		.ph = {
			.p_type = PT_NOTE, .p_offset = offsetof(struct image, other),
			.p_filesz = offsetof(struct image, banner) - offsetof(struct image, other),
			.p_align = 4,
		},
		.other = { .n_namesz = 4, .n_type = 18 }, .other_name = "GNU",
		.nh = { .n_namesz = 4, .n_descsz = 4, .n_type = 18 }, .name = "Xen",
		.banner = BANNER,
	};
	snprintf(self->path, sizeof(self->path), "/tmp/lab_vmlinux_unit.%d", getpid());
	snprintf(self->packed, sizeof(self->packed), "%s.bz", self->path);
}

FIXTURE_TEARDOWN(vmlinux)
{
	lab_vmlinux_free(&self->v);
	unlink(self->path);
	unlink(self->packed);
}

static int read_image(vmlinux_data *self, size_t len)
{
	if (lab_write_file(self->path, &self->image, len, &self->e))
		return 1;
	return lab_vmlinux_read(&lab_arch_x86_64, self->path, &self->v, &self->e);
}

TEST_F(vmlinux, pvh)
{
	ASSERT_EQ(0, read_image(self, sizeof(self->image)));
	EXPECT_TRUE(self->v.starts);
	EXPECT_FALSE(self->v.unpacked);
	EXPECT_STREQ("6.1.0-test", self->v.release);
	EXPECT_TRUE(lab_arch_x86_64.starts(self->path));
	EXPECT_FALSE(lab_arch_x86_64.starts("/nonexistent"));
}

/* The note of that number, but another name, is somebody else's. */
TEST_F(vmlinux, no_pvh)
{
	memcpy(self->image.name, "GNU", 4);
	ASSERT_EQ(0, read_image(self, sizeof(self->image)));
	EXPECT_FALSE(self->v.starts);
	EXPECT_FALSE(lab_arch_x86_64.starts(self->path));
}

TEST_F(vmlinux, note_that_does_not_end)
{
	self->image.other.n_descsz = 0xfffffff0;
	ASSERT_EQ(0, read_image(self, sizeof(self->image)));
	EXPECT_FALSE(self->v.starts);
}

TEST_F(vmlinux, cut_short)
{
	ASSERT_EQ(-EINVAL, read_image(self, offsetof(struct image, entry)));
	EXPECT_NE(NULL, strstr(self->e.text, "cut short"));
	EXPECT_FALSE(lab_arch_x86_64.starts(self->path));
	ASSERT_EQ(-EINVAL, read_image(self, sizeof(Elf64_Ehdr) + 8));
	EXPECT_NE(NULL, strstr(self->e.text, "cut short"));
}

TEST_F(vmlinux, is_none)
{
	self->image.banner[0] = 'l';
	ASSERT_EQ(-EINVAL, read_image(self, sizeof(self->image)));
	EXPECT_NE(NULL, strstr(self->e.text, "no Linux kernel"));
	self->image.eh.e_machine = EM_AARCH64;
	ASSERT_EQ(-EINVAL, read_image(self, sizeof(self->image)));
	EXPECT_NE(NULL, strstr(self->e.text, "neither a bzImage nor a vmlinux"));
	self->image.eh.e_ident[0] = '#';
	ASSERT_EQ(-EINVAL, read_image(self, sizeof(self->image)));
	EXPECT_NE(NULL, strstr(self->e.text, "neither a bzImage nor a vmlinux"));
	ASSERT_EQ(-EINVAL, read_image(self, 0));
}

/* Its header, and behind four sectors the kernel: not compressed, which is fine, too. */
TEST_F(vmlinux, bzimage)
{
	char data[5 * 512 + sizeof(self->image) + 4] = { 0 };
	const uint32_t len = sizeof(self->image) + 4;

	memcpy(data + 0x202, "HdrS\x0f\x02", 6);
	memcpy(data + 0x20e, "\x40\x02", 2);
	memcpy(data + 0x240 + 512, "6.1.0-test (me@here)", 20);
	memcpy(data + 0x24c, &len, sizeof(len));
	memcpy(data + 5 * 512, &self->image, sizeof(self->image));
	ASSERT_EQ(0, lab_write_file(self->packed, data, sizeof(data), &self->e));
	ASSERT_EQ(0, lab_vmlinux_read(&lab_arch_x86_64, self->packed, &self->v, &self->e)) {
		TH_LOG("%s", self->e.text);
	}
	EXPECT_TRUE(self->v.starts);
	EXPECT_TRUE(self->v.unpacked);
	EXPECT_STREQ("6.1.0-test", self->v.release);
	EXPECT_EQ(sizeof(self->image), self->v.len);
	lab_vmlinux_free(&self->v);

	ASSERT_EQ(0, lab_write_file(self->packed, data, sizeof(data) - 100, &self->e));
	ASSERT_EQ(-EINVAL, lab_vmlinux_read(&lab_arch_x86_64, self->packed, &self->v, &self->e));
	EXPECT_NE(NULL, strstr(self->e.text, "bzImage is cut short"));
}

/* A raw Image: its magic number, and the banner somewhere behind it. */
static void put_raw(char data[256], const char *magic)
{
	memset(data, 0, 256);
	memcpy(data + 56, magic, 4);
	memcpy(data + 100, BANNER, sizeof(BANNER));
}

static int read_raw(vmlinux_data *self, const struct lab_arch *arch, const char *magic)
{
	char data[256];

	put_raw(data, magic);
	lab_vmlinux_free(&self->v);
	return lab_write_file(self->path, data, sizeof(data), &self->e) ?:
		lab_vmlinux_read(arch, self->path, &self->v, &self->e);
}

TEST_F(vmlinux, raw_image)
{
	ASSERT_EQ(0, read_raw(self, &lab_arch_arm64, "ARM\x64"));
	EXPECT_TRUE(self->v.starts);
	EXPECT_FALSE(self->v.unpacked);
	EXPECT_STREQ("6.1.0-test", self->v.release);
	ASSERT_EQ(0, read_raw(self, &lab_arch_riscv64, "RSC\x05"));
	EXPECT_TRUE(self->v.starts);
	EXPECT_STREQ("6.1.0-test", self->v.release);
}

TEST_F(vmlinux, raw_image_of_another_architecture)
{
	ASSERT_EQ(-EINVAL, read_raw(self, &lab_arch_arm64, "RSC\x05"));
	EXPECT_NE(NULL, strstr(self->e.text, "no Image of arm64"));
	ASSERT_EQ(-EINVAL, read_raw(self, &lab_arch_x86_64, "ARM\x64"));
	ASSERT_EQ(-EINVAL, lab_vmlinux_read(&lab_arch_riscv64, "/dev/null", &self->v, &self->e));
}

TEST_F(vmlinux, raw_image_that_is_compressed)
{
	char data[256], command[300];

	put_raw(data, "ARM\x64");
	ASSERT_EQ(0, lab_write_file(self->path, data, sizeof(data), &self->e));
	snprintf(command, sizeof(command), "gzip -c %s >%s", self->path, self->packed);
	ASSERT_EQ(0, system(command));
	ASSERT_EQ(0, lab_vmlinux_read(&lab_arch_arm64, self->packed, &self->v, &self->e)) {
		TH_LOG("%s", self->e.text);
	}
	EXPECT_TRUE(self->v.starts);
	EXPECT_TRUE(self->v.unpacked);
	EXPECT_EQ(sizeof(data), self->v.len);
	EXPECT_STREQ("6.1.0-test", self->v.release);
}

TEST_HARNESS_MAIN
