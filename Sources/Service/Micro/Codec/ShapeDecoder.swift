// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A decoder without input. It records the fields that a type decodes.
struct ShapeDecoder: Decoder {
    /// The values that a type decoded.
    enum RecordedShape {
        case nothing
        case fields([ValueShape])
        case list(of: ValueShape)
        /// The type is encoded as another type.
        case alias(ValueShape)
    }

    final class ShapeRecorder {
        var shape = RecordedShape.nothing

        func add(_ field: ValueShape) {
            guard case .fields(var fields) = shape else {
                shape = .fields([field])
                return
            }
            guard !fields.contains(where: { $0.name == field.name }) else { return }
            fields.append(field)
            shape = .fields(fields)
        }
    }

    /// A placeholder value cannot be created.
    struct NoValueError: Error {}

    let recorder = ShapeRecorder()
    let resolver: ShapeResolver
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(ShapeKeyedContainer(decoder: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { ShapeUnkeyedContainer(decoder: self) }

    func singleValueContainer() -> any SingleValueDecodingContainer { ShapeSingleValueContainer(decoder: self) }

    fileprivate func value<Value: Decodable>(_ type: Value.Type, _ record: (ValueShape) -> Void) throws -> Value {
        let (shape, value) = resolver.resolve(type)
        record(shape)
        guard let value else { throw NoValueError() }
        return value
    }
}

private struct ShapeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ShapeDecoder
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    func contains(_ key: Key) -> Bool { true }

    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder.value(type) { shape in
            decoder.recorder.add(ValueShape(name: key.stringValue, type: shape.type, values: shape.values))
        }
    }

    /// An optional field may have a type that contains this one.
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) -> Value? {
        try? decode(type, forKey: key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedDecodingContainer<Nested> {
        ShapeDecoder(resolver: decoder.resolver).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
        ShapeDecoder(resolver: decoder.resolver).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { decoder }

    func superDecoder(forKey key: Key) -> any Decoder { ShapeDecoder(resolver: decoder.resolver) }
}

/// A list of one element, which is enough to record the shape of all.
private struct ShapeUnkeyedContainer: UnkeyedDecodingContainer {
    let decoder: ShapeDecoder
    let codingPath: [any CodingKey] = []
    let count: Int? = 1
    private(set) var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    init(decoder: ShapeDecoder) { self.decoder = decoder }

    func decodeNil() -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        currentIndex += 1
        return try decoder.value(type) { decoder.recorder.shape = .list(of: $0) }
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
        currentIndex += 1
        return ShapeDecoder(resolver: decoder.resolver).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
        currentIndex += 1
        return ShapeDecoder(resolver: decoder.resolver).unkeyedContainer()
    }

    mutating func superDecoder() -> any Decoder {
        currentIndex += 1
        return ShapeDecoder(resolver: decoder.resolver)
    }
}

private struct ShapeSingleValueContainer: SingleValueDecodingContainer {
    let decoder: ShapeDecoder
    let codingPath: [any CodingKey] = []

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.value(type) { decoder.recorder.shape = .alias($0) }
    }
}
