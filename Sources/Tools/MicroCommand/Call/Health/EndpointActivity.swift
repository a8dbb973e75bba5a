// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The response of `Debug.Endpoints`: the calls of each endpoint of a node.
struct EndpointActivity: Codable, Sendable {
    struct Counters: Codable, Sendable {
        var calls = 0
        var errors = 0
        var inFlight = 0
        /// Since the start, ascending; nil from a service that does not report it.
        var histogram: [Bucket]?
    }

    /// A bucket of the server's histogram: the number of calls with a duration below `upTo` that are in no lower
    /// bucket. Empty buckets are omitted.
    struct Bucket: Codable, Sendable {
        /// In seconds.
        var upTo: Double
        var calls: Int
    }

    /// The time since the start, in seconds.
    var uptime: Double
    var endpoints: [String: Counters]
}

/// The activity of a service between two samples, or since the start of each node if there is only one sample, over all
/// nodes that responded.
struct ServiceActivity: Encodable, Sendable {
    let service: String
    /// The number of registered nodes.
    let nodes: Int
    /// The number of nodes that have reported their activity.
    let reporting: Int
    /// Calls per second; nil with only one sample.
    let rate: Double?
    /// The share of calls that failed, 0…1; nil without calls.
    let errorRatio: Double?
    let inFlight: Int
    /// The median duration of the calls, in seconds; nil without calls. It is the upper bound of a bucket: at most 25 %
    /// (below 4 µs: at most 1 µs) above the true value. Calls longer than an hour count as one hour.
    let p50: Double?
    /// The 99th percentile of the duration of the calls, in seconds, as precise as ``p50``; nil without calls.
    let p99: Double?
}

/// A sample of all services.
struct ActivitySample: Sendable {
    struct Service: Sendable {
        var nodes: [String] = []
        /// By node ID.
        var activity: [String: EndpointActivity] = [:]
    }

    let time: ContinuousClock.Instant
    let services: [String: Service]

    /// Calls `Debug.Endpoints` of all nodes of all services, with the timeout of `calls`. Nodes that fail are left out
    /// of `activity`.
    static func take(_ registry: any Registry, _ calls: DebugCalls) async throws -> ActivitySample {
        let names = try await registry.list()
        let services = try await Concurrent.map(names, maxConcurrency: 16) { name in
            let nodes = try await registry.lookUp(name).flatMap(\.nodes)
            var service = Service(nodes: nodes.map(\.id))
            for result in await calls.callAll(name, nodes, "Debug.Endpoints", as: EndpointActivity.self) {
                if case .success(let activity) = result.outcome { service.activity[result.node.id] = activity }
            }
            return (name, service)
        }
        return ActivitySample(time: .now, services: Dictionary(services) { first, _ in first })
    }

    /// The activity since an earlier sample; since the start of each node without one.
    func activity(since earlier: ActivitySample?) -> [ServiceActivity] {
        let seconds = earlier.map { (time - $0.time).seconds }
        return services.filter { !$0.value.nodes.isEmpty }.map { name, service in
            let before = earlier?.services[name]?.activity ?? [:]
            var (calls, errors, inFlight, latencies) = (0, 0, 0, LatencyCounts())
            for (node, activity) in service.activity {
                // A node that is new, or was restarted, has counted from zero.
                let base = before[node].flatMap { $0.uptime <= activity.uptime ? $0.endpoints : nil } ?? [:]
                for (endpoint, counters) in activity.endpoints {
                    calls += counters.calls.count(since: base[endpoint]?.calls)
                    errors += counters.errors.count(since: base[endpoint]?.errors)
                    inFlight += counters.inFlight.count(since: nil)
                    latencies.add(counters.histogram ?? [], since: base[endpoint]?.histogram ?? [])
                }
            }
            return ServiceActivity(
                service: name, nodes: service.nodes.count, reporting: service.activity.count,
                rate: seconds.map { Double(calls) / max(0.001, $0) },
                errorRatio: calls > 0 ? Double(errors) / Double(calls) : nil, inFlight: inFlight,
                p50: latencies.quantile(0.5), p99: latencies.quantile(0.99))
        }
    }
}

extension Int {
    /// The difference of two counts of a node, clamped so that the sum over all nodes cannot overflow.
    fileprivate func count(since earlier: Int?) -> Int {
        let bounds = 0...1 << 40
        func clamped(_ value: Int) -> Int { Swift.min(Swift.max(value, bounds.lowerBound), bounds.upperBound) }
        return Swift.max(0, clamped(self) - clamped(earlier ?? 0))
    }
}

/// The calls of several endpoints by the upper bound of their duration.
private struct LatencyCounts {
    private var counts: [Double: Int] = [:]

    /// Adds the calls of an endpoint between two samples.
    mutating func add(_ buckets: [EndpointActivity.Bucket], since earlier: [EndpointActivity.Bucket]) {
        let base = Dictionary(earlier.map { ($0.upTo, $0.calls) }) { first, _ in first }
        for bucket in buckets {
            let calls = bucket.calls.count(since: base[bucket.upTo])
            if calls > 0 { counts[bucket.upTo, default: 0] += calls }
        }
    }

    /// The bound that a share of the calls does not exceed; nil without calls.
    func quantile(_ fraction: Double) -> Double? {
        let total = counts.values.reduce(0, +)
        var rest = Int((Double(total) * fraction).rounded(.up))
        for (bound, calls) in counts.sorted(by: { $0.key < $1.key }) {
            rest -= calls
            if rest <= 0 { return bound }
        }
        return nil
    }
}
