// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The names of go-micro's headers that swift-micro reads or writes outside of the transports.
package enum GoMicroHeaderName {
    /// The media type of the body.
    package static let contentType = "Content-Type"
    /// The unique ID of an event.
    package static let id = "Micro-Id"
    /// The topic that an event was published to.
    package static let topic = "Micro-Topic"
    /// The name of the service that sends a request or publishes an event.
    package static let fromService = "Micro-From-Service"
}
