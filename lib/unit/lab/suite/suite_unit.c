// SPDX-License-Identifier: GPL-2.0
/*
 * The suite's description: what is read out of it, how tests are selected, and
 * what each mistake in the file is answered.
 */
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "suite/suite.h"

static const char good[] =
	"{ \"name\": \"s\", \"parameters\": [ \"a=1\" ],"
	"  \"architectures\": {"
	"    \"x86_64\": { \"cpu\": \"EPYC\","
	"      \"modes\": { \"one\": {}, \"two\": { \"parameters\": [ \"b=2\", \"c\" ] } } },"
	"    \"arm64\": { \"cpu\": \"new\", \"parameters\": [ \"d\" ], \"modules\": [ { \"name\": \"k\" } ],"
	"      \"modes\": { \"three\": {}, \"four\": { \"cpu\": \"old\", \"parameters\": [ \"e\" ] } } } },"
	"  \"modules\": [ { \"name\": \"m\", \"optional\": true }, { \"name\": \"n\" } ],"
	"  \"external_modules\": [ { \"name\": \"x\", \"dir\": \"d/x\" },"
	"    { \"name\": \"y\", \"dir\": \"d/y\", \"program\": \"q_test\" } ],"
	"  \"disks\": [ { \"filesystem\": \"ext4\", \"size_mib\": 8, \"mount\": \"/disk\" },"
	"    { \"filesystem\": \"ext4\", \"size_mib\": 9, \"mount\": \"/pmem\", \"pmem\": true } ],"
	"  \"profiles\": {"
	"    \"default\": [ { \"program\": \"p_test\", \"timeout\": 5 },"
	"                   { \"program\": \"q_test\", \"args\": [ \"-v\", \"x y\" ], \"timeout\": 6 } ],"
	"    \"full\": [ { \"program\": \"r_test\", \"timeout\": 7 } ] } }";

static int read_suite(const char *text, const struct lab_suite_select *select,
		      struct lab_suite *suite, struct lab_error *e)
{
	struct lab_suite_select with = *select;
	char path[] = "/tmp/lab_suite_unit.XXXXXX";
	int fd = mkstemp(path), ret;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	e->text[0] = '\0';
	if (!with.arch)
		with.arch = &lab_arch_x86_64;
	ret = lab_suite_read(path, &with, suite, e);
	unlink(path);
	return ret;
}

TEST(defaults)
{
	struct lab_suite_select select = { NULL };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e)) {
		TH_LOG("%s", e.text);
	}
	EXPECT_STREQ("s", s.name);
	EXPECT_STREQ("one", s.mode);
	EXPECT_STREQ("EPYC", s.cpu);
	EXPECT_STREQ("default", s.profile);
	EXPECT_STREQ("a=1", s.parameters);
	ASSERT_EQ(4, s.nr_modules);
	EXPECT_STREQ("m", s.modules[0].name);
	EXPECT_TRUE(s.modules[0].optional);
	EXPECT_EQ(NULL, s.modules[0].dir);
	EXPECT_FALSE(s.modules[1].optional);
	EXPECT_STREQ("d/x", s.modules[2].dir);
	EXPECT_EQ(NULL, s.modules[2].program);
	EXPECT_STREQ("q_test", s.modules[3].program);
	EXPECT_TRUE(lab_suite_runs(&s, "q_test"));
	EXPECT_FALSE(lab_suite_runs(&s, "r_test"));
	ASSERT_EQ(2, s.nr_disks);
	EXPECT_STREQ("ext4", s.disks[0].filesystem);
	EXPECT_STREQ("/disk", s.disks[0].mount);
	EXPECT_EQ(8, s.disks[0].size_mib);
	EXPECT_FALSE(s.disks[0].pmem);
	EXPECT_TRUE(s.disks[1].pmem);
	ASSERT_EQ(2, s.nr_programs);
	EXPECT_STREQ("p_test", s.programs[0].name);
	EXPECT_EQ(0, s.programs[0].args.nr);
	EXPECT_EQ(5, s.programs[0].timeout);
	ASSERT_EQ(2, s.programs[1].args.nr);
	EXPECT_STREQ("x y", s.programs[1].args.words[1]);
	lab_suite_free(&s);
}

