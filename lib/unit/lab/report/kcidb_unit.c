// SPDX-License-Identifier: GPL-2.0
/*
 * What KCIDB is given, against what its schema asks for: one violation and it refuses all.
 */
#include <kselftest_harness.h>

#include <regex.h>

#include "base/text.h"
#include "report/kcidb.h"
#include "report/report.h"
#include "verdict/record.h"

/* Of each member its type: a pattern for text, or one of the words below. */
struct member {
	const char *name, *type;
	bool required;
};

static const struct member checkout[] = {
	{ "id", "^[a-z0-9_]+:.*$", true }, { "origin", "^[a-z0-9_]+$", true },
	{ "git_commit_hash", "^[0-9a-f]{40}$", false }, { "comment", ".", false },
	{ "valid", "bool", false }, { NULL }
};
static const struct member build[] = {
	{ "id", "^[a-z0-9_]+:.*$", true }, { "origin", "^[a-z0-9_]+$", true },
	{ "checkout_id", "^[a-z0-9_]+:.*$", true }, { "architecture", "^[a-z0-9_]*$", false },
	{ "comment", ".", false }, { "status", "^(FAIL|ERROR|MISS|PASS|DONE|SKIP)$", false }, { NULL }
};
static const struct member test[] = {
	{ "id", "^[a-z0-9_]+:.*$", true }, { "origin", "^[a-z0-9_]+$", true },
	{ "build_id", "^[a-z0-9_]+:.*$", true },
	{ "path", "^([a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*)?$", false },
	{ "status", "^(FAIL|ERROR|MISS|PASS|DONE|SKIP)$", false },
	{ "start_time", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", true },
	{ "duration", "number", false }, { "log_excerpt", "excerpt", false },
	{ "number", "object", false }, { "environment", "object", false }, { NULL }
};

static const struct member issue[] = {
	{ "id", "^[a-z0-9_]+:.*$", true }, { "origin", "^[a-z0-9_]+$", true },
	{ "version", "number", true }, { "culprit", "object", false }, { "comment", ".", false }, { NULL }
};
static const struct member incident[] = {
	{ "id", "^[a-z0-9_]+:.*$", true }, { "origin", "^[a-z0-9_]+$", true },
	{ "issue_id", "^[a-z0-9_]+:.*$", true }, { "issue_version", "number", true },
	{ "test_id", "^[a-z0-9_]+:.*$", false }, { "present", "bool", false }, { NULL }
};

static bool fits(json_t *value, const char *type)
{
	regex_t re;
	bool ok;

	if (!strcmp(type, "bool"))
		return json_is_boolean(value);
	if (!strcmp(type, "number"))
		return json_is_number(value);
	if (!strcmp(type, "object"))
		return json_object_size(value);
	if (!strcmp(type, "excerpt"))
		return json_is_string(value) && json_string_length(value) <= 16384;
	if (!json_is_string(value) || regcomp(&re, type, REG_EXTENDED | REG_NOSUB))
		return false;
	ok = !regexec(&re, json_string_value(value), 0, NULL, 0);
	regfree(&re);
	return ok;
}

/* The first member of one of @objects that is not as it has to be; to be freed. NULL: none. */
static char *wrong(json_t *objects, const struct member *members)
{
	json_t *one, *value;
	const char *key;
	size_t i, n;

	json_array_foreach(objects, i, one) {
		for (n = 0; members[n].name; n++)
			if (members[n].required && !json_object_get(one, members[n].name))
				return lab_format("no %s", members[n].name);
		json_object_foreach(one, key, value) {
			for (n = 0; members[n].name && strcmp(members[n].name, key); n++)
				;
			if (!members[n].name || !fits(value, members[n].type))
				return lab_format("%s: %s", key, json_string_value(value));
		}
	}
	return NULL;
}

/* Results with all states, names that are no paths, and evidence without end. */
static json_t *make_results(const char *commit)
{
	json_t *long_lines = json_array();

	for (int i = 0; i < 2000; i++)
		json_array_append_new(long_lines, json_sprintf("# line %d of many", i));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s,"
			 " s:[{s:s, s:s}, {s:s, s:s}],"
			 " s:[{s:s, s:s, s:s, s:s, s:s, s:i, s:[s]}, {s:s, s:s, s:s, s:n, s:o},"
			 "    {s:s, s:s, s:s, s:s, s:[]}, {s:s, s:s, s:s, s:s, s:[]}]}",
		"kernel", "6.1.0 x", "kernel_commit", commit, "kernel_build_id", "ab12",
		"architecture", "x86_64", "bed", "qemu", "topology", "numa2", "mode", "tdp",
		"host", "h", "started", "2026-01-02T03:04:05Z",
		"programs", "name", "a_test", "state", "done", "name", "b_test", "state", "not run",
		"cases", "program", "a_test", "name", "u.anon.x/sweep.none.2vcpu", "status", "pass",
			"reason", "", "started", "2026-01-02T03:04:06Z", "ms", 1500,
			"diagnostics", "# rounds 4, visits/s 290 (baseline 3), gaps",
		"program", "a_test", "name", "odd..name. é", "status", "fail", "reason",
			"diagnostics", long_lines,
		"program", "a_test", "name", "", "status", "error", "reason", "no memory", "diagnostics",
		"program", "a_test", "name", "s", "status", "skip", "reason", "no swap", "diagnostics");
}

