/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The manifest: what the programs that were built have to offer, found out without
 * a machine to run them on. Each prints its part; make has them joined.
 *
 *	{
 *	  "programs": { "NAME": { "about": "one line", "contracts": [ n, ... ],
 *				  "tests": { "NAME": { "default": true, "all": true,
 *						       "KIND": "ENTRY", ... }, ... } }, ... },
 *	  "KINDs": { "ENTRY": { "about" or "calls": "one line", ... }, ... }, ...
 *	}
 *
 * "default" and "all": the test runs without options, with -a; others if asked for by
 * their whole name. A test that has cases is there by its own name, with the "case" that
 * runs by default, and each case is, as TEST/PARAMETERS. What kinds of things a test is
 * made of (pressures, ...) is the programs' business: the lab shows what it finds.
 */
#ifndef LAB_MANIFEST_H
#define LAB_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/process.h"

/* Read manifest.json of @target, of struct lab_paths. Returns 0 with @manifest to be json_decref()ed, or -errno. */
int lab_manifest_read(const char *target, json_t **manifest, struct lab_error *e);

/* The tests of @program by their names, borrowed; NULL if the manifest has none. */
json_t *lab_manifest_tests(json_t *manifest, const char *program);

/*
 * Does @cases, a glob, select a test of @program, of all or of those that run by default?
 * NULL and "" do. So does anything for a program that the manifest does not know.
 */
bool lab_manifest_selects(json_t *manifest, const char *program, const char *cases, bool all);

/*
 * The tests that a call of @program with @args will run, as an object with their names; the
 * caller's. NULL if the manifest does not know the program.
 */
json_t *lab_manifest_chosen(json_t *manifest, const char *program, const struct lab_argv *args);

/* "lab manifest PART...": join what the programs have printed, on stdout. */
int lab_manifest_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
