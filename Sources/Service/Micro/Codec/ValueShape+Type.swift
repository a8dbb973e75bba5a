// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension ValueShape {
    /// As deep as go-micro goes.
    static let maxDepth = 3

    /// The shape of a type: for a `Decodable` one with its fields, as go-micro derives it from structs, three levels deep and
    /// with Go's names for scalars and lists. What a type does not tell by being decoded is left out.
    init(of type: Any.Type) {
        let shape = (type as? any Decodable.Type).map { ShapeResolver().resolve($0).shape }
        self =
            shape?.pruned(to: Self.maxDepth)
            ?? ValueShape(name: String(describing: type), type: String(describing: type))
        name = String(describing: type)
    }

    /// The same with so many levels of fields.
    func pruned(to depth: Int) -> ValueShape {
        var pruned = self
        pruned.values = depth > 0 ? values.map { $0.pruned(to: depth - 1) } : []
        return pruned
    }

    /// How many fields it has on all levels.
    var fieldCount: Int { values.reduce(values.count) { $0 + $1.fieldCount } }
}

extension [Endpoint] {
    /// The most fields of all of them together: about 100 KiB of text, so that a record has room for the rest.
    static let maxFields = 1000

    /// The same with so many levels of fields as there is room for.
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