#define EXPECT_ALL(key, members) do {						\
	char *wrong_ = wrong(json_object_get(j, key), members);			\
	EXPECT_EQ(NULL, wrong_) TH_LOG("%s: %s", key, wrong_);			\
	free(wrong_);								\
} while (0)

TEST(keeps_to_the_schema)
{
	json_t *results = make_results("0123456789012345678901234567890123456789");
	json_t *j = lab_kcidb(results, "lab_1"), *one;

	EXPECT_ALL("checkouts", checkout);
	EXPECT_ALL("builds", build);
	EXPECT_ALL("tests", test);
	EXPECT_EQ(6, json_object_size(j));
	ASSERT_EQ(5, json_array_size(json_object_get(j, "tests")));
	one = json_array_get(json_object_get(j, "tests"), 0);
	EXPECT_STREQ("kselftest.kvm.mmu_notifier.a_test.u.anon.x.sweep.none.2vcpu",
		     json_string_value(json_object_get(one, "path")));
	EXPECT_EQ(1.5, json_number_value(json_object_get(one, "duration")));
	EXPECT_EQ(290, json_number_value(json_object_get(json_object_get(one, "number"), "value")));
	one = json_array_get(json_object_get(j, "tests"), 4);
	EXPECT_STREQ("MISS", json_string_value(json_object_get(one, "status")));
	/* A known failure is a failure, an issue and an incident. */
	one = json_array_get(json_object_get(results, "cases"), 1);
	json_object_set_new(one, "issue", json_pack("{s:s, s:s}", "reason", "so", "link", "x.md"));
	json_object_set_new(one, "status", json_string("xfail"));
	json_decref(j);
	j = lab_kcidb(results, "lab_1");
	EXPECT_ALL("issues", issue);
	EXPECT_ALL("incidents", incident);
	EXPECT_EQ(1, json_array_size(json_object_get(j, "issues")));
	ASSERT_EQ(1, json_array_size(json_object_get(j, "incidents")));
	one = json_array_get(json_object_get(j, "tests"), 1);
	EXPECT_STREQ("FAIL", json_string_value(json_object_get(one, "status")));
	json_decref(j);
	json_decref(results);
}

struct row {
	const char *path, *status;	/* below PATH_ROOT, but for "boot" */
	const char *lines;		/* that the program printed */
	struct channel_exit end;
	enum lab_cause cause;		/* the machine's end under it, or it ended by itself */
};

