/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find and fetch Debian packages without installing them and without touching
 * the system's own lists, locks and caches: no privilege is needed.
 */
#ifndef LAB_APT_H
#define LAB_APT_H

#include <limits.h>
#include <stddef.h>

#include "base/lab_error.h"

#define LAB_APT_NAME	128
#define LAB_APT_PACKAGES 16

struct lab_apt {
	char dir[PATH_MAX];		/* for lists and logs */
	char options[6][PATH_MAX];	/* of every apt-get and apt-cache */
	size_t nr_options;
};

struct lab_apt_packages {
	char names[LAB_APT_PACKAGES][LAB_APT_NAME];
	size_t nr;
};

/* Use the system's sources and its package lists as they are now. */
int lab_apt_system(struct lab_apt *apt, const char *dir, struct lab_error *e);

/*
 * Use lists of our own in @dir, freshly downloaded: of the system's sources,
 * or, with @suite, of that suite on the Debian mirror which they name.
 */
int lab_apt_update(struct lab_apt *apt, const char *dir, const char *suite,
		   struct lab_error *e);

/*
 * The packages behind linux-image-amd64 and linux-headers-amd64: image,
 * modules, headers, and the programs that building modules needs.
 */
int lab_apt_kernel_packages(const struct lab_apt *apt,
			    struct lab_apt_packages *p, struct lab_error *e);

/* Download the packages' files into the directory @to. */
int lab_apt_download(const struct lab_apt *apt,
		     const struct lab_apt_packages *p, const char *to,
		     struct lab_error *e);

#endif
