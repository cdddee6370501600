#!/bin/sh
# Without memory: each allocation of a history with every kind of call is refused once.
exec "${BUILD:-build}/t/sim/nomem"
