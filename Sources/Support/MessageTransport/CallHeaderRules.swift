// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import GoMicroWire
package import MicroCore

/// Checks the headers of calls and streams. go-micro's messages can hold only one header of each name.
package enum CallHeaderRules {
    /// Checks the user's headers.
    ///
    /// - Parameter broker: The product, for error messages.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`, or `unsupported` for several with one name.
    package static func check(_ headers: Headers, broker: String) throws {
        guard !headers.isEmpty else { return }
        try TopicRules.check(headers: headers)
        var names: Set<String> = []
        for (name, _) in headers {
            guard GoMicroHeaders.transportFieldName(name) == nil else {
                throw MicroError(
                    .invalidArgument, "the header \(name) is reserved for the transport: choose another name",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
            guard names.insert(name.lowercased()).inserted else {
                throw MicroError(
                    .unsupported, "the \(broker) transport cannot send several headers named \(name)",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
        }
    }

    /// Checks the fields that name the target and the type of a request.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    package static func check(target: GoMicroHeaders.Fields) throws {
        for (name, value) in target where value.isEmpty || value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw MicroError(
                .invalidArgument, "\(NameRules.quoted(value)) cannot be sent as \(name)",
                origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
    }
}
