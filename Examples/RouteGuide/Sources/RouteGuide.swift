// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroBackends

/// A service with all four forms of calls, defined in `route_guide.proto`.
///
///     route-guide serve    # registers as MICRO_REGISTRY says
///     route-guide call     # in another terminal, with the same environment
///     route-guide          # both, in one process
@main struct RouteGuide {
    static func main() async throws {
        switch CommandLine.arguments.dropFirst().first {
        case "serve": try await makeService().runService()
        case "call": try await call()
        default: try await demonstrate()
        }
    }

    private static func makeService() throws -> Microservice {
        let service = try Microservice("routeguide", backends: .environment)
        service.register(MyRouteGuide())
        return service
    }

    private static func call() async throws {
        let client = try Client(backends: .environment)
        let guide = RouteGuideClient(client, service: "routeguide")
        let cities = [Routeguide_Feature].cities.map(\.location)

        print("At \(cities[0].latitude), \(cities[0].longitude): \(try await guide.getFeature(cities[0]).name)")

        let europe = Routeguide_Rectangle.with {
            $0.low.latitude = 350_000_000
            $0.low.longitude = -100_000_000
            $0.high.latitude = 700_000_000
            $0.high.longitude = 400_000_000
        }
        for try await feature in try await guide.listFeatures(europe) { print("In Europe: \(feature.name)") }

        let summary = try await guide.recordRoute { route in
            for point in cities { try await route.send(point) }
        }
        print("Route: \(summary.pointCount) points, \(Int(summary.distance / 1000)) km")

        let chat = try await guide.routeChat()
        for message in ["first", "second", "third"] {
            try await chat.send(
                .with {
                    $0.location = cities[1]
                    $0.message = message
                })
        }
        try await chat.finish()
        for try await note in chat { print("Note: \(note.message)") }
        await client.close()
    }

    private static func demonstrate() async throws {
        let service = try makeService()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for await case .registered in service.registrationStatuses() { break }
            try await call()
            group.cancelAll()
        }
    }
}
