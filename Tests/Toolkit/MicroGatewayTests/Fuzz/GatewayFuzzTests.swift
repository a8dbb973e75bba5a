// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import MicroCore
import MicroEdge
import NIOHTTP1
import TestSupport
import Testing

@testable import MicroGateway

/// Mutated paths, queries, templates and header fields, with fixed seeds.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(5))) struct GatewayFuzzTests {
    private static let rounds = 20_000

    /// Paths that are accepted have one normal form, which has nothing that servers read differently.
    @Test(arguments: [1, 2]) func pathsHaveOneNormalForm(_ seed: UInt64) throws {
        var fuzzer = Fuzzer(seed: seed)
        let seeds = ["/greeter/say/hello?name=a", "/v1/a-b/c%20d//e/", "/%7Ea/%e4%bd%a0;x=1", "http://h/a/b?c#d"]
        var accepted = 0
        for round in 0..<Self.rounds {
            let target = String(decoding: fuzzer.mutated(Array(seeds[round % seeds.count].utf8)), as: UTF8.self)
            guard let path = try? RequestPath(target: target) else { continue }
            accepted += 1
            let again = try RequestPath(target: path.description)
            #expect(
                again.segments == path.segments && again.description == path.description, "\(target.debugDescription)")
            for segment in path.segments {
                #expect(!segment.isEmpty && segment != "." && segment != ".." && !segment.contains("/"))
                #expect(!segment.utf8.contains { $0 < 0x20 || $0 == 0x5C || $0 == 0x7F })
            }
        }
        #expect(accepted > 1000)
    }

    /// Whatever a path is, it names only services of the namespace.
    @Test(arguments: GatewayResolver.allCases) func pathsStayInTheNamespace(_ resolver: GatewayResolver) {
        var fuzzer = Fuzzer(seed: 3)
        for namespace in ["go.micro.api", "go-"] {
            let mapping = PathMapping(namespace: namespace, resolver: resolver)
            for _ in 0..<Self.rounds / 4 {
                let target = String(
                    decoding: fuzzer.mutated(Array("/greeter.Say/v1/a-b/Debug.Stats".utf8)), as: UTF8.self)
                guard let path = try? RequestPath(target: target) else { continue }
                let host = String(decoding: fuzzer.mutated(Array("greeter.example:80".utf8)), as: UTF8.self)
                for target in mapping.targets(for: path.segments, host: host) {
                    #expect(mapping.contains(target.service), "\(target)")
                }
                if let service = mapping.service(for: path.segments, host: host) { #expect(mapping.contains(service)) }
                _ = mapping.event(for: path.segments)
            }
        }
    }

    /// A query is rejected, or becomes an object of JSON.
    @Test(arguments: [4, 5]) func queriesBecomeObjects(_ seed: UInt64) throws {
        var fuzzer = Fuzzer(seed: seed)
        let shape = ValueShape(
            name: "R", type: "R",
            values: [
                ValueShape(name: "a", type: "int64"), ValueShape(name: "b", type: "[]float64"),
                ValueShape(name: "c", type: "C", values: [ValueShape(name: "d", type: "bool")]),
            ])
        let seeds = ["a=1&b[]=2.5&b[]=1e3&c.d=true", "c[d]=false&e[f][g]=%22x%22&h", "a=-1&a=null&i=1e999&j=+%00"]
        for round in 0..<Self.rounds {
            let query = String(decoding: fuzzer.mutated(Array(seeds[round % seeds.count].utf8)), as: UTF8.self)
            var message = QueryMessage(shape: round % 2 == 0 ? shape : nil)
            guard (try? message.add(query: query)) != nil else { continue }
            let value = try? JSONSerialization.jsonObject(with: Data(message.root.json.utf8))
            #expect(value is [String: Any], "\(query.debugDescription): \(message.root.json)")
        }
    }

    /// A template is rejected, or matches without a trap. A path that it matches has a value for each variable.
    @Test(arguments: [6, 7]) func templatesMatchOrAreRejected(_ seed: UInt64) throws {
        var fuzzer = Fuzzer(seed: seed)
        let seeds = [
            "/users/{id}/posts/{post}", "/files/{path=**}", "/a/{name=x/*}", "^/users/[0-9]+$", "/literal/only",
        ]
        let paths = ["/users/1/posts/2", "/files/a/b/c", "/a/x/y", "/literal/only", "/"].compactMap {
            try? RequestPath(target: $0)
        }
        for round in 0..<Self.rounds / 4 {
            let text = String(decoding: fuzzer.mutated(Array(seeds[round % seeds.count].utf8)), as: UTF8.self)
            let endpoint = Endpoint(name: "A.Get", metadata: ["path": text])
            let record = ServiceRecord(
                name: "a", endpoints: [endpoint], nodes: [Node(id: "a-1", address: "::1", port: 1)])
            let table = RouteTable(RegistryState([record]), mapping: PathMapping(namespace: ""))
            for path in paths {
                guard let variables = table.match(method: "GET", host: nil, path: path)?.variables else { continue }
                #expect(variables.values.allSatisfy { !$0.contains("\u{0}") }, "\(text.debugDescription)")
            }
        }
    }

    /// Fields of a node's response are passed on only if they are valid, and never those of the connection.
    @Test(arguments: [8, 9]) func fieldsOfNodesAreValid(_ seed: UInt64) {
        var fuzzer = Fuzzer(seed: seed)
        let seeds = [("Content-Type", "text/plain"), ("Set-Cookie", "a=b; Path=/"), ("X-Micro-Identity", "root")]
        for round in 0..<Self.rounds {
            let (name, value) = seeds[round % seeds.count]
            let headers = HTTPHeaders([
                (
                    String(decoding: fuzzer.mutated(Array(name.utf8)), as: UTF8.self),
                    String(decoding: fuzzer.mutated(Array(value.utf8)), as: UTF8.self)
                ), ("Connection", "close, X-Listed"), ("X-Listed", "1"), ("Transfer-Encoding", "chunked"),
            ])
            for field in ProxyHeaders.response(headers) {
                let name = field.name.canonicalName
                #expect(HTTPField.isValidValue(field.value) && !field.value.contains { $0.isNewline })
                #expect(
                    !name.hasPrefix("x-micro-") && !name.contains("_") && name != "x-listed" && name != "connection")
            }
        }
    }
}
