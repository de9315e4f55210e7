// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of what leads to a board, with an ssh that reaches none: it does what the file
 * "ssh.sh" says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/text.h"
#include "bed/board.h"

#include "kselftest_harness.h"

#define UP	"echo a-boot-id"
#define DENIED	"echo 'board: Permission denied (publickey).' >&2; exit 255"
#define REFUSED	"echo 'ssh: connect to host board port 22: Connection refused' >&2; exit 255"

FIXTURE(board) {
	char dir[64];
	struct lab_board b;
	struct lab_error e;
};

static void write_file(const char *dir, const char *name, const char *text)
{
	char *path = lab_format("%s/%s", dir, name);

	lab_write_file(path, text, strlen(text), NULL);
	chmod(path, 0755);
	free(path);
}

static void ssh_does(const char *dir, const char *what)
{
	char *text = lab_format("#!/bin/sh\n%s\n", what);

	write_file(dir, "ssh", text);
	free(text);
}

FIXTURE_SETUP(board)
{
	char *path;

	strcpy(self->dir, "/tmp/lab_board_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	path = lab_format("%s:%s", self->dir, getenv("PATH"));
	setenv("PATH", path, 1);
	free(path);
	memset(&self->b, 0, sizeof(self->b));
}

FIXTURE_TEARDOWN(board)
{
	json_decref(self->b.json);
	lab_remove_tree(self->dir, NULL);
}

/* @json with " for '. */
static int read_json(const char *dir, const char *json, struct lab_board *b, struct lab_error *e)
{
	char *text = lab_strdup(json), *path = lab_format("%s/board.json", dir);
	int ret;

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	write_file(dir, "board.json", text);
	ret = lab_board_read(path, b, e);
	free(path);
	free(text);
	return ret;
}

#define EXPECT_COMPLAINT(words, file) do {							\
	EXPECT_EQ(-EINVAL, read_json(self->dir, file, &self->b, &self->e));		\
	EXPECT_NE(NULL, strstr(self->e.text, words)) {					\
		TH_LOG("said: %s", self->e.text);					\
	}										\
	json_decref(self->b.json);							\
	self->b.json = NULL;								\
} while (0)

TEST_F(board, mistakes_are_named)
{
	EXPECT_EQ(-EINVAL, lab_board_read("/nonexistent", &self->b, &self->e));
	EXPECT_STREQ("--bed ssh:FILE: unable to open /nonexistent: No such file or directory",
		     self->e.text);
	EXPECT_COMPLAINT("board.json: ", "{");
	EXPECT_COMPLAINT("Object item not found: ssh", "{}");
	EXPECT_COMPLAINT("kernal", "{ 'ssh': 'x', 'kernal': 'kexec' }");
	EXPECT_COMPLAINT("reboot", "{ 'ssh': 'x', 'power': { 'reboot': 'y' } }");
	EXPECT_COMPLAINT("an array is wanted", "{ 'ssh': 'x', 'ssh_options': 'y' }");
	EXPECT_COMPLAINT("words are wanted", "{ 'ssh': 'x', 'ssh_options': [ 1 ] }");
	EXPECT_COMPLAINT("a plain absolute path", "{ 'ssh': 'x', 'directory': 'tmp' }");
	EXPECT_COMPLAINT("a plain absolute path", "{ 'ssh': 'x', 'directory': '/' }");
	EXPECT_COMPLAINT("a plain absolute path", "{ 'ssh': 'x', 'directory': '/a b' }");
}

TEST_F(board, what_is_left_out_has_defaults)
{
	ASSERT_EQ(0, read_json(self->dir, "{ 'ssh': 'x' }", &self->b, &self->e));
	EXPECT_FALSE(lab_board_boots(&self->b));
	EXPECT_STREQ("/var/tmp/mn-lab", self->b.directory);
	EXPECT_EQ(300, self->b.boot_seconds);
	EXPECT_EQ(NULL, self->b.console);
	EXPECT_FALSE(lab_board_is_off(&self->b));
	EXPECT_EQ(-EOPNOTSUPP, lab_board_power(self->b.nmi, &self->e));
}

