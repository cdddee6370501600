/*
 * Writing SVG.
 */
#include "cli/svg.h"

#define FONT	"DejaVu Sans,Helvetica,Arial,sans-serif"
#define SIZE	12		/* pixels of a letter's height */
#define LETTER	7.4		/* pixels of its width, on average */

void
svg_open(struct buf *b, double width, double height)
{
	buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\""
	    " viewBox=\"0 0 %.0f %.0f\" font-family=\"" FONT "\" font-size=\"%d\">\n", width,
	    height, width, height, SIZE);
	svg_rect(b, 0, 0, width, height, 0, "#ffffff", "none", 0);
}

void
svg_close(struct buf *b)
{
	buf_adds(b, "</svg>\n");
}

void
svg_escape(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '&')
			buf_adds(b, "&amp;");
		else if (*text == '<')
			buf_adds(b, "&lt;");
		else if (*text == '>')
			buf_adds(b, "&gt;");
		else if ((unsigned char)*text >= ' ')
			buf_addc(b, *text);
}

void
svg_text(struct buf *b, double x, double y, const char *anchor, const char *colour, bool bold,
    const char *text)
{
	buf_addf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\"%s>", x, y, anchor,
	    colour, bold ? " font-weight=\"bold\"" : "");
	svg_escape(b, text);
	buf_adds(b, "</text>\n");
}

void
svg_label(struct buf *b, double x, double y, const char *colour, const char *text)
{
	buf_addf(b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\" fill=\"%s\" stroke=\"#ffffff\""
	    " stroke-width=\"3\" paint-order=\"stroke\">", x, y, colour);
	svg_escape(b, text);
	buf_adds(b, "</text>\n");
}

void
svg_rect(struct buf *b, double x, double y, double w, double h, double round, const char *fill,
    const char *stroke, double stroke_width)
{
	buf_addf(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.0f\""
	    " fill=\"%s\" stroke=\"%s\" stroke-width=\"%.1f\"/>\n", x, y, w, h, round, fill,
	    stroke, stroke_width);
}

void
svg_line(struct buf *b, double x1, double y1, double x2, double y2, const char *colour,
    double width)
{
	buf_addf(b, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
	    " stroke-width=\"%.1f\"/>\n", x1, y1, x2, y2, colour, width);
}

double
svg_width(const char *text)
{
	double n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;	/* characters, not bytes */
	return n * LETTER;
}
