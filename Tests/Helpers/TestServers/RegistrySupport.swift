// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore

/// A record with one node.
package func record(
    _ name: String, node: String = "a", port: Int? = 80, version: String = "1"
) -> ServiceRecord {
    ServiceRecord(
        name: name, version: version, nodes: [Node(id: "\(name)-\(node)", address: "10.0.0.1", port: port)])
}

/// A name that no other test uses.
package func uniqueName(_ prefix: String = "svc") -> String {
    "\(prefix)-\(UUID().uuidString.lowercased().prefix(8))"
}

/// The code of the error that an operation throws; nil if it succeeds.
package func errorCode(_ operation: () async throws -> Void) async -> MicroError.Code? {
    do {
        try await operation()
        return nil
    } catch { return (error as? MicroError)?.code }
}
