// SPDX-License-Identifier: GPL-2.0
/*
 * The image: which modules are in it, in which order they are loaded, and that it is a
 * cpio archive as the kernel takes it. The modules are object files with what a module
 * says of itself; cpio(1), which is not ours, reads the image.
 */
#include <kselftest_harness.h>
#include <sys/stat.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "image/image.h"

/* Each test has a process of its own. */
static struct {
	char dir[64];
	struct lab_kernel kernel;
	struct lab_argv modules;
	struct lab_text files;
	struct lab_error e;
} bench;

FIXTURE(image) {
};

/* Run a command line in the directory of the test; returns what it printed. */
static char *sh(const char *dir, const char *command)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .dir = dir };
	struct lab_error e;
	char *text = NULL;

	lab_argv_add_all(&argv, "sh", "-euc", command, NULL);
	if (lab_process_output(&p, &text, &e)) {
		printf("# %s: %s\n", command, text ? text : e.text);
		abort();
	}
	lab_argv_free(&argv);
	return text;
}

#define SH(...) do {						\
	char *command = lab_format(__VA_ARGS__);		\
	free(sh(bench.dir, command));				\
	free(command);						\
} while (0)

/* What the command prints. */
#define EXPECT_PRINTS(expected, command) do {			\
	char *printed = sh(bench.dir, command);			\
	EXPECT_STREQ(expected, printed);			\
	free(printed);						\
} while (0)

/* A module in the directory @where that says it depends on others. */
#define MODULE(where, name, depends)						\
	SH("mkdir -p %s; printf '%%s' '"						\
	   "__attribute__((section(\".modinfo\"), used)) static const char d[] = "	\
	   "\"depends=%s\\0vermagic=6.9.0 SMP\\0name=%s\";'"			\
	   "| cc -xc -c -o %s/%s.ko -", where, depends, name, where, name)

FIXTURE_SETUP(image)
{
	strcpy(bench.dir, "/tmp/lab_image_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(bench.dir));
	strcpy(bench.kernel.release, "6.9.0");
	SH("echo init >init; chmod +x init");
}

FIXTURE_TEARDOWN(image)
{
	lab_argv_free(&bench.modules);
	lab_text_clear(&bench.files);
	lab_remove_tree(bench.dir, NULL);
}

/* The modules as an installed kernel has them. */
static void installed(void)
{
	snprintf(bench.kernel.modules, PATH_MAX, "%s/modules", bench.dir);
	MODULE("modules/kernel/kvm", "kvm-amd", "kvm,ccp");
	MODULE("modules/kernel/kvm", "kvm", "irq-bypass");
	MODULE("modules/kernel/virt", "irq-bypass", "");
	MODULE("modules/kernel/crypto", "ccp", "built-in");
	MODULE("modules/kernel/fs", "lame", "gone,kvm");
	SH("echo kernel/lib/built-in.ko >modules/modules.builtin");
}

static int build(const char *out)
{
	char *init = lab_format("%s/init", bench.dir), *path = lab_format("%s/%s", bench.dir, out);
	const struct lab_image image = {
		.kernel = &bench.kernel,
		.init = init,
		.modules_sh = "lib/lab/image/modules.sh",
		.modules = (const char *const *)bench.modules.words,
		.nr_modules = bench.modules.nr,
		.files = bench.files.s ? bench.files.s : "",
		.mounts = "/dev/vda /disk ext4\n",
		.out = path,
	};
	int ret = lab_image_build(&image, &bench.e);

	free(init);
	free(path);
	return ret;
}

/* Build it, and unpack all but the nodes, which take root. */
#define BUILD() do {								\
	ASSERT_EQ(0, build("image")) TH_LOG("%s", bench.e.text);		\
	SH("mkdir in; cd in; cpio -idm --quiet -f 'dev/*' <../image");		\
} while (0)

TEST_F(image, base)
{
	BUILD();
	EXPECT_PRINTS("dev\ndev/console\ndev/null\ninit\nmodules.load\nmodules.missing\nmounts\n"
		      "proc\nsys\ntmp\n", "cpio -t --quiet <image | sort");
	EXPECT_PRINTS("crw------- 1 root root 5, 1 Jan 1 1970 dev/console\n"
		      "crw-rw-rw- 1 root root 1, 3 Jan 1 1970 dev/null\n"
		      "-rwxr-xr-x 1 root root 5 Jan 1 1970 init\n",
		      "TZ=UTC cpio -tv --quiet <image | grep -e dev/ -e init | tr -s ' '");
	EXPECT_PRINTS("/dev/vda /disk ext4\n", "cat in/mounts");
	/* Nothing of what was needed on the way stays. */
	EXPECT_PRINTS("image\nin\ninit\n", "ls");
}

