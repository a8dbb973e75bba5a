// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
package import MicroEdge

/// The search for the route of a request alone, for measurements.
package struct RouteSearch: Sendable {
    private let table: RouteTable

    /// Creates the table that a gateway with a configuration has for a state.
    package init(_ state: RegistryState, configuration: GatewayConfiguration) {
        table = RouteTable(
            state, mapping: GatewayRouter(configuration).mapping, reservedPaths: configuration.reservedPaths)
    }

    /// Whether a declared route matches a request.
    package func matches(method: String, path: RequestPath) -> Bool {
        table.match(method: method, host: nil, path: path) != nil
    }
}
