// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

// `import Micro` also provides the types of the contracts.
@_exported public import MicroCore
