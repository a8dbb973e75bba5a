// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import GoMicroWire
package import MicroCore

/// The description and the header fields of a call or a stream over a broker.
package struct MessageCall: Sendable {
    /// Names the call in errors, such as `greeter Greeter.Hello at _INBOX.x`.
    package let description: String

    private let request: TransportRequest
    private let broker: String

    /// - Parameters:
    ///   - destination: The subject or the name of the queue.
    ///   - broker: The product, for error messages.
    package init(_ request: TransportRequest, at destination: String, over broker: String) {
        description = "\(request.service) \(request.endpoint) at \(destination)"
        self.request = request
        self.broker = broker
    }

    /// The header fields of the request: its target, its kind, its deadline and the user's headers.
    ///
    /// - Parameter kind: The ID of a call, or the mark of a stream.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` or `unsupported` for headers that cannot be sent.
    package func headerFields(kind: GoMicroHeaders.Fields) throws -> GoMicroHeaders.Fields {
        let target = GoMicroHeaders.targetFields(of: request)
        try CallHeaderRules.check(target: target)
        try CallHeaderRules.check(request.headers, broker: broker)
        return target + kind + GoMicroHeaders.timeoutFields(until: request.deadline) + request.headers
    }

    /// Checks that the deadline has not passed.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `deadlineExceeded`.
    package func checkDeadline() throws {
        guard request.deadline > .now else { throw MicroError.noResponse(description, isSafeToRetry: true) }
    }

    /// Adds the description of the call to an error of the connection.
    package func addingContext(to cause: any Error) -> any Error {
        guard var error = cause as? MicroError else { return cause }
        if error.code == .deadlineExceeded {
            return MicroError.noResponse(description, isSafeToRetry: error.isSafeToRetry)
        }
        // The error of a missing listener begins with it already.
        if !error.message.hasPrefix(description) { error.message = "\(description): \(error.message)" }
        return error
    }
}
