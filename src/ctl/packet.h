/*
 * Packets for the guests; each function clears b and writes one.
 */
#ifndef CTL_PACKET_H
#define CTL_PACKET_H

#include <stdint.h>

struct buf;
struct client;
struct stream;

void	packet_options(struct buf *b);
void	packet_stream(struct buf *b, const struct stream *s);
void	packet_removed(struct buf *b, uint32_t id);
/* With all that was read from it and is not answered. */
void	packet_client(struct buf *b, const struct client *c);
/* One that says no more than its name. */
void	packet_word(struct buf *b, const char *op);
void	packet_finish(struct buf *b, int64_t ms);

/* For the web guest. */
struct served;
void	packet_web_options(struct buf *b);
void	packet_server(struct buf *b, const struct served *s);
void	packet_connection(struct buf *b, int64_t server);

#endif
