// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import Synchronization

/// The implementation of the service in `route_guide.proto`.
final class MyRouteGuide: RouteGuideService {
    private let features: [Routeguide_Feature]
    /// The notes at each point, and their number is limited.
    private let notes = Mutex<[Routeguide_Point: [Routeguide_RouteNote]]>([:])
    private static let maxNotesPerPoint = 100

    init(features: [Routeguide_Feature] = .cities) { self.features = features }

    func getFeature(_ request: Routeguide_Point, context: RequestContext) async throws -> Routeguide_Feature {
        feature(at: request) ?? .with { $0.location = request }
    }

    func listFeatures(
        _ request: Routeguide_Rectangle, responses: MessageWriter<Routeguide_Feature>, context: RequestContext
    ) async throws {
        for feature in features where request.contains(feature.location) { try await responses.send(feature) }
    }

    func recordRoute(
        _ requests: MessageReader<Routeguide_Point>, context: RequestContext
    ) async throws -> Routeguide_RouteSummary {
        var summary = Routeguide_RouteSummary()
        var previous: Routeguide_Point?
        for try await point in requests {
            summary.pointCount += 1
            if feature(at: point) != nil { summary.featureCount += 1 }
            if let previous { summary.distance += previous.distance(to: point) }
            previous = point
        }
        return summary
    }

    func routeChat(
        _ stream: MessageStream<Routeguide_RouteNote, Routeguide_RouteNote>, context: RequestContext
    ) async throws {
        for try await note in stream {
            let earlier = notes.withLock { notes in
                let earlier = notes[note.location] ?? []
                notes[note.location] = earlier.suffix(Self.maxNotesPerPoint - 1) + [note]
                return earlier
            }
            for note in earlier { try await stream.send(note) }
        }
    }

    private func feature(at point: Routeguide_Point) -> Routeguide_Feature? { features.first { $0.location == point } }
}

extension Routeguide_Point {
    /// The distance on a sphere of the Earth's mean radius, in metres.
    func distance(to other: Routeguide_Point) -> Double {
        func radians(_ value: Int32) -> Double { Double(value) / 1e7 * .pi / 180 }
        let (latitude1, latitude2) = (radians(latitude), radians(other.latitude))
        let halfLatitude = sin((latitude2 - latitude1) / 2)
        let halfLongitude = sin((radians(other.longitude) - radians(longitude)) / 2)
        let square = halfLatitude * halfLatitude + cos(latitude1) * cos(latitude2) * halfLongitude * halfLongitude
        return 2 * 6_371_000 * asin(min(1, square.squareRoot()))
    }
}

extension Routeguide_Rectangle {
    func contains(_ point: Routeguide_Point) -> Bool {
        (min(low.latitude, high.latitude)...max(low.latitude, high.latitude)).contains(point.latitude)
            && (min(low.longitude, high.longitude)...max(low.longitude, high.longitude)).contains(point.longitude)
    }
}

extension [Routeguide_Feature] {
    /// Some cities.
    static let cities: Self = {
        let places: [(name: String, latitude: Int32, longitude: Int32)] = [
            ("Lisbon", 387_223_000, -91_393_000), ("Vienna", 482_082_000, 163_738_000),
            ("Nairobi", -12_921_000, 368_219_000), ("Quito", -1_807_000, -784_678_000),
        ]
        return places.map { place in
            .with {
                $0.name = place.name
                $0.location.latitude = place.latitude
                $0.location.longitude = place.longitude
            }
        }
    }()
}
