// SPDX-License-Identifier: GPL-2.0
/*
 * The command language of the injector's files.
 *
 * One write(2) is one command: words separated by blanks, an optional newline
 * at the end. Everything is parsed and checked before anything is done, so
 * that a bad write changes nothing.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "mni.h"

int mni_command_get(struct mni_command *cmd, const char __user *ubuf,
		    size_t len)
{
	char *rest = cmd->text;
	char *word;

	if (len >= sizeof(cmd->text))
		return -E2BIG;
	if (copy_from_user(cmd->text, ubuf, len))
		return -EFAULT;
	cmd->text[len] = '\0';
	if (strlen(cmd->text) != len)
		return -EINVAL;
	if (len && cmd->text[len - 1] == '\n')
		cmd->text[len - 1] = '\0';
	if (strchr(cmd->text, '\n'))
		return -EINVAL;

	memset(cmd->argv, 0, sizeof(cmd->argv));
	cmd->argc = 0;
	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (cmd->argc == MNI_COMMAND_WORDS)
			return -EINVAL;
		cmd->argv[cmd->argc++] = word;
	}
	return cmd->argc ? 0 : -EINVAL;
}

/* Base 0 would read "010" as octal, which nobody means here. */
static unsigned int base_of(const char *word)
{
	if (*word == '-' || *word == '+')
		word++;
	return word[0] == '0' && (word[1] == 'x' || word[1] == 'X') ? 16 : 10;
}

int mni_parse_long(const char *word, long min, long max, long *value)
{
	long parsed;

	if (kstrtol(word, base_of(word), &parsed) || parsed < min ||
	    parsed > max)
		return -EINVAL;
	*value = parsed;
	return 0;
}

int mni_parse_ulong(const char *word, unsigned long *value)
{
	unsigned long parsed;

	if (kstrtoul(word, base_of(word), &parsed))
		return -EINVAL;
	*value = parsed;
	return 0;
}

int mni_parse_range(const char *start, const char *len,
		    const struct mm_struct *mm, struct mni_range *range)
{
	unsigned long first, bytes;

	if (mni_parse_ulong(start, &first) || mni_parse_ulong(len, &bytes))
		return -EINVAL;
	if (!PAGE_ALIGNED(first) || !PAGE_ALIGNED(bytes) || !bytes)
		return -EINVAL;
	/* In this form no sum can wrap. */
	if (first >= mm->task_size || bytes > mm->task_size - first)
		return -EINVAL;
	range->start = first;
	range->end = first + bytes;
	return 0;
}
