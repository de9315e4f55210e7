// SPDX-License-Identifier: GPL-2.0
/*
 * Where kernels come from, up to the script that fetches one and the one that builds
 * a module; and what is said of a request that cannot be met.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "base/text.h"
#include "kernel/kernel.h"

FIXTURE(kernel)
{
	char dir[40];
	struct lab_kernel_request req;
	struct lab_kernel k;
	struct lab_error e;
};
typedef FIXTURE_DATA(kernel) kernel_data;

FIXTURE_SETUP(kernel)
{
	strcpy(self->dir, "/tmp/lab_kernel_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->req = (struct lab_kernel_request){
		.arch = &lab_arch_x86_64, .repo = self->dir, .cache_dir = self->dir, .quiet = true,
	};
}

FIXTURE_TEARDOWN(kernel)
{
	EXPECT_EQ(0, lab_remove_tree(self->dir, &self->e));
}

/* Write the file @name in the test's directory; it lasts as long as that. */
static void put(kernel_data *self, const char *name, const char *text)
{
	char *path = lab_format("%s/%s", self->dir, name), *slash = strrchr(path, '/');

	*slash = '\0';
	lab_make_dirs(path, NULL);
	*slash = '/';
	lab_write_file(path, text, strlen(text), NULL);
	free(path);
}

static bool fails(kernel_data *self, int ret, const char *words)
{
	int got = lab_kernel_get(&self->req, &self->k, &self->e);

	if (got == ret && strstr(self->e.text, words))
		return true;
	printf("# %d: %s\n", got, self->e.text);
	return false;
}

TEST_F(kernel, one_of_them)
{
	self->req.kernel = "/nonexistent";
	EXPECT_TRUE(fails(self, -ENOENT, "/nonexistent"));
	self->req.kdir = self->dir;
	EXPECT_TRUE(fails(self, -EINVAL, "choose one"));
	self->req.kernel = NULL;
	self->req.modules = self->dir;
	EXPECT_TRUE(fails(self, -EINVAL, "needs a kernel file"));
}

/* What a tree lacks is said with the command that makes it. */
TEST_F(kernel, trees_that_are_not_built)
{
	self->req.kdir = self->dir;
	EXPECT_TRUE(fails(self, -EINVAL, "not a kernel tree"));
	put(self, "Makefile", "");
	EXPECT_TRUE(fails(self, -EINVAL, "defconfig"));
	put(self, ".config", "CONFIG_MODULES=y\n");
	EXPECT_TRUE(fails(self, -EINVAL, "is not built"));
	put(self, "include/config/kernel.release", "6.1.0-test\n");
	EXPECT_TRUE(fails(self, -ENOENT, "there is no arch/x86/boot/bzImage and no vmlinux;"));
	put(self, "vmlinux", "");
	EXPECT_TRUE(fails(self, -ENOENT, "no arch/x86/boot/bzImage, but a vmlinux without PVH"));
	self->req.arch = &lab_arch_arm64;
	EXPECT_TRUE(fails(self, -ENOENT, "not built for arm64: there is no arch/arm64/boot/Image;"));
	put(self, ".kernelvariables", "");
	EXPECT_TRUE(fails(self, -EINVAL, "only the headers"));
	self->req.kdir = "/nonexistent";
	EXPECT_TRUE(fails(self, -ENOENT, "not a directory"));
}

/* The reason is the script's last line; a wrong series is wrong usage. */
TEST_F(kernel, not_fetched)
{
	put(self, "lib/lab/kernel/fetch.sh", "echo fetch.sh: downloading; echo fetch.sh: why; exit 1");
	EXPECT_TRUE(fails(self, -EIO, "why"));
	EXPECT_STREQ("why", self->e.text);
	put(self, "lib/lab/kernel/fetch.sh", "echo fetch.sh: $2 is no series >&2; exit 2");
	self->req.package = "six";
	EXPECT_TRUE(fails(self, -EINVAL, "six is no series"));
}

