/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of a test's cases runs by default.
 *
 * What identifies a test is there to stay; its other parameters, such as the
 * workload, can be chosen.  They are chosen by rendezvous hashing of the id: a
 * test's choice depends on its own id and on what there is to choose from, and not
 * on any other test; and a new value moves only those tests that it wins.
 */
#ifndef SELECTION_H
#define SELECTION_H

#include <stddef.h>

/*
 * selection_choose() - choose one of a test's cases
 * @id: of the test
 * @cases: the parameters of each, values separated by dots
 * @nr: how many cases; at least 1
 *
 * Each value is chosen by itself, the first one first: of the cases that begin with it,
 * then, the second value is chosen, and so on.
 * Return: an index into @cases.
 */
size_t selection_choose(const char *id, const char *const *cases, size_t nr);

#endif
