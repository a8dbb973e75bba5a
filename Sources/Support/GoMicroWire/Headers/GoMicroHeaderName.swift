// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The header names of go-micro's transports and brokers.
///
/// Up to v1.0 go-micro also writes (v0.20 only writes) each `Micro-` name behind ``legacyPrefix``.
package enum GoMicroHeaderName {
    /// The media type of the body.
    package static let contentType = "Content-Type"
    /// The media types that the caller accepts.
    package static let accept = "Accept"
    /// The remaining time of a request, in nanoseconds.
    package static let timeout = "Timeout"
    /// The number of a call on its connection, or the unique ID of an event.
    package static let id = "Micro-Id"
    /// The name of the called service.
    package static let service = "Micro-Service"
    /// The called endpoint under its older name.
    package static let method = "Micro-Method"
    /// The called endpoint, such as `Greeter.Hello`.
    package static let endpoint = "Micro-Endpoint"
    /// The error of a response, or ``GoMicroHeaders/endOfStream``.
    package static let error = "Micro-Error"
    /// Set on the messages of a stream, from v1.9 on.
    package static let stream = "Micro-Stream"
    /// The topic of an event.
    package static let topic = "Micro-Topic"
    /// The name of the calling or publishing service.
    package static let fromService = "Micro-From-Service"
    /// The topic of an event in the HTTP broker's envelope; no user header can have this name.
    package static let brokerTopic = ":topic"

    /// The prefix of the names that go-micro up to v1.0 writes: `X-Micro-Service`.
    package static let legacyPrefix = "X-"
}
