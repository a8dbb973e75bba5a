// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Determines the shapes of a type and of the types of its fields. Each type is resolved once, because the number of
/// paths through types that refer to each other can be too large to follow.
final class ShapeResolver {
    /// Nil while a type is being resolved, which means that it contains itself.
    private var cache: [ObjectIdentifier: (shape: ValueShape, value: Any?)?] = [:]

    /// The shape of a type with all levels, and a placeholder value of it if one can be created.
    func resolve<Value: Decodable>(_ type: Value.Type) -> (shape: ValueShape, value: Value?) {
        let (id, name) = (ObjectIdentifier(type), String(describing: type))
        if let scalar = Self.scalars[id] {
            return (ValueShape(name: name, type: scalar.name), scalar.value as? Value)
        }
        if let cached = cache[id] {
            guard let cached else { return (ValueShape(name: name, type: name), nil) }
            return (cached.shape, cached.value as? Value)
        }
        cache[id] = .some(nil)
        let decoder = ShapeDecoder(resolver: self)
        let value = (try? Value(from: decoder)) ?? Self.placeholder(of: type)
        let shape =
            switch decoder.recorder.shape {
            case .nothing: ValueShape(name: name, type: name)
            case .fields(let fields): ValueShape(name: name, type: name, values: fields)
            case .list(let element): ValueShape(name: name, type: "[]" + element.type, values: element.values)
            case .alias(let other): other
            }
        cache[id] = (shape, value)
        return (shape, value)
    }

    /// A placeholder of a type that cannot be decoded without input: an enumeration or an empty collection.
    private static func placeholder<Value>(of type: Value.Type) -> Value? {
        switch type {
        case let type as any CaseIterable.Type: first(of: type) as? Value
        case let type as any RangeReplaceableCollection.Type: type.init() as? Value
        case let type as any SetAlgebra.Type: type.init() as? Value
        default: nil
        }
    }

    private static func first<Cases: CaseIterable>(of type: Cases.Type) -> Any? { type.allCases.first }

    /// Go's names of the types that JSON can represent directly, with a placeholder for each.
    private static let scalars: [ObjectIdentifier: (name: String, value: any Sendable)] = [
        ObjectIdentifier(String.self): ("string", ""), ObjectIdentifier(Bool.self): ("bool", false),
        ObjectIdentifier(Int.self): ("int64", 0), ObjectIdentifier(Int8.self): ("int8", Int8(0)),
        ObjectIdentifier(Int16.self): ("int16", Int16(0)), ObjectIdentifier(Int32.self): ("int32", Int32(0)),
        ObjectIdentifier(Int64.self): ("int64", Int64(0)), ObjectIdentifier(UInt.self): ("uint64", UInt(0)),
        ObjectIdentifier(UInt8.self): ("uint8", UInt8(0)), ObjectIdentifier(UInt16.self): ("uint16", UInt16(0)),
        ObjectIdentifier(UInt32.self): ("uint32", UInt32(0)), ObjectIdentifier(UInt64.self): ("uint64", UInt64(0)),
        ObjectIdentifier(Float.self): ("float32", Float(0)), ObjectIdentifier(Double.self): ("float64", 0.0),
        ObjectIdentifier(Decimal.self): ("float64", Decimal(0)),
        ObjectIdentifier(Date.self): ("string", Date(timeIntervalSince1970: 0)),
        ObjectIdentifier(Data.self): ("string", Data()),
        ObjectIdentifier(URL.self): ("string", URL(fileURLWithPath: "/")),
        ObjectIdentifier(UUID.self): ("string", UUID()),
    ]
}
