// SPDX-License-Identifier: GPL-2.0
/*
 * Whose results are these? A suite and a kernel tree in git, and one that is not.
 */
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "base/process.h"
#include "run/attribution.h"

FIXTURE(attribution)
{
	char dir[64];
	struct lab_results r;
	struct lab_kernel kernel;
	struct lab_error e;
};

/* A shell's commands in the directory. */
static int sh(const char *dir, const char *commands)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .dir = dir };
	struct lab_error e;
	int ret;

	lab_argv_add_all(&argv, "sh", "-ec", commands, NULL);
	ret = lab_process_must(&p, &e);
	lab_argv_free(&argv);
	return ret;
}

FIXTURE_SETUP(attribution)
{
	memset(self, 0, sizeof(*self));
	strcpy(self->dir, "/tmp/lab_attribution_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, sh(self->dir, "mkdir -p suite/build/tree out; cd suite; git init -q; echo x >x; "
			"git add x; git -c user.name=x -c user.email=x commit -qm x; "
			"echo CONFIG_X=y >build/tree/.config"));
	snprintf(self->r.out, sizeof(self->r.out), "%s/out", self->dir);
	snprintf(self->kernel.build, sizeof(self->kernel.build), "%s/suite/build/tree", self->dir);
	snprintf(self->kernel.image, sizeof(self->kernel.image), "%s/vmlinux", self->dir);
	strcpy(self->kernel.release, "6.1");
}

FIXTURE_TEARDOWN(attribution)
{
	EXPECT_EQ(0, lab_remove_tree(self->dir, &self->e));
	lab_results_free(&self->r);
}

static int attribute(struct lab_results *r, const struct lab_kernel *k, const char *dir,
		     struct lab_error *e)
{
	char *repo = lab_format("%s/suite", dir);
	int ret = lab_attribute(r, k, repo, e);

	free(repo);
	return ret;
}

TEST_F(attribution, suite_and_configuration)
{
	char *config;

	ASSERT_EQ(0, attribute(&self->r, &self->kernel, self->dir, &self->e));
	EXPECT_EQ(40, strlen(self->r.suite_revision));
	EXPECT_NE('\0', self->r.host[0]);
	EXPECT_TRUE(self->r.has_config);
	config = lab_read_or_empty(self->r.out, LAB_KERNEL_CONFIG);
	EXPECT_STREQ("CONFIG_X=y\n", config);
	free(config);
	ASSERT_EQ(0, sh(self->dir, "echo y >suite/x; rm suite/build/tree/.config"));
	ASSERT_EQ(0, attribute(&self->r, &self->kernel, self->dir, &self->e));
	EXPECT_STREQ("-dirty", self->r.suite_revision + 40);
	EXPECT_FALSE(self->r.has_config);
	EXPECT_FALSE(lab_has(self->r.out, LAB_KERNEL_CONFIG));
}

/* Kernels lie in the suite's own build directory, too. */
TEST_F(attribution, the_commit_of_a_kernel_is_its_own)
{
	ASSERT_EQ(0, attribute(&self->r, &self->kernel, self->dir, &self->e));
	EXPECT_STREQ("", self->r.kernel_commit);
	ASSERT_EQ(0, sh(self->dir, "cd suite/build/tree; git init -q; git add .config; "
			"git -c user.name=x -c user.email=x commit -qm x"));
	ASSERT_EQ(0, attribute(&self->r, &self->kernel, self->dir, &self->e));
	EXPECT_EQ(40, strlen(self->r.kernel_commit));
	EXPECT_STRNE(self->r.suite_revision, self->r.kernel_commit);
}

TEST_HARNESS_MAIN
