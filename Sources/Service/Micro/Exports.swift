// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

// A service author imports `Micro` alone and has the values of the contracts too.
@_exported public import MicroCore
