// SPDX-License-Identifier: GPL-2.0
/*
 * A part of a machine's console.
 */
#include <stdbool.h>
#include <string.h>

#include "agent/channel.h"
#include "base/text.h"
#include "report/console_part.h"

/* Is @path, which a blank or the end of the line ends, that of @program? */
static bool is_of(const char *path, const char *program)
{
	size_t path_len = strcspn(path, " \r\n"), len = strlen(program);

	return path_len > len && path[path_len - len - 1] == '/' &&
		!memcmp(path + path_len - len, program, len);
}

char *lab_console_part(const char *console, const char *program)
{
	const char *begin = NULL, *end;

	for (const char *s = console; (s = strstr(s, LAB_CONSOLE_BEGINS)); ) {
		s += strlen(LAB_CONSOLE_BEGINS);
		if (is_of(s, program))
			begin = s;
	}
	if (!begin)
		return NULL;
	begin += strcspn(begin, "\n");
	begin += *begin == '\n';
	end = strstr(begin, LAB_CONSOLE_BEGINS);
	if (!end)
		return lab_strdup(begin);
	/* Before the mark stands what the kernel puts in front of each line. */
	while (end > begin && end[-1] != '\n')
		end--;
	return lab_format("%.*s", (int)(end - begin), begin);
}
