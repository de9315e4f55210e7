// SPDX-License-Identifier: GPL-2.0
/*
 * Cells: what is described is what is run, and whatever becomes of a cell's jobs, there is one
 * result of it or word of why there is none. A shell script stands in for the lab.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "engine/cell.h"

FIXTURE(cell) {
	struct lab_paths paths;
	struct lab_cell c;
	sigset_t signals;
	int stopped_by;
	struct lab_watch w;
	struct lab_error e;
};
typedef FIXTURE_DATA(cell) cell_data;

static void describe(struct lab_cell *c, const char *dir, const char *setup)
{
	const struct lab_options o = { .series = "6.1", .mode = "tdp", .args = "-n 3 -s 'a b'" };

	lab_cell_describe(c, dir, json_pack("{s:s, s:{s:s}}", "title", "6.1 tdp",
					     "setup", "programs", setup), &o);
}

FIXTURE_SETUP(cell)
{
	char *dir;

	strcpy(self->paths.build, "/tmp/lab_cell_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->paths.build));
	dir = lab_format("%s/6.1-tdp", self->paths.build);
	describe(&self->c, dir, "one");
	free(dir);
	ASSERT_EQ(0, lab_cell_write(&self->c, &self->e));
	ASSERT_EQ(0, lab_process_signals(&self->signals, &self->e));
	self->w = (struct lab_watch){ .paths = &self->paths, .signals = &self->signals,
				      .stopped_by = &self->stopped_by };
}

FIXTURE_TEARDOWN(cell)
{
	lab_cell_clear(&self->c);
	lab_remove_tree(self->paths.build, NULL);
}

/* Put @script in the lab's place; it is called with $out as the directory. */
static void play(struct __test_metadata *_metadata, cell_data *self, const char *script)
{
	char *path = lab_format("%s/lab", self->paths.build);
	char *text = lab_format("#!/bin/sh\nfor out; do :; done\ncd \"${0%%/*}\"\n%s\n", script);

	EXPECT_EQ(0, lab_write_file(path, text, strlen(text), NULL));
	EXPECT_EQ(0, chmod(path, 0755));
	free(text);
	free(path);
}

#define LEAVE(code) \
	"echo '{\"exit_code\": " #code ", \"reason\": \"it did\"}' >$out/results.json; "

/* Directories of runs that are not over. */
static int unfinished(const cell_data *self)
{
	DIR *dir = opendir(self->paths.build);
	struct dirent *entry;
	int nr = 0;

	while (dir && (entry = readdir(dir)))
		nr += !strncmp(entry->d_name, "6.1-tdp.", 8) && strcmp(entry->d_name, "6.1-tdp.job");
	if (dir)
		closedir(dir);
	return nr;
}

static bool says(const cell_data *self, const char *file, const char *text)
{
	char *found = lab_read_or_empty(self->c.dir, file);
	bool yes = !strcmp(found, text);

	free(found);
	return yes;
}

static bool has_result(const cell_data *self)
{
	json_t *results = lab_cell_results(&self->c);

	json_decref(results);
	return results;
}

/* Of a file beside the cell. */
static int lines(const cell_data *self, const char *name)
{
	char *text = lab_read_or_empty(self->paths.build, name);
	int nr = 0;

	for (const char *s = text; *s; s++)
		nr += *s == '\n';
	free(text);
	return nr;
}

TEST_F(cell, read_as_written)
{
	struct lab_cell read;

	ASSERT_EQ(0, lab_cell_read(&read, self->c.dir, &self->e));
	EXPECT_TRUE(json_equal(read.job, self->c.job));
	EXPECT_STREQ(self->c.stamp.hex, read.stamp.hex);
	EXPECT_STREQ("6.1 tdp", lab_cell_title(&read));
	EXPECT_STREQ("6.1-tdp", lab_cell_name(&read));
	lab_cell_clear(&read);
}

TEST_F(cell, no_description)
{
	struct lab_cell read;

	EXPECT_EQ(-EINVAL, lab_cell_read(&read, "/nonexistent/6.1-tdp", &self->e));
	lab_cell_clear(&read);
}

/* As a run is called by hand: words are words again, blanks in them too. */
TEST_F(cell, how_it_is_called)
{
	play(_metadata, self, LEAVE(0) "[ \"$1 $2 $3 $4 $5 $6 $7\" = "
	     "\"run --series 6.1 --args -n 3 -s 'a b' --mode tdp\" ]");
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_TRUE(has_result(self));
	EXPECT_EQ(0, unfinished(self));
}

TEST_F(cell, panic_is_a_result)
{
	play(_metadata, self, LEAVE(11) "exit 11");
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_TRUE(has_result(self));
}

TEST_F(cell, not_twice)
{
	play(_metadata, self, LEAVE(0) "echo >>$out/../runs; exit 0");
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_EQ(1, lines(self, "runs"));
}

/* Reports name where they will lie. */
TEST_F(cell, paths)
{
	char *text = lab_format("see %s/console.log, %s/table.md\n", self->c.dir, self->c.dir);

	play(_metadata, self, LEAVE(0)
	     "echo see $out/console.log, $out/table.md >$out/summary.txt; exit 0");
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_TRUE(says(self, "summary.txt", text));
	free(text);
}

