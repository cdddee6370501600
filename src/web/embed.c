/*
 * The files of the page, taken into the binary by the assembler.
 */
#include "web/embed.h"

#define EMBED(name, file)						\
	__asm__(".section .rodata\n"					\
	    #name "_begin:\n"						\
	    ".incbin \"src/web/" file "\"\n"				\
	    #name "_end:\n"						\
	    ".previous\n");						\
	extern const char name##_begin[], name##_end[];			\
	const struct embedded name = { name##_begin, name##_end }

EMBED(page_html, "page.html");
EMBED(page_css, "page.css");
EMBED(page_js, "page.js");
