// SPDX-License-Identifier: GPL-2.0
/*
 * The initramfs that a kernel under test boots into.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsys.h"
#include "image/cpio.h"
#include "image/image.h"
#include "image/modules.h"

/* Before init has mounted anything it needs a console to complain on. */
static int add_base(struct lab_cpio *cpio, struct lab_error *e)
{
	static const char *const dirs[] = { "/dev", "/proc", "/sys", "/tmp" };
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(dirs) / sizeof(dirs[0]); i++)
		ret = lab_cpio_dir(cpio, dirs[i], e);
	if (!ret)
		ret = lab_cpio_chardev(cpio, "/dev/console", 0600, 5, 1, e);
	if (!ret)
		ret = lab_cpio_chardev(cpio, "/dev/null", 0666, 1, 3, e);
	return ret;
}

static int add_file(struct lab_cpio *cpio, const char *from, const char *to,
		    struct lab_error *e)
{
	struct stat st;
	size_t len;
	char *data;
	int ret;

	if (stat(from, &st))
		return lab_fail(e, -errno, "for %s of the image: %s: %s", to,
				from, strerror(errno));
	ret = lab_read_file(from, &data, &len, e);
	if (ret)
		return ret;
	ret = lab_cpio_file(cpio, to, st.st_mode & 0111, data, len, e);
	free(data);
	return ret;
}

static int add_init(struct lab_cpio *cpio, const char *init,
		    struct lab_error *e)
{
	struct stat st;

	if (!stat(init, &st) && !(st.st_mode & 0111))
		return lab_fail(e, -EACCES, "%s is to be /init but is not executable",
				init);
	return add_file(cpio, init, "/init", e);
}

/* A text that is put together line by line and then becomes a file. */
struct list {
	FILE *f;
	char *text;
	size_t len;
};

static int begin_list(struct list *list, struct lab_error *e)
{
	list->f = open_memstream(&list->text, &list->len);
	if (!list->f)
		return lab_fail(e, -errno, "open_memstream: %s", strerror(errno));
	return 0;
}

static int end_list(struct lab_cpio *cpio, struct list *list, const char *to,
		    struct lab_error *e)
{
	int ret;

	if (fclose(list->f))
		ret = lab_fail(e, -ENOMEM, "no memory for %s of the image", to);
	else
		ret = lab_cpio_file(cpio, to, false, list->text, list->len, e);
	free(list->text);
	return ret;
}

static int add_modules(struct lab_cpio *cpio, const struct lab_modules *modules,
		       struct lab_error *e)
{
	const struct lab_module *m;
	char to[PATH_MAX];
	struct list list;
	int ret, end;
	size_t n;

	ret = begin_list(&list, e);
	if (ret)
		return ret;
	m = lab_modules_loads(modules, &n);
	for (size_t i = 0; !ret && i < n; i++) {
		ret = lab_path(e, to, "/modules/%s.ko", m[i].name);
		if (!ret)
			ret = lab_cpio_file(cpio, to, false, m[i].data, m[i].len, e);
		fprintf(list.f, "%s\n", to);
	}
	end = end_list(cpio, &list, "/modules.load", ret ? NULL : e);
	return ret ? ret : end;
}

static int add_missing(struct lab_cpio *cpio, const struct lab_modules *modules,
		       struct lab_error *e)
{
	char *const *names;
	struct list list;
	size_t n;
	int ret;

	ret = begin_list(&list, e);
	if (ret)
		return ret;
	names = lab_modules_missing(modules, &n);
	for (size_t i = 0; i < n; i++)
		fprintf(list.f, "%s\n", names[i]);
	return end_list(cpio, &list, "/modules.missing", e);
}

static int write_image(const struct lab_image *image,
		       const struct lab_modules *modules, struct lab_error *e)
{
	struct lab_cpio *cpio;
	int ret;

	ret = lab_cpio_open(image->out, &cpio, e);
	if (ret)
		return ret;
	ret = add_base(cpio, e);
	if (!ret)
		ret = add_init(cpio, image->init, e);
	if (!ret)
		ret = add_modules(cpio, modules, e);
	if (!ret)
		ret = add_missing(cpio, modules, e);
	if (!ret)
		ret = lab_cpio_file(cpio, "/mounts", false, image->mounts,
				    strlen(image->mounts), e);
	for (size_t i = 0; !ret && i < image->nr_files; i++)
		ret = add_file(cpio, image->files[i].from, image->files[i].to, e);
	if (!ret)
		return lab_cpio_close(cpio, e);
	lab_cpio_discard(cpio);
	return ret;
}

int lab_image_build(const struct lab_image *image, struct lab_error *e)
{
	struct lab_modules *modules;
	int ret;

	ret = lab_modules_open(image->kernel->modules, image->kernel->release,
			       &modules, e);
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < image->nr_modules; i++)
		ret = lab_modules_want(modules, image->modules[i], e);
	if (!ret)
		ret = write_image(image, modules, e);
	lab_modules_close(modules);
	return ret;
}
