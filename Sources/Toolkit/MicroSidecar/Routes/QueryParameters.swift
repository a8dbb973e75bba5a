// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Foundation
import MicroCore
import MicroEdge

/// The parameters of a query or a form (`application/x-www-form-urlencoded`).
struct QueryParameters: Sendable {
    private static let maxCount = 256

    private let values: [String: String]

    /// Reads a query. The first of several values of a name counts.
    init(_ text: String?) {
        let pairs = (text ?? "").split(separator: "&").prefix(Self.maxCount).map { parameter in
            let halves = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = halves.map { String($0).replacing("+", with: " ").removingPercentEncoding ?? String($0) }
            return (decoded[0], decoded.count == 2 ? decoded[1] : "")
        }
        values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The value of a parameter; nil if there is none.
    subscript(name: String) -> String? { values[name] }

    /// A duration; nil if the parameter is missing.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the parameter.
    func duration(_ name: String) throws -> Duration? {
        guard let text = values[name], !text.isEmpty else { return nil }
        guard let duration = Duration(setting: text) else {
            throw MicroError(
                .invalidArgument,
                "\(name)=\(text.prefix(40)) is not valid: expected a duration such as 10s, 500ms or 1m, or a number of "
                    + "seconds",
                origin: MicroError.Origin.edge)
        }
        return duration
    }
}
