// SPDX-License-Identifier: GPL-2.0
/*
 * What the image lists: modules to load, in the order that its builder worked out,
 * and disks to mount; and what the kernel's command line has for us. A kernel that lacks
 * one is no reason to run nothing: tests that need it skip.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/agent.h"
#include "host/hoststate.h"

#define LINE		" %255[^\n]"	/* the next that is not empty, for fscanf() */
#define CMDLINE_MAX	4096
#define WRITE		"lab.write="

/* A list of the image: NULL if it has none. */
static FILE *open_list(struct agent *ag, const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f && errno != ENOENT)
		agent_die(ag, "open(%s): %s", path, strerror(errno));
	return f;
}

/* Does "kvm-amd.npt=0" speak of kvm_amd? Returns the text behind the dot. */
static const char *parameter_of(const char *word, const char *name)
{
	for (; *name; name++, word++) {
		if (*word != *name && !(*word == '-' && *name == '_'))
			return NULL;
	}
	return *word == '.' ? word + 1 : NULL;
}

/*
 * The kernel applies "module.param=value" of its command line to built-in code
 * only; for modules that is the loader's job. @out is as large as @cmdline.
 */
static void collect_parameters(const char *cmdline, const char *name, char *out)
{
	for (const char *word = cmdline, *end; *word; word = end + strspn(end, " \n")) {
		const char *param = parameter_of(word, name);

		end = word + strcspn(word, " \n");
		if (param)
			out += sprintf(out, "%.*s ", (int)(end - param), param);
	}
	*out = '\0';
}

const char *agent_load_reason(int err)
{
	switch (err) {
	case ENOENT:	return "not there, or a symbol it needs is missing";
	case EOPNOTSUPP: return "not supported by this CPU";
	case ENOEXEC:	return "not a module for this kernel";
	default:	return strerror(err);
	}
}

int agent_load(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, params, 0) && errno != EEXIST)
		err = errno;
	close(fd);
	return err;
}

void agent_report_module(struct agent *ag, const char *name, const char *reason)
{
	agent_log(ag, "module %s: %s", name, reason);
	agent_sayf(ag, CHANNEL_MODULE, "%s: %s", name, reason);
}

/* A list of the image whose root is @root: NULL if it has none. */
static FILE *open_list_of(struct agent *ag, const char *root, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return open_list(ag, path);
}

static void read_cmdline(struct agent *ag, char cmdline[CMDLINE_MAX])
{
	FILE *f = fopen("/proc/cmdline", "re");

	if (!f || !fgets(cmdline, CMDLINE_MAX, f))
		agent_die(ag, "read(/proc/cmdline): %s", strerror(errno));
	fclose(f);
}

void agent_write_parameters(struct agent *ag)
{
	char cmdline[CMDLINE_MAX], *rest = cmdline, *word, *text;
	struct result r;

	result_init(&r);
	read_cmdline(ag, cmdline);
	while ((word = strsep(&rest, " \n"))) {
		text = strchr(word, ':');
		if (strncmp(word, WRITE, strlen(WRITE)) || !text)
			continue;
		*text++ = '\0';
		if (!ag->host)
			agent_write(ag, word + strlen(WRITE), text);
		else if (hoststate_write(ag->host, word + strlen(WRITE), text, &r))
			agent_sayf(ag, CHANNEL_NOTE, "%s", r.reason);
	}
}

void agent_load_modules(struct agent *ag, const char *root,
			void (*before)(struct agent *ag, const char *name))
{
	char cmdline[CMDLINE_MAX], params[CMDLINE_MAX], name[256], path[PATH_MAX];
	FILE *f;

	read_cmdline(ag, cmdline);
	f = open_list_of(ag, root, "modules.load");
	while (f && fscanf(f, LINE, name) == 1) {
		int err;

		before(ag, name);
		collect_parameters(cmdline, name, params);
		snprintf(path, sizeof(path), "%s/modules/%s.ko", root, name);
		err = agent_load(path, params);
		if (err)
			agent_report_module(ag, name, agent_load_reason(err));
	}
	if (f)
		fclose(f);
	f = open_list_of(ag, root, "modules.missing");
	while (f && fscanf(f, LINE, name) == 1)
		agent_report_module(ag, name, "this kernel has no such module");
	if (f)
		fclose(f);
}

static void report_disk(struct agent *ag, const char *target, const char *call, const char *what,
			const char *reason)
{
	agent_log(ag, "no disk at %s: %s(%s): %s", target, call, what, reason);
	agent_sayf(ag, CHANNEL_NOTE, "no disk at %s: %s(%s): %s", target, call, what, reason);
}

static void mount_disk(struct agent *ag, const char *device, const char *target, const char *type,
		       const char *options)
{
	if (access(device, F_OK)) {
		report_disk(ag, target, "access", device, errno == ENOENT ?
			    "this kernel has no driver for it" : strerror(errno));
	} else if (mkdir(target, 0755)) {
		report_disk(ag, target, "mkdir", target, strerror(errno));
	} else if (mount(device, target, type, 0, options)) {
		report_disk(ag, target, "mount", type, errno == ENODEV ?
			    "this kernel has no such file system" : strerror(errno));
		/* Tests look for the directory. */
		rmdir(target);
	}
}

void agent_mount_disks(struct agent *ag)
{
	char device[64], target[256], type[32], options[32];
	FILE *f = open_list(ag, "/mounts");

	while (f && fscanf(f, "%63s %255s %31s %31s", device, target, type, options) == 4)
		mount_disk(ag, device, target, type, strcmp(options, "-") ? options : NULL);
	if (f)
		fclose(f);
}
