// SPDX-License-Identifier: GPL-2.0
/*
 * The version of the running kernel.
 */
#include <stdio.h>
#include <sys/utsname.h>

#include "host/release.h"

bool release_before(unsigned int major, unsigned int minor)
{
	unsigned int is_major, is_minor;
	struct utsname name;

	/* It cannot fail, and every Linux says X.Y at least. */
	if (uname(&name) || sscanf(name.release, "%u.%u", &is_major, &is_minor) != 2)
		return false;
	return is_major < major || (is_major == major && is_minor < minor);
}
