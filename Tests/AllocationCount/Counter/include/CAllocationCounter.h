// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

/// How often this process has asked for memory since it started; -1 where that cannot be counted.
long micro_allocation_count(void);

#endif
