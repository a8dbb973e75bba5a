// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension ValueShape {
    /// The number of levels of fields, as in go-micro.
    static let maxDepth = 3

    /// Creates the shape of a type. The shape of a `Decodable` type contains its fields, as go-micro derives them from
    /// structs: three levels, with Go's names for scalars and lists. Fields that the type does not decode are omitted.
    init(of type: Any.Type) {
        let shape = (type as? any Decodable.Type).map { ShapeResolver().resolve($0).shape }
        self =
            shape?.pruned(to: Self.maxDepth)
            ?? ValueShape(name: String(describing: type), type: String(describing: type))
        name = String(describing: type)
    }

    /// The shape with a number of levels of fields.
    func pruned(to depth: Int) -> ValueShape {
        var pruned = self
        pruned.values = depth > 0 ? values.map { $0.pruned(to: depth - 1) } : []
        return pruned
    }

    /// The number of fields on all levels.
    var fieldCount: Int { values.reduce(values.count) { $0 + $1.fieldCount } }
}
