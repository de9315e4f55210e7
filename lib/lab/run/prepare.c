// SPDX-License-Identifier: GPL-2.0
/*
 * Prepare kernel, modules and image, in a child process, which ends right after: what it
 * allocates is not freed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "image/image.h"
#include "run/prepare.h"
#include "run/setup.h"

/* What the channel needs; a kernel has them as modules or built in. */
static const char *const own_modules[] = { "virtio_pci", "virtio_console" };

/*
 * Modules are built per kernel, and kernels of one release may differ: the path
 * that they are built against keeps trees apart.
 */
static int build_module(const struct lab_prepare *p, const struct lab_kernel *k,
			const struct lab_suite_module *m, char *ko, struct lab_error *e)
{
	char *installed = lab_format("%s/modules/%s/%s.ko", p->paths->target, k->release, m->name);
	struct lab_fingerprint f = { "" };

	/* make install may have built it for the kernel that runs here. */
	if ((p->here || p->board) && lab_is_file(installed))
		return lab_path(e, ko, "%s", installed);
	lab_fingerprint_add_text(&f, k->build);
	return lab_kernel_build_module(k, p->paths->repo,
				       lab_format("%s/%s", p->paths->repo, m->dir),
				       lab_format("%s/modules/%s-%.8s/%s", p->paths->state,
						  k->release, f.hex, m->name), ko, e);
}

struct lists {
	const char **modules;
	size_t nr_modules;
	struct lab_text files;
};

/* Build a module of the suite, and put it where it is wanted. */
static int add_external(const struct lab_prepare *p, struct lab_prepared *done,
			const struct lab_suite_module *m, struct lists *l)
{
	size_t noted = strlen(done->notes);
	char *ko;
	int ret;

	if (m->program && !lab_suite_runs(p->suite, m->program))
		return 0;
	ko = lab_realloc(NULL, PATH_MAX, 1);
	ret = build_module(p, &done->kernel, m, ko, &done->error);
	if (!ret && m->program)
		ret = lab_mtree_file(&l->files, ko, lab_format("/suite/%s.ko", m->name),
					&done->error);
	else if (!ret)
		l->modules[l->nr_modules++] = ko;
	/* No headers is a property of the kernel; a broken build never is. */
	if (ret != -ENOENT || !m->optional)
		return ret;
	snprintf(done->notes + noted, sizeof(done->notes) - noted, "module %s: %.400s\n",
		 m->name, done->error.text);
	return 0;
}

static int list_modules(const struct lab_prepare *p, struct lab_prepared *done, struct lists *l)
{
	size_t own = sizeof(own_modules) / sizeof(own_modules[0]);

	l->modules = lab_realloc(NULL, own + p->suite->nr_modules, sizeof(*l->modules));
	for (size_t i = 0; i < own; i++)
		l->modules[l->nr_modules++] = own_modules[i];
	for (size_t i = 0; i < p->suite->nr_modules; i++) {
		const struct lab_suite_module *m = &p->suite->modules[i];
		int ret = 0;

		if (m->dir)
			ret = add_external(p, done, m, l);
		else
			l->modules[l->nr_modules++] = m->name;
		if (ret)
			return ret;
	}
	return 0;
}

static int list_programs(const struct lab_prepare *p, struct lab_error *e, struct lists *l)
{
	for (size_t i = 0; i < p->suite->nr_programs; i++) {
		const char *name = p->suite->programs[i].name;
		char *from = lab_format("%s/selftests/%s", p->paths->target, name);
		int ret;

		if (p->suite->programs[i].runner)
			continue;
		if (access(from, X_OK))
			return lab_fail(e, -errno, "%s: %s; build the test programs first: make",
					from, strerror(errno));
		ret = p->send ? 0 :
			lab_mtree_file(&l->files, from, lab_format("/suite/%s", name), e);
		if (ret)
			return ret;
	}
	return 0;
}

/* All of the directory that is wanted beside the programs. */
static int list_added(const struct lab_prepare *p, struct lab_error *e, struct lists *l)
{
	size_t before = l->files.len;
	char dir[PATH_MAX];
	int ret;

	if (!p->options->add)
		return 0;
	if (lab_realpath(p->options->add, dir, e))
		return -EINVAL;
	ret = lab_mtree_directory(&l->files, dir, lab_format("/suite%s", strrchr(dir, '/')), e);
	if (!ret && l->files.len == before)
		ret = lab_fail(e, -EINVAL, "--add %s: there is nothing in it", p->options->add);
	return ret;
}

