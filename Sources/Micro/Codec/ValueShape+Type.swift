// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

extension ValueShape {
    /// The shape of a type: for a `Decodable` one with its fields, as go-micro derives it from structs, three levels deep and
    /// with Go's names for scalars and lists. What a type does not tell by being decoded is left out.
    init(of type: Any.Type) {
        let shape = (type as? any Decodable.Type).map { Self.explored($0).shape }
        self = shape ?? ValueShape(name: String(describing: type), type: String(describing: type))
        name = String(describing: type)
    }

    /// As deep as go-micro goes.
    private static let deepest = 3

    /// The shape of a type, and a value of it if one can be made of nothing.
    ///
    /// - Parameter ancestors: The types that it is a part of.
    static func explored<Value: Decodable>(
        _ type: Value.Type, ancestors: [any Any.Type] = []
    ) -> (shape: ValueShape, value: Value?) {
        let name = String(describing: type)
        if let scalar = scalars[ObjectIdentifier(type)] {
            return (ValueShape(name: name, type: scalar.name), scalar.value as? Value)
        }
        guard !ancestors.contains(where: { $0 == type }) else { return (ValueShape(name: name, type: name), nil) }
        let decoder = ShapeDecoder(ancestors: ancestors + [type])
        let value = (try? Value(from: decoder)) ?? placeholder(of: type)
        let shape =
            switch decoder.finding.content {
            case .nothing: ValueShape(name: name, type: name)
            case .fields(let fields):
                ValueShape(name: name, type: name, values: ancestors.count < deepest ? fields : [])
            case .list(let element): ValueShape(name: name, type: "[]" + element.type, values: element.values)
            case .alias(let other): other
            }
        return (shape, value)
    }

    /// A value of a type that cannot be decoded from nothing: of an enumeration, or a list of what contains it.
    private static func placeholder<Value>(of type: Value.Type) -> Value? {
        switch type {
        case let type as any CaseIterable.Type: first(of: type) as? Value
        case let type as any RangeReplaceableCollection.Type: type.init() as? Value
        case let type as any SetAlgebra.Type: type.init() as? Value
        default: nil
        }
    }

    private static func first<Cases: CaseIterable>(of type: Cases.Type) -> Any? { type.allCases.first }

    /// As JSON has them.
    private static let scalars: [ObjectIdentifier: (name: String, value: any Sendable)] = [
        ObjectIdentifier(String.self): ("string", ""), ObjectIdentifier(Bool.self): ("bool", false),
        ObjectIdentifier(Int.self): ("int64", 0), ObjectIdentifier(Int8.self): ("int8", Int8(0)),
        ObjectIdentifier(Int16.self): ("int16", Int16(0)), ObjectIdentifier(Int32.self): ("int32", Int32(0)),
        ObjectIdentifier(Int64.self): ("int64", Int64(0)), ObjectIdentifier(UInt.self): ("uint64", UInt(0)),
        ObjectIdentifier(UInt8.self): ("uint8", UInt8(0)), ObjectIdentifier(UInt16.self): ("uint16", UInt16(0)),
        ObjectIdentifier(UInt32.self): ("uint32", UInt32(0)), ObjectIdentifier(UInt64.self): ("uint64", UInt64(0)),
        ObjectIdentifier(Float.self): ("float32", Float(0)), ObjectIdentifier(Double.self): ("float64", 0.0),
        ObjectIdentifier(Decimal.self): ("float64", Decimal(0)),
        ObjectIdentifier(Date.self): ("float64", Date(timeIntervalSince1970: 0)),
        ObjectIdentifier(Data.self): ("string", Data()),
        ObjectIdentifier(URL.self): ("string", URL(fileURLWithPath: "/")),
        ObjectIdentifier(UUID.self): ("string", UUID()),
    ]
}
