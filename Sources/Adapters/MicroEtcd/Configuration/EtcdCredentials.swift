// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The name and the password of an etcd user.
struct EtcdCredentials: Sendable {
    let name: String
    let password: Secret
}
