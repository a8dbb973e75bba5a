// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension [Endpoint] {
    /// The maximum number of fields of all endpoints together: about 100 KiB of text, which leaves room in a record for the
    /// rest.
    static let maxFields = 1000

    /// The endpoints with as many levels of fields as ``maxFields`` permits.
    var bounded: [Endpoint] {
        for depth in (0...ValueShape.maxDepth).reversed() {
            let endpoints = map { endpoint in
                var endpoint = endpoint
                endpoint.request = endpoint.request?.pruned(to: depth)
                endpoint.response = endpoint.response?.pruned(to: depth)
                return endpoint
            }
            let count = endpoints.reduce(0) { $0 + ($1.request?.fieldCount ?? 0) + ($1.response?.fieldCount ?? 0) }
            if count <= Self.maxFields { return endpoints }
        }
        return self
    }
}
