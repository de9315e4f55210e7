// SPDX-License-Identifier: GPL-2.0
/*
 * Load the image's modules in the order that its builder worked out.
 *
 * The kernel applies "module.param=value" of its command line to built-in code
 * only; for modules that is the loader's job, so it is done here.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/init.h"

#define LIST_LOAD	"/modules.load"
#define LIST_MISSING	"/modules.missing"
#define CMDLINE_MAX	4096

/* Does "kvm-amd.npt=0" speak of kvm_amd? Returns the text behind the dot. */
static const char *parameter_of(const char *word, const char *name)
{
	for (; *name; name++, word++) {
		if (*word != *name && !(*word == '-' && *name == '_'))
			return NULL;
	}
	return *word == '.' ? word + 1 : NULL;
}

static void collect_parameters(const char *cmdline, const char *name, char *out, size_t size)
{
	char words[CMDLINE_MAX], *word, *save = NULL;
	size_t fill = 0;

	out[0] = '\0';
	snprintf(words, sizeof(words), "%s", cmdline);
	for (word = strtok_r(words, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		const char *param = parameter_of(word, name);

		if (param && fill + strlen(param) + 2 < size)
			fill += (size_t)sprintf(out + fill, "%s ", param);
	}
}

static const char *load_reason(int err)
{
	switch (err) {
	case ENOENT:	return "not in the image, or a symbol it needs is missing";
	case EOPNOTSUPP: return "not supported by this CPU";
	case ENOEXEC:	return "not a module for this kernel";
	default:	return strerror(err);
	}
}

static int load(const char *name, const char *params)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/modules/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, params, 0) && errno != EEXIST)
		ret = -errno;
	close(fd);
	return ret;
}

static void report(struct init *in, const char *name, const char *reason)
{
	init_log(in, "module %s: %s", name, reason);
	init_sayf(in, CHANNEL_MODULE, "%s: %s", name, reason);
}

static void report_missing(struct init *in)
{
	FILE *f = fopen(LIST_MISSING, "re");
	char line[256];

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			report(in, line, "this kernel has no such module");
	}
	fclose(f);
}

void init_load_modules(struct init *in, void (*loaded)(struct init *in))
{
	char cmdline[CMDLINE_MAX] = "", params[CMDLINE_MAX], name[256];
	FILE *f = fopen("/proc/cmdline", "re");

	if (!f || !fgets(cmdline, sizeof(cmdline), f))
		init_die(in, "read(/proc/cmdline): %s", strerror(errno));
	fclose(f);

	f = fopen(LIST_LOAD, "re");
	if (!f && errno != ENOENT)
		init_die(in, "open(%s): %s", LIST_LOAD, strerror(errno));
	while (f && fgets(name, sizeof(name), f)) {
		int ret;

		name[strcspn(name, "\n")] = '\0';
		collect_parameters(cmdline, name, params, sizeof(params));
		ret = load(name, params);
		loaded(in);
		if (ret)
			report(in, name, load_reason(-ret));
	}
	if (f)
		fclose(f);
	report_missing(in);
}
