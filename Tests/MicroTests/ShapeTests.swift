// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Micro

private enum Colour: String, Codable, CaseIterable { case red, green }

private struct Address: Codable {
    let street: String
    let at: Date?
}

private struct Person: Codable {
    let name: String
    let age: Int
    let weight: Double?
    let colour: Colour
    let addresses: [Address]
    let home: Address?
    let friends: [Person]
    let tags: Set<String>
    let id: UUID
}

@Suite struct ShapeTests {
    @Test func aTypeIsDescribedByItsFields() {
        let shape = ValueShape(of: Person.self)
        #expect(shape.name == "Person" && shape.type == "Person")
        let address = [ValueShape(name: "street", type: "string"), ValueShape(name: "at", type: "float64")]
        #expect(
            shape.values == [
                ValueShape(name: "name", type: "string"), ValueShape(name: "age", type: "int64"),
                ValueShape(name: "weight", type: "float64"), ValueShape(name: "colour", type: "string"),
                ValueShape(name: "addresses", type: "[]Address", values: address),
                ValueShape(name: "home", type: "Address", values: address),
                ValueShape(name: "friends", type: "[]Person"), ValueShape(name: "tags", type: "[]string"),
                ValueShape(name: "id", type: "string"),
            ])
    }

    @Test func itGoesNoDeeperThanGoMicro() {
        struct Four: Codable { let end: String }
        struct Three: Codable { let four: Four }
        struct Two: Codable { let three: Three }
        struct One: Codable { let two: Two }
        let shape = ValueShape(of: One.self)
        #expect(shape.values[0].values[0].values[0] == ValueShape(name: "four", type: "Four"))
    }

    @Test func whatIsNotDecodableHasAName() {
        struct Opaque {}
        #expect(ValueShape(of: Opaque.self) == ValueShape(name: "Opaque", type: "Opaque"))
    }

    @Test func scalarsAndListsHaveGosNames() {
        #expect(ValueShape(of: String.self) == ValueShape(name: "String", type: "string"))
        #expect(ValueShape(of: [Int].self) == ValueShape(name: "Array<Int>", type: "[]int64"))
    }
}
