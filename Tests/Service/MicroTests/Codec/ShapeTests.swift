// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Micro

private enum Color: String, Codable, CaseIterable { case red, green }

private struct Address: Codable {
    let street: String
    let at: Date?
}

private struct Person: Codable {
    let name: String
    let age: Int
    let weight: Double?
    let color: Color
    let addresses: [Address]
    let home: Address?
    let friends: [Person]
    let tags: Set<String>
    let id: UUID
}

@Suite struct ShapeTests {
    @Test func typeShapeListsFields() {
        let shape = ValueShape(of: Person.self)
        #expect(shape.name == "Person" && shape.type == "Person")
        let address = [ValueShape(name: "street", type: "string"), ValueShape(name: "at", type: "string")]
        #expect(
            shape.values == [
                ValueShape(name: "name", type: "string"), ValueShape(name: "age", type: "int64"),
                ValueShape(name: "weight", type: "float64"), ValueShape(name: "color", type: "string"),
                ValueShape(name: "addresses", type: "[]Address", values: address),
                ValueShape(name: "home", type: "Address", values: address),
                ValueShape(name: "friends", type: "[]Person"), ValueShape(name: "tags", type: "[]string"),
                ValueShape(name: "id", type: "string"),
            ])
    }

    @Test func shapeDepthIsLimited() {
        struct Four: Codable { let end: String }
        struct Three: Codable { let four: Four }
        struct Two: Codable { let three: Three }
        struct One: Codable { let two: Two }
        let shape = ValueShape(of: One.self)
        #expect(shape.values[0].values[0].values[0] == ValueShape(name: "four", type: "Four"))
    }

    @Test func nonDecodableTypeHasOnlyName() {
        struct Opaque {}
        #expect(ValueShape(of: Opaque.self) == ValueShape(name: "Opaque", type: "Opaque"))
    }

    @Test func scalarsAndListsUseGoTypeNames() {
        #expect(ValueShape(of: String.self) == ValueShape(name: "String", type: "string"))
        #expect(ValueShape(of: [Int].self) == ValueShape(name: "Array<Int>", type: "[]int64"))
    }

    /// A collection of values without a placeholder can be empty.
    @Test func fieldsAfterUndecodableCollectionsAreIncluded() {
        struct WithoutPlaceholder: Codable, Hashable {
            init(from decoder: any Decoder) throws { throw CocoaError(.coderInvalidValue) }
        }
        struct Holder: Codable {
            let set: Set<WithoutPlaceholder>
            let list: [WithoutPlaceholder]
            let name: String
        }
        let shape = ValueShape(of: Holder.self)
        #expect(shape.values.map(\.name) == ["set", "list", "name"])
    }

    @Test func fieldDecodedTwiceIsListedOnce() {
        struct Twice: Decodable {
            enum CodingKeys: CodingKey { case id }

            init(from decoder: any Decoder) throws {
                let fields = try decoder.container(keyedBy: CodingKeys.self)
                if try fields.decodeIfPresent(Int.self, forKey: .id) == nil {
                    _ = try fields.decode(String.self, forKey: .id)
                }
                _ = try fields.decode(Int.self, forKey: .id)
            }
        }
        #expect(ValueShape(of: Twice.self).values == [ValueShape(name: "id", type: "int64")])
    }

    @Test func nestedUnkeyedContainersTerminate() {
        struct Grid: Decodable {
            enum CodingKeys: CodingKey { case x }

            init(from decoder: any Decoder) throws {
                var rows = try decoder.unkeyedContainer()
                while !rows.isAtEnd {
                    var row = try rows.nestedUnkeyedContainer()
                    while !row.isAtEnd { _ = try row.nestedContainer(keyedBy: CodingKeys.self) }
                }
            }
        }
        #expect(ValueShape(of: Grid.self) == ValueShape(name: "Grid", type: "Grid"))
    }

    @Test func decoderOfElementAdvancesUnkeyedContainer() {
        struct Elements: Decodable {
            init(from decoder: any Decoder) throws {
                var elements = try decoder.unkeyedContainer()
                _ = try elements.superDecoder()
                // A loop over the elements would not end.
                #expect(elements.isAtEnd)
            }
        }
        #expect(ValueShape(of: Elements.self) == ValueShape(name: "Elements", type: "Elements"))
    }

    /// Each type has all others as fields, which results in more than a hundred million paths.
    @Test func mutuallyRecursiveTypesAreResolvedOnce() {
        #expect(
            ValueShape(of: Cycle.A.self).values.map(\.type) == ["B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"])
    }

    @Test func endpointShapesAreBounded() {
        let wide = ValueShape(
            name: "Wide", type: "Wide",
            values: (0..<20).map { outer in
                ValueShape(
                    name: "\(outer)", type: "T", values: (0..<20).map { ValueShape(name: "\($0)", type: "string") })
            })
        let endpoints = (0..<10).map { Endpoint(name: "E.\($0)", request: wide, response: wide) }
        #expect(Array(endpoints.prefix(1)).bounded == Array(endpoints.prefix(1)))
        #expect(endpoints.bounded.allSatisfy { $0.request?.fieldCount == 20 && $0.response?.fieldCount == 20 })
        let many = (0..<1000).map { Endpoint(name: "E.\($0)", request: wide) }
        #expect(many.bounded.allSatisfy { $0.request == ValueShape(name: "Wide", type: "Wide") })
    }
}

private enum Cycle {
    final class A: Codable {
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class B: Codable {
        var a: A?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class C: Codable {
        var a: A?
        var b: B?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class D: Codable {
        var a: A?
        var b: B?
        var c: C?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class E: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class F: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class G: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class H: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var i: I?
        var j: J?
        var k: K?
        var l: L?
    }
    final class I: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var j: J?
        var k: K?
        var l: L?
    }
    final class J: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var k: K?
        var l: L?
    }
    final class K: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var l: L?
    }
    final class L: Codable {
        var a: A?
        var b: B?
        var c: C?
        var d: D?
        var e: E?
        var f: F?
        var g: G?
        var h: H?
        var i: I?
        var j: J?
        var k: K?
    }
}