/* A shell and what scripts call, or people who sit at it. */
static int list_userland(const struct lab_prepare *p, struct lab_error *e, struct lists *l)
{
	char *list = lab_format("%s/userland", p->out);
	struct lab_argv argv = { NULL };
	int ret;

	lab_argv_add(&argv, "env");
	lab_argv_addf(&argv, "ARCH=%s", p->paths->arch->name);
	lab_argv_add(&argv, "sh");
	lab_argv_addf(&argv, "%s/lib/lab/image/userland.sh", p->paths->repo);
	lab_argv_addf(&argv, "%s/userland", p->paths->target);
	if (p->options->shell)
		lab_argv_add(&argv, "shell");
	ret = lab_mtree_printed(&l->files, &argv, list, e);
	if (!ret) {
		unlink(list);
		unlink(lab_format("%s.log", list));
	}
	return ret;
}

/* Make the disks' images, and tell init where they belong. */
static int make_disks(const struct lab_prepare *p, struct lab_error *e, struct lab_text *mounts)
{
	int nr[2] = { 0 };

	for (size_t i = 0; i < p->suite->nr_disks; i++) {
		const struct lab_suite_disk *d = &p->suite->disks[i];

		for (unsigned int bed = 1; bed <= p->beds; bed++) {
			int ret = lab_disk_make(p->out, bed, i, d, e);

			if (ret)
				return ret;
		}
		/* The kernel names those of one driver in the order of QEMU's command line. */
		lab_text_addf(mounts, d->pmem ? "/dev/pmem%c %s %s dax\n" : "/dev/vd%c %s %s -\n",
			      "a0"[d->pmem] + nr[d->pmem], d->mount, d->filesystem);
		nr[d->pmem]++;
	}
	return 0;
}

/* The parameters that the suite has for module @name: "kvm.x=1" for kvm is " x=1". */
static void add_parameters(struct lab_text *t, const char *parameters, const char *name)
{
	size_t len = strlen(name);

	for (const char *word = parameters; *word; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");

		if (n > len && !strncmp(word, name, len) && word[len] == '.')
			lab_text_addf(t, " %.*s", (int)(n - len - 1), word + len + 1);
		word += n;
	}
}

/*
 * A machine that is up has the modules of its own kernel; of ours those that are for a board go
 * there.
 */
static int name_modules(const struct lab_prepare *p, struct lab_prepared *done, struct lists *l)
{
	struct lab_text lines = { NULL };
	int ret = 0;

	for (size_t i = sizeof(own_modules) / sizeof(own_modules[0]); !ret && i < l->nr_modules; i++) {
		const char *slash = p->board ? strrchr(l->modules[i], '/') : NULL;
		char *to = lab_format("/modules%s", slash ? slash : "");

		if (slash)
			ret = lab_mtree_file(&l->files, l->modules[i], to, &done->error);
		lab_text_addf(&lines, "%s%s", slash ? p->board->directory : "",
			      slash ? to : l->modules[i]);
		add_parameters(&lines, p->suite->parameters, l->modules[i]);
		lab_text_addf(&lines, "\n");
		free(to);
	}
	snprintf(done->modules, sizeof(done->modules), "%s", lines.s ? lines.s : "");
	return ret;
}

/* For this machine: programs are where they were built. */
static int prepare_here(const struct lab_prepare *p, struct lab_prepared *done)
{
	struct lists l = {};
	int ret = list_programs(p, &done->error, &l);
	struct utsname u;

	uname(&u);
	lab_kernel_of_release(p->paths->arch, u.release, NULL, &done->kernel);
	if (ret || p->options->dry_run)
		return ret;
	ret = list_modules(p, done, &l);
	return ret ? ret : name_modules(p, done, &l);
}

/* The kernel that runs on the board, and what this host has to build modules for it. */
static int board_kernel(const struct lab_prepare *p, struct lab_kernel *k,
			char parameters[LAB_MAX_PARAMETERS], struct lab_error *e)
{
	char *kernels = lab_format("%s/kernels", p->paths->state), *text = NULL, *release, *rest;
	char boot_id[LAB_BOARD_WORD];
	int ret = lab_board_reach(p->board, boot_id, e);

	if (!ret)
		ret = lab_board_run(p->board, 60, "echo $(uname -r) $(cat /proc/cmdline)", &text, e);
	if (ret > 0)
		ret = lab_fail(e, -EIO, "%s: uname -r: %.300s", p->board->ssh, lab_last_line(text));
	if (!ret) {
		rest = lab_last_line(text);
		release = strsep(&rest, " ");
		snprintf(parameters, LAB_MAX_PARAMETERS, "%s", rest ? rest : "");
		lab_kernel_of_release(p->paths->arch, release, kernels, k);
	}
	free(kernels);
	free(text);
	return ret;
}

/* A boot loader wants the image that is compressed, if there is one. */
static int add_kernel(const struct lab_prepare *p, struct lab_prepared *done, struct lists *l)
{
	const char *kdir = p->options->kdir;
	char *image = kdir ? lab_format("%s/%s", kdir, p->paths->arch->image) : NULL;
	int ret = lab_setup_kernel(p->paths, p->options, &done->kernel, &done->error);

	if (!ret)
		ret = lab_mtree_file(&l->files, kdir && lab_is_file(image) ? image :
				     p->options->kernel ? p->options->kernel : done->kernel.image,
				     "/kernel", &done->error);
	free(image);
	return ret;
}

