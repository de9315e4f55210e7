// SPDX-License-Identifier: GPL-2.0
/*
 * Getting the module into the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject/inject_internal.h"

#define MODULE_FILE	INJECT_MODULE ".ko"
/* Where a system as small as an initramfs has its modules, for want of modprobe. */
#define SMALL_SYSTEM	"/modules/" MODULE_FILE

bool inject_module_loaded(void)
{
	return !access("/sys/module/" INJECT_MODULE, F_OK);
}

/* An installed kselftest has it beside the programs. */
static int find_beside(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *base;

	if (n <= 0)
		return -1;
	path[n] = '\0';
	base = strrchr(path, '/') + 1;
	if (base - path + sizeof(MODULE_FILE) > size)
		return -1;
	strcpy(base, MODULE_FILE);
	return access(path, R_OK);
}

int inject_module_file(char *path, size_t size)
{
	if (!find_beside(path, size))
		return 0;
	snprintf(path, size, "%s", SMALL_SYSTEM);
	return access(path, R_OK);
}

static int load_file(const char *path, struct result *r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return result_skip(r, "open(%s): %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0))
		err = errno;
	close(fd);
	switch (err) {
	case 0:
	case EEXIST:
		return 0;
	case ENOEXEC:
		return result_skip(r, "%s is built for another kernel than this", path);
	case ENOENT:
		return result_skip(r, "%s needs symbols that are not there: is kvm loaded?", path);
	default:
		return result_skip(r, "finit_module(%s): %s", path, strerror(err));
	}
}

/* What it has to say of modules that it does not know is said by us. */
static bool modprobe(void)
{
	char *argv[] = { "modprobe", "-q", INJECT_MODULE, NULL };
	int status = -1;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		return false;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return !status;
}

int inject_module_load(struct result *r)
{
	char path[512];
	int ret;

	if (inject_module_loaded())
		return 0;
	if (geteuid())
		return result_skip(r, "only root can load " INJECT_MODULE);
	ret = inject_module_file(path, sizeof(path));
	if (ret)
		result_skip(r, "there is no " MODULE_FILE " beside the program, nor does modprobe find one");
	else
		ret = load_file(path, r);
	if (ret && modprobe()) {
		result_init(r);
		ret = 0;
	}
	return ret;
}
