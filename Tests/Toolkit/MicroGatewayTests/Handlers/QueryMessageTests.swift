// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import TestSupport
import Testing

@testable import MicroGateway

/// The conversion of queries to JSON.
@Suite struct QueryMessageTests {
    private let shape = ValueShape(
        name: "Request", type: "Request",
        values: [
            ValueShape(name: "phone", type: "string"), ValueShape(name: "age", type: "int64"),
            ValueShape(name: "size", type: "uint32"), ValueShape(name: "rate", type: "float64"),
            ValueShape(name: "admin", type: "bool"), ValueShape(name: "tags", type: "[]string"),
            ValueShape(
                name: "address", type: "Address",
                values: [ValueShape(name: "zip", type: "string"), ValueShape(name: "lines", type: "[]int64")]),
        ])

    private func json(_ query: String, shape: ValueShape? = nil) throws -> String {
        var message = QueryMessage(shape: shape)
        try message.add(query: query)
        return message.root.json
    }

    @Test(arguments: [
        ("", "{}"), ("a=1&b[c]=2&d[]=3&d[]=4", #"{"a":1,"b":{"c":2},"d":[3,4]}"#), ("a=x&a=y", #"{"a":["x","y"]}"#),
        ("a.b.c=true", #"{"a":{"b":{"c":true}}}"#), ("a", #"{"a":true}"#), ("a=", #"{"a":""}"#),
        ("a=%22+%C3%BC", #"{"a":"\" ü"}"#), ("a=01", #"{"a":"01"}"#), ("a=1e5", #"{"a":1e5}"#),
        ("a=null", #"{"a":null}"#),
        ("a=NaN", #"{"a":"NaN"}"#), ("a=0x10", #"{"a":"0x10"}"#),
    ])
    func typesAreInferredWithoutShape(_ query: String, _ expected: String) throws {
        #expect(try json(query) == expected)
    }

    @Test(arguments: [
        ("phone=123", #"{"phone":"123"}"#), ("age=9007199254740993", #"{"age":9007199254740993}"#),
        ("size=7&rate=1.5", #"{"size":7,"rate":1.5}"#), ("admin=1", #"{"admin":true}"#), ("admin", #"{"admin":true}"#),
        ("phone", #"{"phone":""}"#), ("tags=a", #"{"tags":["a"]}"#), ("tags=a&tags=b", #"{"tags":["a","b"]}"#),
        ("address.zip=007&address[lines]=1&address[lines]=2", #"{"address":{"zip":"007","lines":[1,2]}}"#),
        ("rate=.5", #"{"rate":0.5}"#),
    ])
    func valuesHaveTheTypesOfTheShape(_ query: String, _ expected: String) throws {
        #expect(try json(query, shape: shape) == expected)
    }

    @Test(arguments: ["age=x", "age=1.5", "size=-1", "admin=yes", "rate=inf", "age=99999999999999999999"])
    func invalidValuesNameTheParameter(_ query: String) throws {
        let error = #expect(throws: MicroError.self) { try json(query, shape: shape) }
        #expect(error?.code == .invalidArgument && error?.message.contains(query.split(separator: "=")[0]) == true)
    }

    @Test(arguments: ["a.b.c.d.e.f.g.h.i=1", "=1", "[]=1", "%zz=1", "a=%FF", String(repeating: "a=1&", count: 300)])
    func oversizedAndMalformedQueriesAreRejected(_ query: String) {
        #expect(throws: MicroError.self) { try json(query) }
    }

    @Test func mutatedQueriesGiveJSON() throws {
        var fuzzer = Fuzzer(seed: 3)
        let seeds = ["a=1&b[c]=2&d[]=3&d[]=4", "address.zip=1&tags=%22", "a.b=1&a=2&a[]=3"].map { Array($0.utf8) }
        for round in 0..<20_000 {
            let query = String(decoding: fuzzer.mutated(seeds[round % seeds.count]), as: UTF8.self)
            guard let text = try? json(query, shape: round % 2 == 0 ? shape : nil) else { continue }
            #expect(ExplicitCallTests.isJSON(text), "\(query) gave \(text)")
        }
    }
}
