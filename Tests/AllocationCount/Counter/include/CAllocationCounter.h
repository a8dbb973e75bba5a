// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

/// The number of heap allocations of this process since its start; -1 on platforms where they cannot be counted.
long micro_allocation_count(void);

#endif
