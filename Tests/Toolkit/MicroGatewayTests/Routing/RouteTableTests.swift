// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge
import TestSupport
import Testing

@testable import MicroGateway

/// Routes that endpoints declare in their metadata.
@Suite struct RouteTableTests {
    private func endpoint(_ name: String, _ path: String, _ more: [String: String] = [:]) -> Endpoint {
        Endpoint(name: name, metadata: ["path": path].merging(more) { $1 })
    }

    private func table(_ services: [String: [Endpoint]]) -> RouteTable {
        let records = services.map { name, endpoints in
            ServiceRecord(
                name: name, endpoints: endpoints, nodes: [Node(id: "\(name)-1", address: "127.0.0.1", port: 1)])
        }
        return RouteTable(RegistryState(records), mapping: PathMapping(namespace: "api"))
    }

    private func match(_ table: RouteTable, _ path: String, method: String = "GET", host: String? = nil) throws
        -> String?
    {
        table.match(method: method, host: host, path: try RequestPath(target: path))?.route.target.endpoint
    }

    @Test func mostSpecificRouteWins() throws {
        let table = table([
            "api.a": [
                endpoint("Rest", "/users/{path=**}"), endpoint("Regex", "^/users/.*"),
                endpoint("Template", "/users/{id}"),
                endpoint("Literal", "/users/me"), endpoint("Host", "/users/{id}", ["host": "a.com"]),
                endpoint("Post", "/users/{id}", ["method": "POST, put"]),
            ]
        ])
        #expect(try match(table, "/users/me") == "Literal")
        #expect(try match(table, "/users/7") == "Template")
        #expect(try match(table, "/users/7", host: "A.com:8080") == "Host")
        #expect(try match(table, "/users/7", method: "PUT") == "Post")
        #expect(try match(table, "/users/7/friends") == "Rest")
        #expect(try match(table, "/users") == "Rest")
        #expect(try match(table, "/superusers/7") == nil)
    }

    @Test func variablesAreDecodedSegments() throws {
        let table = table([
            "api.a": [endpoint("Get", "/shelves/{shelf}/books/{book=*}"), endpoint("File", "/files/{path=**}")]
        ])
        let path = try RequestPath(target: "/shelves/a%20b/books/2")
        #expect(table.match(method: "GET", host: nil, path: path)?.variables == ["shelf": "a b", "book": "2"])
        let file = try RequestPath(target: "/files/a/b/c")
        #expect(table.match(method: "GET", host: nil, path: file)?.variables == ["path": "a/b/c"])
    }

    @Test func expressionsMatchTheWholePath() throws {
        let table = table(["api.a": [endpoint("Get", "^/user/[0-9]+")]])
        #expect(try match(table, "/user/12") == "Get")
        #expect(try match(table, "/user/12/x") == nil)
        #expect(try match(table, "/a/user/12") == nil)
    }

    @Test func alternativesMatchTheWholePath() throws {
        let table = table(["api.a": [endpoint("Get", "^/a|/ab$")]])
        #expect(try match(table, "/a") == "Get")
        #expect(try match(table, "/ab") == "Get")
        #expect(try match(table, "/abc") == nil)
    }

    @Test func expressionsAreNotComparedWithLongPaths() throws {
        let table = table(["api.a": [endpoint("Get", "^/.*")]])
        let path = String(repeating: "a", count: PathExpression.maxPathLength - 1)
        #expect(try match(table, "/\(path)") == "Get")
        #expect(try match(table, "/\(path)a") == nil)
    }

    @Test func onlyPublicEndpointsOfTheNamespaceHaveRoutes() throws {
        let table = table([
            "api.a": [endpoint("Debug.Stats", "/stats"), endpoint("A.Get", "/a")], "apix.b": [endpoint("B.Get", "/b")],
        ])
        #expect(try match(table, "/a") == "A.Get")
        #expect(try match(table, "/stats") == nil)
        #expect(try match(table, "/b") == nil)
    }

    @Test(arguments: ["^[", "^/a)(b", "/a/{b", "/a/{}", "/a/x{b}", "^" + String(repeating: "a", count: 600)])
    func invalidPatternsAreReported(_ pattern: String) throws {
        let table = table(["api.a": [endpoint("A.Get", "/ok"), endpoint("A.Bad", pattern)]])
        #expect(table.problems.count == 1 && table.problems[0].contains("A.Bad"))
        #expect(try match(table, "/ok") == "A.Get")
    }

    @Test func tiesAreResolvedByServiceName() throws {
        let table = table(["api.b": [endpoint("B.Get", "/x")], "api.a": [endpoint("A.Get", "/x")]])
        #expect(try match(table, "/x") == "A.Get")
    }

    /// The search by segments finds what a comparison with each pattern finds.
    @Test func searchFindsWhatAComparisonOfAllPatternsFinds() throws {
        var random = Fuzzer(seed: 11)
        let segments = ["a", "b", "c", "{x}", "{y}"]
        let patterns = (0..<300).map { number -> String in
            let path = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                "/" + (segments.randomElement(using: &random) ?? "")
            }.joined()
            return number % 10 == 0 ? path + "/{rest=**}" : number % 31 == 0 ? "^/[ab]/.*\(number)" : path
        }
        let endpoints = patterns.enumerated().map { number, path in
            endpoint("A.Get\(number)", path, number % 3 == 0 ? ["method": "POST"] : [:])
        }
        let table = table(["api.a": endpoints])
        let routes = try endpoints.enumerated().map { number, endpoint in
            (endpoint.name, try PathPattern(patterns[number]), number % 3 == 0)
        }
        var found = 0
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                "/" + (["a", "b", "c", "d"].randomElement(using: &random) ?? "")
            }.joined()
            let path = try RequestPath(target: text.isEmpty ? "/" : text)
            for method in ["GET", "POST"] {
                let matching = routes.filter { _, pattern, isPost in
                    (!isPost || method == "POST") && pattern.matches(path)
                }
                let all = table.matches(method: method, host: nil, path: path)
                #expect(Set(all.map(\.route.target.endpoint)) == Set(matching.map(\.0)), "\(path)")
                let best = table.match(method: method, host: nil, path: path)
                #expect(best?.route.target == all.first?.route.target && best?.variables == all.first?.variables)
                #expect(best?.route.pattern.specificity == matching.map(\.1.specificity).max(), "\(path)")
                found += matching.isEmpty ? 0 : 1
            }
        }
        #expect(found > 100)
    }

    @Test func nearestServiceSharesTheLastParts() {
        let table = table(["api.greeter": [], "api.users": []])
        #expect(table.nearestService(to: "other.greeter") == "api.greeter")
        #expect(table.nearestService(to: "other.nothing") == "api.greeter", "the first one by name")
    }
}