TEST_F(image, load_order)
{
	installed();
	lab_argv_add_all(&bench.modules, "kvm_amd", "built_in", "nope", "kvm", "nope2", NULL);
	BUILD();
	EXPECT_PRINTS("irq_bypass\nkvm\nccp\nkvm_amd\n", "cat in/modules.load");
	EXPECT_PRINTS("nope\nnope2\n", "cat in/modules.missing");
	EXPECT_PRINTS("", "cmp modules/kernel/virt/irq-bypass.ko in/modules/irq_bypass.ko");
}

/* What lacks something is missing as well, and nothing is loaded for it. */
TEST_F(image, dependency_is_missing)
{
	installed();
	lab_argv_add(&bench.modules, "lame");
	BUILD();
	EXPECT_PRINTS("", "cat in/modules.load");
	EXPECT_PRINTS("lame\n", "cat in/modules.missing");
}

TEST_F(image, kernel_without_modules)
{
	lab_argv_add(&bench.modules, "kvm");
	BUILD();
	EXPECT_PRINTS("kvm\n", "cat in/modules.missing");
}

TEST_F(image, module_of_our_own)
{
	installed();
	MODULE("own", "inject", "kvm");
	lab_argv_addf(&bench.modules, "%s/own/inject.ko", bench.dir);
	BUILD();
	EXPECT_PRINTS("irq_bypass\nkvm\ninject\n", "cat in/modules.load");
}

TEST_F(image, compressed)
{
	installed();
	SH("cp modules/kernel/kvm/kvm.ko kvm; xz modules/kernel/kvm/kvm.ko");
	SH("cp modules/kernel/crypto/ccp.ko ccp; gzip modules/kernel/crypto/ccp.ko");
	lab_argv_add(&bench.modules, "kvm-amd");
	BUILD();
	EXPECT_PRINTS("irq_bypass\nkvm\nccp\nkvm_amd\n", "cat in/modules.load");
	EXPECT_PRINTS("", "cmp kvm in/modules/kvm.ko");
	EXPECT_PRINTS("", "cmp ccp in/modules/ccp.ko");
}

/* An updated module comes before the kernel's own, and both before a built-in one. */
TEST_F(image, updated)
{
	installed();
	MODULE("modules/updates", "kvm", "ccp");
	MODULE("modules/kernel/lib", "built-in", "");
	lab_argv_add_all(&bench.modules, "kvm", NULL);
	BUILD();
	EXPECT_PRINTS("built_in\nccp\nkvm\n", "cat in/modules.load");
}

/* What a build tree lists counts: older lists, and newer ones. */
TEST_F(image, build_tree)
{
	snprintf(bench.kernel.modules, PATH_MAX, "%s/tree", bench.dir);
	MODULE("tree/arch/kvm", "kvm", "bypass");
	MODULE("tree/virt", "bypass", "");
	MODULE("tree/kernel", "torture", "");
	MODULE("tree/fs", "stale", "");
	SH("mkdir -p tree/include/config; : >tree/include/config/kernel.release");
	SH("echo CONFIG_MODULES=y >tree/.config; echo kernel/lib/in.ko >tree/modules.builtin");
	lab_argv_add_all(&bench.modules, "kvm", "torture", "stale", "in", "unbuilt", NULL);

	SH("echo 'kernel/arch/kvm/kvm.ko kernel/virt/bypass.ko kernel/kernel/torture.ko "
	   "kernel/unbuilt.ko' | tr ' ' '\\n' >tree/modules.order");
	BUILD();
	EXPECT_PRINTS("bypass\nkvm\ntorture\n", "cat in/modules.load");
	EXPECT_PRINTS("stale\nunbuilt\n", "cat in/modules.missing");

	SH("echo 'arch/kvm/kvm.o virt/bypass.o kernel/torture.o unbuilt.o' | tr ' ' '\\n' "
	   ">tree/modules.order; rm -r in");
	BUILD();
	EXPECT_PRINTS("bypass\nkvm\ntorture\n", "cat in/modules.load");
	EXPECT_PRINTS("stale\nunbuilt\n", "cat in/modules.missing");
}