/* The rows of the table in lib/lab/README.md that are of one program. */
static const struct row rows[] = {
	{ "a.x", "PASS", "1..1\nok 1 x\n", { .code = 0 }, 0 },
	{ "b.x", "FAIL", "1..1\n# broken: contract 5: stale\nnot ok 1 x\n", { .code = 1 }, 0 },
	{ "c.x", "FAIL", "1..2\n#  RUN  x ...\n", { .code = -1, .signal = 11 }, 0 },
	{ "d", "FAIL", "1..1\nok 1 x\n", { .code = 1 }, 0 },
	{ "e.x", "FAIL", "1..1\n# broken: known words\nnot ok 1 x\n", { .code = 1 }, 0 },
	{ "f.x", "FAIL", "1..2\n#  RUN  x ...\n", { .code = 0 }, LAB_KERNEL },
	{ "g.x", "FAIL", "1..2\n#  RUN  x ...\n", { .code = -1, .stuck = true, .over_limit = true }, 0 },
	{ "h.x", "ERROR", "1..1\nnot ok 1 x # ERROR no memory\n", { .code = 1 }, 0 },
	{ "i.x", "ERROR", "1..2\n#  RUN  x ...\n", { .code = -1, .signal = 9, .over_limit = true }, 0 },
	{ "j.x", "ERROR", "1..2\n#  RUN  x ...\n", { .code = 0 }, LAB_TIME_OUT },
	{ "k.x", "ERROR", "1..2\n#  RUN  x ...\n", { .code = 0 }, LAB_LOST },
	{ "l", "ERROR", "", { .code = 127 }, 0 },
	{ "m", "ERROR", "1..2\nok 1 x\n", { .code = 0 }, 0 },
	{ "n.x", "SKIP", "1..1\nok 1 x # SKIP no swap\n", { .code = 4 }, 0 },
	{ "o", "SKIP", "1..0 # SKIP no /dev/kvm\n", { .code = 4 }, 0 },
	{ "p.x", "PASS", "1..1\nnot ok 1 x # TODO\n", { .code = 0 }, 0 },
};

static void run_row(struct lab_results *r, const struct row *row, struct lab_progress *silent)
{
	char *name = lab_format("%.1s", row->path);
	struct lab_record record;

	lab_record_start(&record, r, lab_results_add(r, name, ""), silent, NULL);
	for (const char *s = row->lines; *s; s += strcspn(s, "\n") + 1)
		lab_record_line(&record, s, strcspn(s, "\n"));
	if (row->cause)
		lab_record_abort(&record, row->cause, "the machine is no more", "");
	else
		lab_record_exit(&record, &row->end);
	free(name);
}

/* The status of the test with this path, with what KCIDB refuses looked for; "" if it has none. */
static const char *status_in(struct __test_metadata *_metadata, json_t *j, const char *path)
{
	json_t *tests = json_object_get(j, "tests"), *one;
	const char *status = "";
	size_t i, nr = 0;

	EXPECT_ALL("tests", test);
	json_array_foreach(tests, i, one)
		if (!strcmp(path, json_string_value(json_object_get(one, "path")))) {
			status = json_string_value(json_object_get(one, "status"));
			nr++;
		}
	EXPECT_GE(1, nr) TH_LOG("%s", path);
	return status;
}

static json_t *kcidb_of(const struct lab_results *r)
{
	json_t *results = lab_report_document(r), *j = lab_kcidb(results, "lab");

	json_decref(results);
	return j;
}