TEST_F(board, options_come_before_the_name)
{
	struct lab_argv a = { NULL };

	ASSERT_EQ(0, read_json(self->dir, "{ 'ssh': 'me@x', 'ssh_options': [ '-p', '2' ] }", &self->b,
			       &self->e));
	lab_board_words(&self->b, &a, "uname -r");
	ASSERT_LT(5, a.nr);
	EXPECT_STREQ("ssh", a.words[0]);
	EXPECT_STREQ("-p", a.words[a.nr - 4]);
	EXPECT_STREQ("me@x", a.words[a.nr - 2]);
	EXPECT_STREQ("uname -r", a.words[a.nr - 1]);
	lab_argv_free(&a);
}

TEST_F(board, is_up_or_refuses_or_denies)
{
	char word[LAB_BOARD_WORD];

	ASSERT_EQ(0, read_json(self->dir, "{ 'ssh': 'x' }", &self->b, &self->e));
	ssh_does(self->dir, UP);
	EXPECT_EQ(LAB_BOARD_UP, lab_board_probe(&self->b, word));
	EXPECT_STREQ("a-boot-id", word);
	ssh_does(self->dir, REFUSED);
	EXPECT_EQ(LAB_BOARD_REFUSES, lab_board_probe(&self->b, word));
	ssh_does(self->dir, DENIED);
	EXPECT_EQ(LAB_BOARD_DENIES, lab_board_probe(&self->b, word));
	EXPECT_STREQ("board: Permission denied (publickey).", word);
}

/* A power supply that is a file; its board is up when that says "on" or "cycled". */
static int read_powered(const char *dir, struct lab_board *b, struct lab_error *e)
{
	char *json = lab_format("{ 'ssh': 'x', 'boot_seconds': 1, 'power': { 'on': 'echo on >%s/power', "
				"'cycle': 'echo cycled >%s/power', 'status': 'cat %s/power' } }",
				dir, dir, dir);
	int ret = read_json(dir, json, b, e);

	free(json);
	return ret;
}

static bool power_is(const char *dir, const char *what)
{
	char *is = lab_read_or_empty(dir, "power");
	bool yes = !strcmp(is, what);

	free(is);
	return yes;
}

TEST_F(board, one_that_is_off_is_switched_on)
{
	char word[LAB_BOARD_WORD];

	ASSERT_EQ(0, read_powered(self->dir, &self->b, &self->e));
	write_file(self->dir, "power", "off\n");
	ssh_does(self->dir, "grep -q on ${0%/*}/power && " UP);
	EXPECT_TRUE(lab_board_is_off(&self->b));
	EXPECT_EQ(0, lab_board_reach(&self->b, word, &self->e));
	EXPECT_STREQ("a-boot-id", word);
	EXPECT_TRUE(power_is(self->dir, "on\n"));
}

TEST_F(board, one_that_hangs_has_its_power_cycled)
{
	char word[LAB_BOARD_WORD];

	ASSERT_EQ(0, read_powered(self->dir, &self->b, &self->e));
	write_file(self->dir, "power", "on\n");
	ssh_does(self->dir, "grep -q cycled ${0%/*}/power || { " REFUSED "; }; " UP);
	EXPECT_EQ(0, lab_board_reach(&self->b, word, &self->e));
	ssh_does(self->dir, REFUSED);
	EXPECT_EQ(-EIO, lab_board_reach(&self->b, word, &self->e));
	EXPECT_STREQ("x: no login within 1 s: ssh: connect to host board port 22: Connection refused",
		     self->e.text);
}

TEST_F(board, a_wrong_key_is_no_reason_to_cycle_the_power)
{
	char word[LAB_BOARD_WORD];

	ASSERT_EQ(0, read_powered(self->dir, &self->b, &self->e));
	write_file(self->dir, "power", "on\n");
	ssh_does(self->dir, DENIED);
	EXPECT_EQ(-EACCES, lab_board_reach(&self->b, word, &self->e));
	EXPECT_TRUE(power_is(self->dir, "on\n"));
}

TEST_HARNESS_MAIN