TEST_F(image, damage_has_a_name)
{
	installed();
	lab_argv_add(&bench.modules, "kvm");
	strcpy(bench.kernel.release, "6.9.1");
	EXPECT_EQ(-EIO, build("image"));
	EXPECT_NE(NULL, strstr(bench.e.text, "irq-bypass.ko is built for kernel 6.9.0, "
			       "but the kernel is 6.9.1")) TH_LOG("%s", bench.e.text);

	strcpy(bench.kernel.release, "6.9.0");
	SH("echo garbage >modules/kernel/kvm/kvm.ko");
	EXPECT_EQ(-EIO, build("image"));
	EXPECT_NE(NULL, strstr(bench.e.text, "kvm/kvm.ko is not a kernel module"))
		TH_LOG("%s", bench.e.text);

	SH("echo init >init; chmod -x init");
	EXPECT_EQ(-EACCES, build("image"));
	EXPECT_PRINTS("", "ls | grep -x image || :");
}

/* A file may be added twice; odd characters in its name; links are followed. */
TEST_F(image, files)
{
	char *from = lab_format("%s/od d=#\\1", bench.dir);

	SH("echo odd >'od d=#\\1'; mkdir -p tree/b/kselftest-packages; : >tree/b/kselftest-packages/x");
	SH("echo 2 >tree/b/2; echo 1 >tree/a; ln -s ../tree/a tree/c; chmod +x tree/a");
	ASSERT_EQ(0, lab_mtree_file(&bench.files, from, "/suite/o d#=\\1/x", &bench.e));
	ASSERT_EQ(0, lab_mtree_file(&bench.files, from, "/suite/o d#=\\1/x", &bench.e));
	free(from);
	from = lab_format("%s/tree", bench.dir);
	ASSERT_EQ(0, lab_mtree_directory(&bench.files, from, "/all", &bench.e));
	free(from);
	BUILD();
	EXPECT_PRINTS("odd\n", "cat 'in/suite/o d#=\\1/x'");
	EXPECT_PRINTS("all/a\nall/b/2\nall/c\n", "cd in; find all -type f | sort");
	EXPECT_PRINTS("all/a\nall/c\n", "cd in; find all -type f -perm -111 | sort");

	ASSERT_EQ(-ENOENT, lab_mtree_file(&bench.files, "/nonexistent", "/x", &bench.e));
	EXPECT_STREQ("for /x of the image: /nonexistent: No such file or directory",
		     bench.e.text);
}

/* Whatever the working directory has of the same name: here, lib/ and README.md. */
TEST_F(image, working_directory)
{
	char *from = lab_format("%s/init", bench.dir);

	ASSERT_EQ(0, lab_mtree_file(&bench.files, from, "/lib/x", &bench.e));
	ASSERT_EQ(0, lab_mtree_file(&bench.files, from, "/README.md/x", &bench.e));
	free(from);
	BUILD();
	EXPECT_PRINTS("in/README.md/x\nin/lib/x\n", "LC_ALL=C ls in/README.md/x in/lib/x");
}

TEST_F(image, printed)
{
	char *list = lab_format("%s/list", bench.dir);
	struct lab_argv argv = { NULL };

	lab_argv_add_all(&argv, "sh", "-c", "echo note >&2; printf '%s\\t/x/y\\n' /bin/true", NULL);
	ASSERT_EQ(0, lab_mtree_printed(&bench.files, &argv, list, &bench.e));
	EXPECT_NE(NULL, strstr(bench.files.s, "./x " LAB_MTREE_DIR "\n"
			       "./x/y mode=0755 contents=/bin/true\n"));
	lab_argv_free(&argv);
	lab_argv_add_all(&argv, "sh", "-c", "echo x: error: why >&2; exit 1", NULL);
	EXPECT_EQ(-EIO, lab_mtree_printed(&bench.files, &argv, list, &bench.e));
	EXPECT_NE(NULL, strstr(bench.e.text, "x: error: why"));
	lab_argv_free(&argv);
	free(list);
}

/* From the same files comes the same image, wherever they lie and however old they are. */
TEST_F(image, reproducible)
{
	installed();
	lab_argv_add(&bench.modules, "kvm");
	ASSERT_EQ(0, build("image"));
	SH("mv modules old; cp -r old modules; touch -d yesterday modules/kernel/kvm/kvm.ko init");
	ASSERT_EQ(0, build("image2"));
	EXPECT_PRINTS("", "cmp image image2");
}

TEST_HARNESS_MAIN
