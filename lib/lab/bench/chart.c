// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "bench/chart.h"

/* In pixels. The font is monospaced, so that the width of a text is known. */
#define CHAR		7.3
#define MARGIN		16
#define NUMBER		(12 * CHAR)	/* beside a label */
#define LEAST_WIDTH	640
#define ROW		34
#define PART		58		/* title and axis */

#define TENFOLD		10		/* more than that by powers of ten */

static const char style[] =
	"<style>text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}"
	".t{font-weight:bold;font-size:14px}.d{fill:#59636e}.b{fill:#fff}"
	".g{stroke:#d1d9e0}.r{stroke:#54aeff;stroke-width:6}.v{fill:#0550ae}"
	".m{stroke:#bc4c00;stroke-width:2}"
	"@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.d{fill:#9198a1}.b{fill:#0d1117}"
	".g{stroke:#3d444d}.r{stroke:#1f6feb}.v{fill:#a5d6ff}.m{stroke:#f0883e}}</style>\n";

struct scale {
	bool powers;
	double low, high;	/* at its ends */
	double left, width;
};

static void add_text(struct lab_text *t, const char *s)
{
	static const char special[] = "<>&";
	static const char *const names[] = { "&lt;", "&gt;", "&amp;" };

	while (*s) {
		size_t n = strcspn(s, special);

		lab_text_add(t, s, n);
		s += n;
		if (*s)
			lab_text_addf(t, "%s", names[strchr(special, *s++) - special]);
	}
}

void lab_chart_number(struct lab_text *t, double value)
{
	double size = fabs(value);
	int digits = size >= 1000 || size == rint(size) ? 0 : 3 - (int)floor(log10(size));

	/* Nobody measures that exactly. */
	lab_text_addf(t, "%.*f", digits > 9 ? 9 : digits, value);
}

/* From one number of an axis to the next: so that there are 4 to 10 of them. */
static double step_of(double range)
{
	double power = pow(10, floor(log10(range))), n = range / power;

	return n < 2 ? power / 2 : n < 5 ? power : 2 * power;
}

static struct scale scale_of(const struct lab_chart_part *p, double width)
{
	struct scale s = { .low = INFINITY, .left = MARGIN, .width = width - 2 * MARGIN };

	for (size_t i = 0; i < p->nr; i++) {
		const struct lab_chart_row *r = &p->rows[i];

		s.low = fmin(s.low, r->mark > 0 ? fmin(r->low, r->mark) : r->low);
		s.high = fmax(s.high, fmax(r->high, r->mark));
	}
	s.powers = s.low > 0 && s.high > TENFOLD * s.low;
	if (s.powers) {
		s.low = pow(10, floor(log10(s.low)));
		s.high = pow(10, ceil(log10(s.high)));
	} else {
		s.low = fmin(s.low, 0);
		if (!(s.high > s.low))
			s.high = s.low + 1;
	}
	return s;
}

static double x_of(const struct scale *s, double value)
{
	double part = s->powers ? log(value / s->low) / log(s->high / s->low) :
		(value - s->low) / (s->high - s->low);

	return s->left + s->width * part;
}

/* The numbers at the ends stay inside. */
static void add_tick(struct lab_text *t, const struct scale *s, double value, double top, double bottom)
{
	double x = x_of(s, value);

	lab_text_addf(t, "<path class=\"g\" d=\"M%.1f %.1fV%.1f\"/><text class=\"d\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
		      x, top, bottom, x, top - 5, x < s->left + 2 * CHAR ? "start" :
		      x > s->left + s->width - 4 * CHAR ? "end" : "middle");
	lab_chart_number(t, value);
	lab_text_addf(t, "</text>\n");
}

static void add_axis(struct lab_text *t, const struct scale *s, double top, double bottom)
{
	double step = step_of(s->high - s->low);

	if (s->powers)
		for (double v = s->low; v <= s->high * 1.001; v *= 10)
			add_tick(t, s, v, top, bottom);
	else
		for (double n = ceil(s->low / step); n * step <= s->high * 1.001; n++)
			add_tick(t, s, n * step, top, bottom);
}

static void add_row(struct lab_text *t, const struct scale *s, const struct lab_chart_row *r, double y)
{
	lab_text_addf(t, "<text x=\"%.1f\" y=\"%.1f\">", s->left, y + 14);
	add_text(t, r->label);
	lab_text_addf(t, "</text><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", s->left + s->width,
		      y + 14);
	lab_chart_number(t, r->value);
	lab_text_addf(t, "</text><path class=\"r\" d=\"M%.1f %.1fH%.1f\"/><circle class=\"v\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>",
		      x_of(s, r->low), y + 24, x_of(s, r->high), x_of(s, r->value), y + 24);
	if (r->mark > 0)
		lab_text_addf(t, "<path class=\"m\" d=\"M%.1f %.1fv14\"/>", x_of(s, r->mark), y + 17);
	lab_text_addf(t, "\n");
}

static double width_of(const char *title, const struct lab_chart_part *parts, size_t nr)
{
	double width = fmax(LEAST_WIDTH, CHAR * 1.2 * (double)strlen(title) + 2 * MARGIN);

	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; k < parts[i].nr; k++)
			width = fmax(width, CHAR * (double)strlen(parts[i].rows[k].label) + NUMBER +
				     2 * MARGIN);
	return ceil(width);
}

void lab_chart(struct lab_text *t, const char *title, const struct lab_chart_part *parts, size_t nr)
{
	double width = width_of(title, parts, nr), height = 2.5 * MARGIN, y = height;

	for (size_t i = 0; i < nr; i++)
		height += PART + ROW * (double)parts[i].nr;
	height += MARGIN;
	lab_text_addf(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">\n%s"
		      "<rect class=\"b\" width=\"%.0f\" height=\"%.0f\"/>\n<text class=\"t\" x=\"%d\" y=\"26\">",
		      width, height, width, height, style, width, height, MARGIN);
	add_text(t, title);
	lab_text_addf(t, "</text>\n");
	for (size_t i = 0; i < nr; i++) {
		struct scale s = scale_of(&parts[i], width);
		double rows = y + PART, bottom = rows + ROW * (double)parts[i].nr;

		lab_text_addf(t, "<text class=\"t\" x=\"%d\" y=\"%.1f\">", MARGIN, y + 26);
		add_text(t, parts[i].title);
		lab_text_addf(t, "</text>\n");
		add_axis(t, &s, rows, bottom);
		for (size_t k = 0; k < parts[i].nr; k++)
			add_row(t, &s, &parts[i].rows[k], rows + ROW * (double)k);
		y = bottom;
	}
	lab_text_addf(t, "</svg>\n");
}
