/*
 * GET /events: what happens, as Server-Sent Events.
 *
 * Each has as its event the name of its type, as its data the reply of
 * org.supd.Control.Subscribe, and as its id RUN:SERIAL; a plain SERIAL is understood too.
 * Last-Event-ID, or ?since=ID, goes on behind that event (since=all: from the oldest one that is
 * remembered); ?types=A,B chooses.  What was
 * forgotten before it could be told is counted in an event "missed".  Nothing is sent
 * while nothing happens: who wants to know whether we live has TCP for it.
 */
#ifndef WEB_EVENTS_H
#define WEB_EVENTS_H

struct request;

void	events_serve(struct request *r);

#endif
