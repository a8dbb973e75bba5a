// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroTesting
import SwiftProtobuf
import Testing

@testable import route_guide

@Suite(.timeLimit(.minutes(1))) struct RouteGuideTests {
    private let lisbon = [Routeguide_Feature].cities[0]

    private func withGuide(_ body: (RouteGuideClient) async throws -> Void) async throws {
        let backends = TestBackends()
        let service = try backends.makeService("routeguide")
        service.register(MyRouteGuide())
        try await withRunning([service], on: backends) { client in
            try await body(RouteGuideClient(client, service: "routeguide"))
        }
    }

    @Test func featureIsFoundByPoint() async throws {
        try await withGuide { guide in
            let (found, missing) = try await (guide.getFeature(lisbon.location), guide.getFeature(.init()))
            #expect(found == lisbon)
            #expect(missing.name == "")
        }
    }

    @Test func featuresInRectangleAreStreamed() async throws {
        try await withGuide { guide in
            let world = Routeguide_Rectangle.with {
                $0.low.latitude = -900_000_000
                $0.low.longitude = -1_800_000_000
                $0.high.latitude = 900_000_000
                $0.high.longitude = 1_800_000_000
            }
            var names: [String] = []
            for try await feature in try await guide.listFeatures(world) { names.append(feature.name) }
            #expect(names == ["Lisbon", "Vienna", "Nairobi", "Quito"])
        }
    }

    @Test func routeIsSummarized() async throws {
        try await withGuide { guide in
            let summary = try await guide.recordRoute { route in
                for feature in [Routeguide_Feature].cities { try await route.send(feature.location) }
                try await route.send(.init())
            }
            #expect(summary.pointCount == 5 && summary.featureCount == 4)
            #expect(try await guide.recordRoute { _ in }.pointCount == 0)
        }
    }

    @Test func notesOfPointAreSentBack() async throws {
        try await withGuide { guide in
            let chat = try await guide.routeChat()
            var notes = chat.makeAsyncIterator()
            for (index, text) in ["a", "b", "c"].enumerated() {
                try await chat.send(
                    .with {
                        $0.location = lisbon.location
                        $0.message = text
                    })
                for earlier in ["a", "b", "c"].prefix(index) { #expect(try await notes.next()?.message == earlier) }
            }
            try await chat.finish()
            #expect(try await notes.next() == nil)
        }
    }
}
