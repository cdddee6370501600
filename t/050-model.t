#!/bin/sh
# Every sequence of events that kernel and operators can produce, on the step function.
exec "${BUILD:-build}/t/sim/model" 20