/* As fetch.sh leaves it, once with the modules in /usr, and with its image made before. */
TEST_F(kernel, fetched)
{
	char *build = lab_format("%s/6.1.0-1/usr/src/linux-headers-6.1.0-1", self->dir);

	put(self, "lib/lab/kernel/fetch.sh", "echo fetch.sh: downloading >&2; echo $3/6.1.0-1");
	EXPECT_TRUE(fails(self, -ENOENT, "holds no kernel image"));
	put(self, "6.1.0-1/usr/lib/modules/6.1.0-1/vmlinuz", "not a kernel");
	EXPECT_TRUE(fails(self, -EINVAL, "neither a bzImage"));
	put(self, "6.1.0-1/image", "");
	EXPECT_TRUE(fails(self, -ENOENT, "holds no modules"));
	put(self, "6.1.0-1/usr/lib/modules/6.1.0-1/kernel/kvm.ko", "");
	ASSERT_EQ(0, lab_kernel_get(&self->req, &self->k, &self->e));
	EXPECT_STREQ("6.1.0-1", self->k.release);
	EXPECT_STREQ("", self->k.build);
	EXPECT_NE(NULL, strstr(self->k.modules, "/usr/lib/modules/6.1.0-1"));
	put(self, "6.1.0-1/usr/src/linux-headers-6.1.0-1/Makefile", "");
	ASSERT_EQ(0, lab_kernel_get(&self->req, &self->k, &self->e));
	EXPECT_STREQ(build, self->k.build);
	free(build);
}

/* Build with what stands for a kernel's headers: $(M) is where the sources are. */
static int build_module(kernel_data *self, const char *makefile, char *ko)
{
	char *repo = strdup(__FILE__), *src = lab_format("%s/src", self->dir);
	char *out = lab_format("%s/out", self->dir);
	int ret;

	self->k.arch = self->req.arch;
	*strstr(repo, "lib/unit/") = '\0';
	put(self, "headers/Makefile", makefile);
	snprintf(self->k.build, sizeof(self->k.build), "%s/headers", self->dir);
	ret = lab_kernel_build_module(&self->k, *repo ? repo : ".", src, out, ko, &self->e);
	free(out);
	free(src);
	free(repo);
	return ret;
}

TEST_F(kernel, module)
{
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	char *source = lab_format("%s/src/a.c", self->dir), ko[PATH_MAX];

	put(self, "src/Kbuild", "");
	put(self, "src/.hidden.c", "");
	put(self, "src/a.o", "stale");
	put(self, "src/sub/b.h", "int b;\n");
	put(self, "src/a.c", "int new;\n");
	ASSERT_EQ(0, build_module(self, "modules:; cat $M/a.c $M/sub/b.h >$M/a.ko; "
				  "test ! -e $M/a.o; test ! -e $M/.hidden.c\n", ko)) {
		TH_LOG("%s", self->e.text);
	}
	EXPECT_NE(NULL, strstr(ko, "/out/a.ko"));
	/* Replaced by an older one. */
	put(self, "src/a.c", "int old;\n");
	ASSERT_EQ(0, utimensat(AT_FDCWD, source, old, 0));
	EXPECT_EQ(0, build_module(self, "modules:; grep -q old $M/a.c\n", ko));
	EXPECT_EQ(-EIO, build_module(self, "modules:; touch $M/b.ko\n", ko));
	EXPECT_NE(NULL, strstr(self->e.text, "more than one module"));
	free(source);
}

TEST_F(kernel, module_for_another_architecture)
{
	char ko[PATH_MAX];

	put(self, "src/a.c", "");
	self->req.arch = &lab_arch_riscv64;
	EXPECT_EQ(0, build_module(self, "modules:; test $(ARCH) = riscv && touch $M/a.ko && "
				  "test $(CROSS_COMPILE) = riscv64-linux-gnu-\n", ko)) {
		TH_LOG("%s", self->e.text);
	}
}

/* Headers of another system are none; anything else may be the module's fault. */
TEST_F(kernel, module_that_is_not_built)
{
	char ko[PATH_MAX];

	put(self, "src/a.c", "");
	EXPECT_EQ(-EIO, build_module(self, "modules:; @echo a.c:1: error: bad; false\n", ko));
	EXPECT_NE(NULL, strstr(self->e.text, "a.c:1: error: bad"));
	EXPECT_EQ(-ENOENT, build_module(self, "modules:; @echo \"objtool: version "
					"\\`GLIBC_2.99' not found\"; false\n", ko));
	EXPECT_NE(NULL, strstr(self->e.text, "newer C library"));
	put(self, "headers/.kernelvariables", "override CC = x86_64-linux-gnu-gcc-99\n");
	EXPECT_EQ(-ENOENT, build_module(self, "modules:; @echo gcc: error: unrecognized "
					"command-line option; test -z $(CC)\n", ko));
	EXPECT_NE(NULL, strstr(self->e.text, "gcc-99, which is not installed"));
	self->k.build[0] = '\0';
	EXPECT_EQ(-ENOENT, lab_kernel_build_module(&self->k, ".", self->dir, self->dir, ko,
						   &self->e));
}

TEST_HARNESS_MAIN