TEST(mode_and_profile)
{
	struct lab_suite_select select = { .mode = "two", .profile = "full" };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("a=1 b=2 c", s.parameters);
	ASSERT_EQ(1, s.nr_programs);
	EXPECT_STREQ("r_test", s.programs[0].name);
	lab_suite_free(&s);
}

/*
 * Its parameters and modules join the others, a mode may have a CPU of its own, and not every
 * machine has persistent memory.
 */
TEST(architecture)
{
	struct lab_suite_select select = { .arch = &lab_arch_arm64 };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e)) {
		TH_LOG("%s", e.text);
	}
	EXPECT_STREQ("three", s.mode);
	EXPECT_STREQ("new", s.cpu);
	EXPECT_STREQ("a=1 d", s.parameters);
	ASSERT_EQ(5, s.nr_modules);
	EXPECT_STREQ("k", s.modules[0].name);
	ASSERT_EQ(1, s.nr_disks);
	EXPECT_FALSE(s.disks[0].pmem);
	lab_suite_free(&s);
	select.mode = "four";
	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("old", s.cpu);
	EXPECT_STREQ("a=1 d e", s.parameters);
	lab_suite_free(&s);
	select.mode = "one";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("one: no mode of that name; there are: three four", e.text);
	select = (struct lab_suite_select){ .arch = &lab_arch_riscv64 };
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("riscv64: no architecture of that name; there are: x86_64 arm64", e.text);
}

TEST(selection_by_program_and_case)
{
	struct lab_suite_select select = { .tests = "q*:*anon*" };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	ASSERT_EQ(1, s.nr_programs);
	EXPECT_STREQ("q_test", s.programs[0].name);
	ASSERT_EQ(4, s.programs[0].args.nr);
	EXPECT_STREQ("-t", s.programs[0].args.words[2]);
	EXPECT_STREQ("*anon*", s.programs[0].args.words[3]);
	lab_suite_free(&s);

	select.tests = "p_test:";
	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	EXPECT_EQ(0, s.programs[0].args.nr);
	lab_suite_free(&s);
}

TEST(several_patterns)
{
	struct lab_suite_select select = { .tests = "p_test:a q*:*anon*  q*:b" };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	ASSERT_EQ(2, s.nr_programs);
	ASSERT_EQ(2, s.programs[0].args.nr);
	EXPECT_STREQ("a", s.programs[0].args.words[1]);
	ASSERT_EQ(6, s.programs[1].args.nr);
	EXPECT_STREQ("*anon*", s.programs[1].args.words[3]);
	EXPECT_STREQ("b", s.programs[1].args.words[5]);
	lab_suite_free(&s);
}

static const char tests[] =
	"{ \"programs\": { \"q_test\": { \"tests\": {"
	"    \"q.anon.munmap.guest\": { \"default\": true }, \"q.memfd.munmap.guest\": { \"default\": true }, \"q.file.mremap.guest\": { \"default\": true } } },"
	"  \"r_test\": { \"tests\": { \"r.all\": { \"default\": true } } } } }";

TEST(patterns_are_held_against_the_manifest)
{
	json_t *manifest = json_loads(tests, 0, NULL);
	struct lab_suite_select select = { .tests = "q_test:*anon* q*:*munmap*", .manifest = manifest };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_NE(NULL, manifest);
	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	ASSERT_EQ(1, s.nr_programs);
	EXPECT_EQ(6, s.programs[0].args.nr);
	lab_suite_free(&s);

	/* A pattern of a program that the manifest does not know may be right. */
	select.tests = "*:*anon*";
	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	EXPECT_EQ(2, s.nr_programs);
	lab_suite_free(&s);

	select.tests = "q_test:*mefd.munmap.guest";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("no test matches 'q_test:*mefd.munmap.guest'; "
		     "nearest: 'q_test:q.memfd.munmap.guest'; see build/lab list",
		     e.text);
	/* One pattern that selects something does not excuse another. */
	select.tests = "q_test:*anon* q_test:?.file";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_NE(NULL, strstr(e.text, "nearest: 'q_test:q.file.mremap.guest'"));
	/* Of another profile. */
	select.tests = "r_test:r.all";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	select.tests = "q_tset";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("no program of profile default matches 'q_tset'; did you mean q_test?", e.text);
	json_decref(manifest);
}

