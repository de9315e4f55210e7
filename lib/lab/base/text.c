// SPDX-License-Identifier: GPL-2.0
/*
 * Growing text and checked allocation.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/text.h"

static void *checked(void *p)
{
	if (!p) {
		fputs("lab: out of memory\n", stderr);
		exit(LAB_EXIT_INFRASTRUCTURE);
	}
	return p;
}

void *lab_realloc(void *p, size_t n, size_t size)
{
	return checked(reallocarray(p, n ? n : 1, size));
}

char *lab_strdup(const char *s)
{
	return checked(strdup(s));
}

char *lab_vformat(const char *fmt, va_list ap)
{
	char *s = NULL;

	return checked(vasprintf(&s, fmt, ap) < 0 ? NULL : s);
}

char *lab_format(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = lab_vformat(fmt, ap);
	va_end(ap);
	return s;
}

void lab_text_add(struct lab_text *t, const char *s, size_t n)
{
	size_t need = t->len + n + 1;

	if (need > t->size) {
		t->size = need < 64 ? 64 : need * 2;
		t->s = lab_realloc(t->s, t->size, 1);
	}
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = '\0';
}

void lab_text_addf(struct lab_text *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = lab_vformat(fmt, ap);
	va_end(ap);
	lab_text_add(t, s, strlen(s));
	free(s);
}

char *lab_text_take(struct lab_text *t)
{
	char *s = t->s ? t->s : lab_strdup("");

	*t = (struct lab_text){ NULL };
	return s;
}

void lab_text_clear(struct lab_text *t)
{
	free(t->s);
	*t = (struct lab_text){ NULL };
}

char *lab_duration(long ms)
{
	long s = ms / 1000, min = (s + 30) / 60;

	if (s < 90)
		return lab_format("%ld s", s / 5 * 5 + 5);
	if (min < 90)
		return lab_format("%ld min", min);
	return lab_format("%ld h %ld min", min / 60, min % 60);
}

char *lab_last_line(char *text)
{
	char *end = text + strlen(text), *line;

	while (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}