TEST_F(cell, infrastructure_is_no_result)
{
	play(_metadata, self, LEAVE(13) "exit 13");
	EXPECT_EQ(-EIO, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_FALSE(has_result(self));
	EXPECT_TRUE(says(self, "lost", "it did"));
	EXPECT_TRUE(lab_has(self->c.dir, "lab.log"));
}

/* What stands there and is no result is replaced by one. */
TEST_F(cell, better_luck)
{
	play(_metadata, self, "exit 13");
	EXPECT_EQ(-EIO, lab_cell_run(&self->c, &self->w, &self->e));
	play(_metadata, self, LEAVE(1) "exit 1");
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_TRUE(has_result(self));
	EXPECT_FALSE(lab_has(self->c.dir, "lost"));
	EXPECT_EQ(0, unfinished(self));
}

TEST_F(cell, interrupted)
{
	play(_metadata, self, "trap 'exit 143' TERM; kill -INT $PPID; while :; do sleep 0.1; done");
	EXPECT_EQ(-EINTR, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_EQ(SIGINT, self->stopped_by);
	EXPECT_TRUE(says(self, "lost", "interrupted by signal 2"));
}

/* While it runs another job of the same cell comes to its end: that one's is the result. */
TEST_F(cell, second_is_removed)
{
	char *text = lab_format(LEAVE(0) "d=$out/../6.1-tdp; mkdir $d; echo first >$d/who; "
				"cp $out/results.json $d; printf %s >$d/stamp; "
				"exit 0", self->c.stamp.hex);

	play(_metadata, self, text);
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_TRUE(says(self, "who", "first\n"));
	EXPECT_TRUE(has_result(self));
	EXPECT_EQ(0, unfinished(self));
	free(text);
}

/* The same if the other has a result, and this one has trouble. */
TEST_F(cell, trouble_beside_a_result)
{
	char *text = lab_format("d=$out/../6.1-tdp; mkdir $d; echo '{}' >$d/results.json; "
				"printf %s >$d/stamp; exit 13", self->c.stamp.hex);

	play(_metadata, self, text);
	EXPECT_EQ(0, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_TRUE(has_result(self));
	EXPECT_FALSE(lab_has(self->c.dir, "lost"));
	EXPECT_EQ(0, lab_cell_lose(&self->c, "too late", &self->e));
	EXPECT_FALSE(lab_has(self->c.dir, "lost"));
	free(text);
}

/* Of many at once one is the result, and of the others nothing is left. */
TEST_F(cell, race)
{
	enum { JOBS = 8 };
	int status, good = 0;
	pid_t pid;

	play(_metadata, self, LEAVE(0) "echo >$out/all; sleep 0.2; exit 0");
	ASSERT_EQ(0, lab_make_dirs(self->c.dir, NULL));	/* of an earlier one, with no stamp */
	ASSERT_EQ(0, lab_cell_lose(&self->c, "a lost node", NULL));
	for (int i = 0; i < JOBS; i++) {
		pid = fork();
		if (!pid)
			_exit(lab_cell_run(&self->c, &self->w, &self->e) ? 1 : 0);
	}
	while (wait(&status) > 0)
		good += !status;
	EXPECT_EQ(JOBS, good);
	EXPECT_TRUE(has_result(self));
	EXPECT_TRUE(lab_has(self->c.dir, "all"));
	EXPECT_FALSE(lab_has(self->c.dir, "lost"));
	EXPECT_FALSE(lab_has(self->c.dir, ".lock"));
	EXPECT_EQ(0, unfinished(self));
}

/* A job that comes late, when its cell is of something else, leaves no trace. */
TEST_F(cell, late)
{
	struct lab_cell now;

	play(_metadata, self, LEAVE(0) "exit 0");
	describe(&now, self->c.dir, "two");
	ASSERT_EQ(0, lab_cell_write(&now, NULL));
	EXPECT_EQ(-ESTALE, lab_cell_run(&self->c, &self->w, &self->e));
	EXPECT_FALSE(lab_is_dir(self->c.dir));
	EXPECT_EQ(0, unfinished(self));
	lab_cell_clear(&now);
}

/* What is left of a job that was killed is swept, but not under one that runs. */
TEST_F(cell, sweep)
{
	pid_t pid;

	play(_metadata, self, "echo $$ >$out/../pid.tmp; mv $out/../pid.tmp $out/../pid; "
	     "exec sleep 60");
	pid = fork();
	if (!pid)
		_exit(lab_cell_run(&self->c, &self->w, &self->e) ? 1 : 0);
	while (!lab_has(self->paths.build, "pid"))
		usleep(10000);
	EXPECT_EQ(0, lab_cell_sweep(&self->c, &self->e));
	EXPECT_EQ(1, unfinished(self));
	kill(pid, SIGKILL);
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	/* The run is told by the kernel, and takes its time. */
	for (int i = 0; i < 500 && unfinished(self); i++) {
		EXPECT_EQ(0, lab_cell_sweep(&self->c, &self->e));
		usleep(10000);
	}
	EXPECT_EQ(0, unfinished(self));
	EXPECT_TRUE(lab_has(self->paths.build, "6.1-tdp.job"));
}

TEST_F(cell, cannot_be_run)
{
	struct lab_cell c;
	char *why;

	lab_cell_describe(&c, "/nonexistent/9.9", json_pack("{s:s}", "lost", "no such kernel"),
			  &(struct lab_options){ .series = "9.9" });
	EXPECT_EQ(-EINVAL, lab_cell_carry_out(&c, &self->w, &self->e));
	EXPECT_STREQ("no such kernel", self->e.text);
	why = lab_cell_lost(&c);
	EXPECT_STREQ("no such kernel", why);
	free(why);
	lab_cell_clear(&c);
}

TEST_HARNESS_MAIN
