// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of architectures: do they say what the files say that make and scripts read, and is
 * each found by its names?
 */
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "base/text.h"

static const struct lab_arch *const all[] = {
	&lab_arch_x86_64, &lab_arch_arm64, &lab_arch_riscv64,
};

/* Is it a line of NAME.names? */
static bool says(const struct lab_arch *arch, const char *key, const char *value)
{
	char *name = lab_format("%s.names", arch->name), *text = lab_read_or_empty("lib/lab/arch", name);
	char *line = lab_format("\nARCH_%s=%s\n", key, value);
	bool yes = strstr(text, line);

	free(line);
	free(text);
	free(name);
	return yes;
}

TEST(rows_and_names_agree)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		const char *image = strrchr(all[i]->image, '/') + 1;
		char *dir = lab_format("arch/%s/boot/%s", all[i]->kernel, image);

		EXPECT_TRUE(says(all[i], "MACHINE", all[i]->machine));
		EXPECT_TRUE(says(all[i], "KERNEL", all[i]->kernel));
		EXPECT_TRUE(says(all[i], "IMAGE", image));
		EXPECT_TRUE(says(all[i], "EMULATOR_PACKAGE", all[i]->package));
		EXPECT_STREQ(dir, all[i]->image);
		EXPECT_EQ(0, strncmp(all[i]->parameters, "console=", 8));
		free(dir);
	}
}

TEST(found_by_each_name)
{
	struct lab_error e;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		EXPECT_EQ(all[i], lab_arch_find(all[i]->name, &e));
		EXPECT_EQ(all[i], lab_arch_find(all[i]->machine, &e));
		EXPECT_EQ(all[i], lab_arch_find(all[i]->kernel, &e));
	}
	EXPECT_EQ(NULL, lab_arch_find("mips", &e));
	EXPECT_STREQ("mips: no architecture of that name; there are: x86_64 arm64 riscv64", e.text);
	EXPECT_EQ(NULL, lab_arch_find("", NULL));
}

/* What is built for another machine has a directory of its own. */
TEST(paths)
{
	const struct lab_arch *here = lab_arch_here();
	const struct lab_arch *other = here == &lab_arch_arm64 ? &lab_arch_riscv64 : &lab_arch_arm64;
	struct lab_paths p = { .build = "/b" }, own = lab_arch_paths(&p, NULL);
	char *target = lab_format("/b/%s", other->name);

	EXPECT_EQ(here, own.arch);
	EXPECT_STREQ("/b", own.target);
	own = lab_arch_paths(&own, other->machine);
	EXPECT_EQ(other, own.arch);
	EXPECT_STREQ(target, own.target);
	own = lab_arch_paths(&own, "mips");
	EXPECT_STREQ("/b", own.target);
	free(target);
}

TEST_HARNESS_MAIN
