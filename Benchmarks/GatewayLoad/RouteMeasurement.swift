// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import MicroEdge
import MicroGateway

/// Measures the route table of a gateway, and prints one line: `ROUTES BUILD-MS MATCH-µs`.
struct RouteMeasurement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "Measures how long a route table takes to build and to search.")

    @Option(help: "The number of routes.")
    var routes = 10_000

    @Option(help: "The number of searches.")
    var searches = 100_000

    func run() async throws {
        let state = RegistryState(records)
        var configuration = GatewayConfiguration()
        configuration.namespace = ""
        var builds: [Double] = []
        var table = RouteSearch(state, configuration: configuration)
        for _ in 0..<5 {
            let start = ContinuousClock.now
            table = RouteSearch(state, configuration: configuration)
            builds.append(seconds(ContinuousClock.now - start) * 1e3)
        }
        let paths = try (0..<1024).map { number in
            let route = number * 7919 % routes
            return try RequestPath(target: "/service\(route / 10)/items/\(number)/part\(route % 10)")
        }
        var runs: [Double] = []
        for _ in 0..<5 {
            let start = ContinuousClock.now
            for number in 0..<searches {
                guard table.matches(method: "GET", path: paths[number & 1023]) else { throw BenchError("no match") }
            }
            runs.append(seconds(ContinuousClock.now - start) / Double(searches) * 1e6)
        }
        print(routes, text(builds.median, 1), text(runs.median, 2))
    }

    /// Ten routes with a variable for each service.
    private var records: [ServiceRecord] {
        (0..<(routes + 9) / 10).map { service in
            let endpoints = (0..<10).map { number in
                Endpoint(
                    name: "Items.Part\(number)",
                    metadata: ["path": "/service\(service)/items/{id}/part\(number)", "method": "GET"])
            }
            return ServiceRecord(
                name: "service\(service)", endpoints: endpoints,
                nodes: [Node(id: "node-\(service)", address: "127.0.0.1", port: 1)])
        }
    }
}