TEST(patterns_narrow_what_would_run)
{
	static const char cases[] = "{ \"programs\": { \"q_test\": { \"tests\": {"
		" \"q.a\": { \"default\": true, \"case\": \"q.a/x.1\" },"
		" \"q.a/x.1\": { \"all\": true }, \"q.a/y.1\": { \"all\": true },"
		" \"q.a/z.1\": {} } } } }";
	struct lab_suite_select select = { .manifest = json_loads(cases, 0, NULL) };
	static const struct {
		const char *tests, *args;
		int ret;
	} rows[] = {
		{ "q_test:q.a", NULL, 0 },
		{ "q_test:*/x.*", NULL, 0 },		/* chosen for q.a */
		{ "q_test:*/y.*", NULL, -ESRCH },	/* not chosen */
		{ "q_test:*/y.*", "-x -a", 0 },
		{ "q_test:q.?", "-a", 0 },
		{ "q_test:*/z.*", "-a", -ESRCH },
		{ "q_test:q.a/z.1", NULL, 0 },		/* by its whole name */
	};
	struct lab_suite s;
	struct lab_error e;

	ASSERT_NE(NULL, select.manifest);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		select.tests = rows[i].tests;
		select.args = rows[i].args;
		EXPECT_EQ(rows[i].ret, read_suite(good, &select, &s, &e)) {
			TH_LOG("%s %s", rows[i].tests, rows[i].args ?: "");
		}
		lab_suite_free(&s);
	}
	json_decref(select.manifest);
}

TEST(programs_without_a_selected_test_are_left_out)
{
	static const char two[] = "{ \"programs\": { \"p_test\": { \"tests\": { \"p.a\": { \"default\": true } } },"
		" \"q_test\": { \"tests\": { \"q.b\": { \"default\": true } } } } }";
	json_t *manifest = json_loads(two, 0, NULL);
	struct lab_suite_select select = { .tests = "*:*.b", .manifest = manifest };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_NE(NULL, manifest);
	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	ASSERT_EQ(1, s.nr_programs);
	EXPECT_STREQ("q_test", s.programs[0].name);
	lab_suite_free(&s);
	json_decref(manifest);
}

TEST(more_arguments)
{
	struct lab_suite_select select = { .tests = "q*:*anon*", .args = " -s  7 -n 3" };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	ASSERT_EQ(8, s.programs[0].args.nr);
	EXPECT_STREQ("*anon*", s.programs[0].args.words[3]);
	EXPECT_STREQ("-s", s.programs[0].args.words[4]);
	EXPECT_STREQ("3", s.programs[0].args.words[7]);
	lab_suite_free(&s);
}

TEST(selections_of_nothing)
{
	struct lab_suite_select select = { .tests = "z*" };
	struct lab_suite s;
	struct lab_error e;

	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("no program of profile default matches 'z*'; see build/lab list", e.text);
	select = (struct lab_suite_select){ .mode = "three" };
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("three: no mode of that name; there are: one two", e.text);
	select = (struct lab_suite_select){ .profile = "quick" };
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("quick: no profile of that name; there are: default full", e.text);
}

/* Replace @from by @to in the good file, and expect the reader to say @complaint. */
static int spoilt(const char *from, const char *to, struct lab_error *e)
{
	const struct lab_suite_select select = { NULL };
	const char *at = strstr(good, from);
	char text[sizeof(good) + 512];
	struct lab_suite s;
	int ret;

	if (!at)
		abort();
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	ret = read_suite(text, &select, &s, e);
	if (!ret)
		lab_suite_free(&s);
	return ret;
}

#define EXPECT_COMPLAINT(complaint, from, to) do {		\
	struct lab_error e_;					\
	EXPECT_EQ(-EINVAL, spoilt(from, to, &e_));		\
	EXPECT_NE(NULL, strstr(e_.text, complaint)) {		\
		TH_LOG("said: %s", e_.text);			\
	}							\
} while (0)

#define A_DISK "{ \"filesystem\": \"ext2\", \"size_mib\": 1, \"mount\": \"/d\" }, "