/* All that a board needs, as one file. */
static int prepare_board(const struct lab_prepare *p, struct lab_prepared *done)
{
	bool boots = p->options->kdir || p->options->kernel;
	char *tree = lab_format("%s/" LAB_TREE, p->out);
	struct lab_error *e = &done->error;
	struct lab_fingerprint f = { "" };
	struct lists l = {};
	int ret = list_programs(p, e, &l);

	if (!ret)
		ret = list_added(p, e, &l);
	if (!ret)
		ret = lab_mtree_file(&l.files, lab_format("%s/lab-agent", p->paths->target),
				     "/lab-agent", e);
	if (!ret)
		ret = boots ? add_kernel(p, done, &l) : board_kernel(p, &done->kernel, done->parameters, e);
	if (ret || p->options->dry_run)
		return ret;
	ret = list_modules(p, done, &l);
	if (!ret && boots)
		snprintf(done->modules, sizeof(done->modules), "@%s", p->board->directory);
	else if (!ret)
		ret = name_modules(p, done, &l);
	if (!ret)
		ret = lab_image_tree(&(struct lab_image){
			.kernel = boots ? &done->kernel : NULL,
			.modules = l.modules, .nr_modules = l.nr_modules,
			.files = lab_text_take(&l.files),
			.modules_sh = lab_format("%s/lib/lab/image/modules.sh", p->paths->repo),
			.cache = lab_format("%s/modules", p->paths->state),
			.out = tree,
		}, e);
	if (!ret)
		ret = lab_fingerprint_add_file(&f, tree, e);
	snprintf(done->stamp, sizeof(done->stamp), "%s", f.hex);
	return ret;
}

static int prepare(const struct lab_prepare *p, struct lab_prepared *done)
{
	struct lab_error *e = &done->error;
	struct lab_text mounts = { NULL };
	struct lists l = {};

	if (p->here)
		return prepare_here(p, done);
	if (p->board)
		return prepare_board(p, done);
	/* First what needs no network and fails fast. */
	int ret = list_programs(p, e, &l);

	if (!ret && p->options->kselftest)
		ret = lab_mtree_directory(&l.files, p->options->kselftest, "/kselftest", e);
	if (!ret && !p->options->dry_run && (p->options->kselftest || p->options->shell))
		ret = list_userland(p, e, &l);
	if (!ret)
		ret = list_added(p, e, &l);
	if (!ret)
		ret = lab_setup_kernel(p->paths, p->options, &done->kernel, e);
	if (p->options->dry_run)
		return ret;
	if (!ret)
		ret = list_modules(p, done, &l);
	if (!ret)
		ret = make_disks(p, e, &mounts);
	if (ret)
		return ret;
	return lab_image_build(&(struct lab_image){
		.kernel = &done->kernel,
		.init = lab_format("%s/lab-agent", p->paths->target),
		.modules = l.modules, .nr_modules = l.nr_modules,
		.files = lab_text_take(&l.files),
		.modules_sh = lab_format("%s/lib/lab/image/modules.sh", p->paths->repo),
		.cache = lab_format("%s/modules", p->paths->state),
		.mounts = lab_text_take(&mounts),
		.out = lab_format("%s/" LAB_IMAGE, p->out),
	}, e);
}

static void kill_group(int sig)
{
	(void)sig;
	kill(0, SIGKILL);
}

/* Child: SIGTERM reaches it when the lab is interrupted, and when it dies. */
static void __attribute__((noreturn)) child(const struct lab_prepare *p, struct lab_prepared *done)
{
	const struct sigaction act = { .sa_handler = kill_group };

	if (setpgid(0, 0) || sigaction(SIGTERM, &act, NULL))
		_exit(1);
	done->ret = prepare(p, done);
	_exit(0);
}

int lab_prepare_run(const struct lab_prepare *p, struct lab_prepared *done,
		    struct lab_error *e)
{
	struct lab_prepared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret, interrupted = 0;
	pid_t pid;

	if (shared == MAP_FAILED)
		return lab_fail(e, -errno, "mmap(): %s", strerror(errno));
	pid = lab_process_fork(SIGTERM, e);
	if (!pid)
		child(p, shared);
	ret = pid < 0 ? pid : lab_process_watch(pid, p->signals, &interrupted, NULL, NULL);
	if (interrupted)
		ret = interrupted;
	else if (!ret)
		*done = *shared;
	else if (pid > 0)
		ret = lab_fail(e, -EPIPE,
			       "preparing kernel and image: the process that does it died");
	munmap(shared, sizeof(*shared));
	return ret;
}
