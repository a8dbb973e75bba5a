// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A message as a server delivered it.
struct NATSMessage: Sendable {
    let subject: String
    let reply: String?
    /// The status of a message that the server itself sent, such as 503; nil for a client's message.
    let status: Int?
    /// The description of the status.
    let reason: String
    let headers: Headers
    let body: ByteBuffer
}