TEST(mistakes)
{
	EXPECT_COMPLAINT("line 1", "{ \"name\"", "{ name");
	EXPECT_COMPLAINT("left unpacked: cpus", "\"cpu\"", "\"cpus\": \"\", \"cpu\"");
	EXPECT_COMPLAINT("x86_64: Expected string, got integer: {\"cpu\":7", "\"EPYC\"", "7");
	EXPECT_COMPLAINT("a kernel parameter: Expected string", "\"a=1\"", "1");
	EXPECT_COMPLAINT("Object item not found: dir: {\"name\":\"x\"}", ", \"dir\": \"d/x\"", "");
	EXPECT_COMPLAINT("\"modules\": 1 object item(s) left unpacked: program", "\"name\": \"n\"",
			 "\"name\": \"n\", \"program\": \"q_test\"");
	EXPECT_COMPLAINT("left unpacked: dir", "\"name\": \"n\"", "\"name\": \"n\", \"dir\": \"d\"");
	EXPECT_COMPLAINT("one of \"modules\": Expected true or false, got string", "true", "\"yes\"");
	EXPECT_COMPLAINT("\"timeout\" must be a number", "\"timeout\": 5", "\"timeout\": 0");
	EXPECT_COMPLAINT("must be ext2, ext3 or ext4", "ext4", "vfat");
	EXPECT_COMPLAINT("must be a number of MiB", "\"size_mib\": 8", "\"size_mib\": -8");
	EXPECT_COMPLAINT("must be an absolute path", "\"/disk\"", "\"disk\"");
	EXPECT_COMPLAINT("must be an absolute path", "\"/disk\"", "\"/my disk\"");
	EXPECT_COMPLAINT("one of \"disks\": Object item not found: mount", ", \"mount\": \"/disk\"", "");
	EXPECT_COMPLAINT("left unpacked: size", "\"size_mib\"", "\"size\": 1, \"size_mib\"");
	EXPECT_COMPLAINT("more than 4", "\"disks\": [ ",
			 "\"disks\": [ " A_DISK A_DISK A_DISK A_DISK);
	EXPECT_COMPLAINT("the bare name", "p_test", "p/test");
	EXPECT_COMPLAINT("tabs or newlines", "x y", "x\\ty");
	EXPECT_COMPLAINT("must be COLLECTION:TEST", "\"timeout\": 5",
			 "\"timeout\": 5, \"kselftest\": \"x\"");
	EXPECT_COMPLAINT("with the number in parentheses", "\"timeout\": 5",
			 "\"timeout\": 5, \"figures\": [ { \"name\": \"n\", \"pattern\": \"[0-9]\", "
			 "\"unit\": \"us\" } ]");
	EXPECT_COMPLAINT("\"args\" must be an array", "[ \"-v\", \"x y\" ]", "\"-v\"");
	EXPECT_COMPLAINT("\"modes\" must be an object", "\"one\": {}, \"two\": "
			 "{ \"parameters\": [ \"b=2\", \"c\" ] }", "");
}

TEST(no_file)
{
	struct lab_suite_select select = { NULL };
	struct lab_suite s;
	struct lab_error e;

	EXPECT_EQ(-ENOENT, lab_suite_read("/nonexistent/suite.json", &select, &s, &e));
	EXPECT_NE(NULL, strstr(e.text, "/nonexistent/suite.json"));
}

TEST(programs_left_out)
{
	struct lab_suite_select select = { .tests = "!q*" };
	struct lab_suite s;
	struct lab_error e;

	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	ASSERT_EQ(1, s.nr_programs);
	EXPECT_STREQ("p_test", s.programs[0].name);
	lab_suite_free(&s);
	select.tests = "p_test q_test !q_test";
	ASSERT_EQ(0, read_suite(good, &select, &s, &e));
	EXPECT_EQ(1, s.nr_programs);
	lab_suite_free(&s);
	select.tests = "!x_test";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_NE(NULL, strstr(e.text, "matches '!x_test'"));
	select.tests = "p_test !?_test";
	EXPECT_EQ(-ESRCH, read_suite(good, &select, &s, &e));
	EXPECT_STREQ("'p_test !?_test' leaves no program of profile default", e.text);
}

TEST_HARNESS_MAIN
