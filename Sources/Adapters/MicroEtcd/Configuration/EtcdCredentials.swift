// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A user of etcd.
struct EtcdCredentials: Sendable {
    let name: String
    let password: Secret
}
