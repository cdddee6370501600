/*
 * GET /metrics: counters and gauges for monitoring, as OpenMetrics text or, to who does
 * not accept that, in the older format of Prometheus.
 */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

struct request;

void	metrics_serve(struct request *r);

#endif
