/*
 * Pieces of pictures: SVG that browsers, editors and viewers show alike, with plain
 * attributes, since not all of them know style sheets.
 */
#ifndef CLI_SVG_H
#define CLI_SVG_H

#include <stdbool.h>

#include "base/buf.h"

#define SVG_TEXT	"#263238"	/* colours of text, of side notes, of lines */
#define SVG_NOTE	"#607d8b"
#define SVG_LINE	"#90a4ae"
#define SVG_BAD		"#c62828"

void	svg_open(struct buf *b, double width, double height);
void	svg_close(struct buf *b);
/* Text as it is, between tags. */
void	svg_escape(struct buf *b, const char *text);
/* anchor: start, middle or end; x and y of its base line. */
void	svg_text(struct buf *b, double x, double y, const char *anchor, const char *colour,
	    bool bold, const char *text);
/* Small, on lines: with a white rim. */
void	svg_label(struct buf *b, double x, double y, const char *colour, const char *text);
void	svg_rect(struct buf *b, double x, double y, double w, double h, double round,
	    const char *fill, const char *stroke, double stroke_width);
void	svg_line(struct buf *b, double x1, double y1, double x2, double y2, const char *colour,
	    double width);
/* About how wide a text is: fonts differ, so rather too much. */
double	svg_width(const char *text);

#endif