TEST(statuses_are_those_of_the_table)
{
	struct lab_results r = { .kernel = "6.1", .host = "h", .started = 1 };
	struct lab_progress silent;
	struct lab_program *p;
	json_t *j;

	lab_progress_init(&silent, stdout, true);
	r.parameters = lab_strdup("");
	r.command = lab_strdup("lab run");
	strcpy(r.not_run_why, "no more machines");
	r.known = json_pack("[{s:s, s:s, s:s, s:s}]", "test", "e:*", "message", "known words",
			    "reason", "so", "link", "x.md");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&r, &rows[i], &silent);
	p = lab_results_add(&r, "y", "");	/* a complaint of the kernel */
	p->state = LAB_PROGRAM_DONE;
	lab_program_add(p, "x", KTAP_PASS, "", "", 1);
	lab_program_splat(p, "WARNING: x", "");
	lab_results_add(&r, "z", "");		/* not run */
	j = kcidb_of(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = lab_format("kselftest.kvm.mmu_notifier.%s", rows[i].path);

		EXPECT_STREQ(rows[i].status, status_in(_metadata, j, path)) TH_LOG("%s", path);
		free(path);
	}
	EXPECT_STREQ("PASS", status_in(_metadata, j, "kselftest.kvm.mmu_notifier.y.x"));
	EXPECT_STREQ("FAIL", status_in(_metadata, j, "kselftest.kvm.mmu_notifier.y"));
	EXPECT_STREQ("MISS", status_in(_metadata, j, "kselftest.kvm.mmu_notifier.z"));
	EXPECT_STREQ("", status_in(_metadata, j, "boot"));
	EXPECT_EQ(1, json_array_size(json_object_get(j, "incidents")));
	json_decref(j);
	lab_results_free(&r);
	lab_progress_end(&silent);
}

TEST(boots_that_fail)
{
	struct lab_results r = { .kernel = "6.1", .host = "h", .started = 1 };
	json_t *j;

	r.parameters = lab_strdup("");
	r.command = lab_strdup("lab run");
	r.judgement.verdict = LAB_BOOT_FAILURE;
	strcpy(r.judgement.why, "Kernel panic - not syncing: x");
	lab_results_add(&r, "a", "");
	j = kcidb_of(&r);
	EXPECT_STREQ("FAIL", status_in(_metadata, j, "boot"));
	EXPECT_STREQ("MISS", status_in(_metadata, j, "kselftest.kvm.mmu_notifier.a"));
	json_decref(j);
	r.judgement.verdict = LAB_FAIL;
	lab_text_addf(&r.notes, "bed 2: " LAB_SPLAT_AT_BOOT "WARNING: x\n");
	j = kcidb_of(&r);
	EXPECT_STREQ("FAIL", status_in(_metadata, j, "boot"));
	json_decref(j);
	lab_results_free(&r);
}

TEST(the_worse_of_two_of_one_path)
{
	struct lab_results r = { .kernel = "6.1", .host = "h", .started = 1 };
	struct lab_program *p = lab_results_add(&r, "a", "");
	json_t *j;

	r.parameters = lab_strdup("");
	r.command = lab_strdup("lab run");
	p->state = LAB_PROGRAM_DONE;
	lab_program_add(p, "x/y", KTAP_SKIP, "", "", 1);
	lab_program_add(p, "x.y", KTAP_FAIL, "bad", "", 1);
	lab_program_add(p, "x:y", KTAP_PASS, "", "", 1);
	j = kcidb_of(&r);
	EXPECT_STREQ("FAIL", status_in(_metadata, j, "kselftest.kvm.mmu_notifier.a.x.y"));
	json_decref(j);
	lab_results_free(&r);
}

TEST(a_commit_with_changes_is_none)
{
	json_t *results = make_results("0123456789012345678901234567890123456789-dirty");
	json_t *j = lab_kcidb(results, "lab"), *one = json_array_get(json_object_get(j, "checkouts"), 0);

	EXPECT_EQ(NULL, json_object_get(one, "git_commit_hash"));
	EXPECT_STREQ("lab:6.1.0_x", json_string_value(json_object_get(one, "id")));
	json_decref(j);
	json_decref(results);
}

TEST_HARNESS_MAIN
