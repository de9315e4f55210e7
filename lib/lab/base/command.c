// SPDX-License-Identifier: GPL-2.0
/*
 * Command lines by argp.
 *
 * argp's own messages take two lines, and do not say which option was meant; so it is
 * kept silent, and what it stumbled over is looked at here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/nearest.h"

#define QUIETLY	(ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP)

/* The parser above all others, which they find as state->root_argp, and what they leave. */
struct reading {
	struct argp top;		/* comes first */
	void *input;			/* of the command's parser */
	struct lab_error error;
	bool refused, help;
	int next;			/* argp's place when it gave up */
};

static error_t parse_top(int key, char *arg, struct argp_state *state)
{
	struct reading *r = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = r->input;
		return 0;
	case 'h':
		r->help = true;
		return ECANCELED;
	case ARGP_KEY_ERROR:
		r->next = state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option top_options[] = {
	{ .name = "help", .key = 'h', .doc = "Print this", .group = -1 },
	{ 0 }
};

/*
 * The option that starts with the @len letters of @name; one of just that name wins.
 * If there is none, @n has looked at all of them.
 */
static const struct argp_option *find(const struct argp *argp, const char *name, size_t len,
				      struct lab_nearest *n)
{
	const struct argp_option *o = argp->options, *found = NULL;
	const struct argp_child *c = argp->children;

	for (; o && (o->name || o->key || o->doc || o->group); o++) {
		if (!o->name || (o->flags & OPTION_DOC))
			continue;
		lab_nearest_try(n, o->name);
		if (strncmp(o->name, name, len))
			continue;
		if (!o->name[len])
			return o;
		found = o;
	}
	for (; c && c->argp; c++) {
		o = find(c->argp, name, len, n);
		if (o && (!o->name[len] || !found))
			found = o;
	}
	return found;
}

/* What argp found wrong with @word. */
static int explain(const struct argp *argp, const char *command, const char *word,
		   struct lab_error *e)
{
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const struct argp_option *o;
	char cut[64];
	struct lab_nearest nearest = { .word = cut };

	if (word[0] != '-' || !word[1])
		return lab_fail(e, -EINVAL, "%s: not an option; see lab %s --help", word, command);
	if (word[1] != '-')
		return lab_fail(e, -EINVAL, "%s: no such option; see lab %s --help", word, command);
	snprintf(cut, sizeof(cut), "%.*s", (int)len, name);
	o = find(argp, name, len, &nearest);
	if (!o)
		return lab_fail(e, -EINVAL, "--%.*s: no such option%s; see lab %s --help", (int)len,
				name, lab_nearest_hint(&nearest, "--"), command);
	if (o->name[len])
		return lab_fail(e, -EINVAL,
				"--%.*s: which option is that? write it out; see lab %s --help",
				(int)len, name, command);
	if (o->arg)
		return lab_fail(e, -EINVAL, "--%s needs an argument: --%s=%s", o->name, o->name,
				o->arg);
	return lab_fail(e, -EINVAL, "--%s takes no argument: leave out %s", o->name, name + len);
}

int lab_command_read(const struct argp *argp, int argc, char *argv[], void *input,
		     struct lab_error *e)
{
	const struct argp_child children[] = { { .argp = argp }, { 0 } };
	struct reading r = {
		.top = { .options = top_options, .parser = parse_top, .children = children },
		.input = input,
	};
	int end = argc;
	error_t err = argp_parse(&r.top, argc, argv, QUIETLY, &end, &r);

	if (r.help)
		return -ECANCELED;
	if (r.refused)
		return lab_fail(e, -EINVAL, "%s", r.error.text);
	if (err == EINVAL && r.next > 0)
		return explain(&r.top, argv[0], argv[r.next - 1], e);
	if (err)
		return lab_fail(e, -EINVAL, "%s: %s", argv[0], strerror(err));
	return end < argc ? explain(&r.top, argv[0], argv[end], e) : 0;
}

int lab_command_parse(const struct argp *argp, int argc, char *argv[], void *input)
{
	const struct argp_child children[] = { { .argp = argp }, { 0 } };
	const struct argp top = { .options = top_options, .children = children };
	struct lab_error e;
	char name[64];

	switch (lab_command_read(argp, argc, argv, input, &e)) {
	case 0:
		return 0;
	case -ECANCELED:
		snprintf(name, sizeof(name), "lab %s", argv[0]);
		argp_help(&top, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
		exit(LAB_EXIT_PASS);
	default:
		fprintf(stderr, "lab: %s\n", e.text);
		return LAB_EXIT_USAGE;
	}
}

error_t lab_command_refuse(const struct argp_state *state, const char *fmt, ...)
{
	struct reading *r = (struct reading *)state->root_argp;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->error.text, sizeof(r->error.text), fmt, ap);
	va_end(ap);
	r->refused = true;
	return ECANCELED;
}

error_t lab_command_number(const struct argp_state *state, const char *option, const char *arg,
			   const char *unit, long least, long most, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(arg, &end, 10);
	if (errno || end == arg || *end || *number < least || *number > most)
		return lab_command_refuse(state, "--%s '%s': give %s, %ld to %ld", option, arg,
					  unit, least, most);
	return 0;
}

error_t lab_command_take(const struct argp_state *state, const struct argp_option *o, int key,
			 const char *arg)
{
	void *place = (char *)state->input + key - 256;

	while ((o->name || o->doc) && (!o->name || o->key != key))
		o++;
	if (!o->name || key < 256)
		return ARGP_ERR_UNKNOWN;
	if (!o->arg)
		*(bool *)place = true;
	else if (!arg[0])
		return lab_command_refuse(state, "--%s '': give %s", o->name, o->arg);
	else
		*(const char **)place = arg;
	return 0;
}
