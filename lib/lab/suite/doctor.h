/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_DOCTOR_H
#define LAB_DOCTOR_H

#include "base/paths.h"

/* "lab doctor": what the tests would find missing on this machine, and change on it. */
int lab_doctor_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
