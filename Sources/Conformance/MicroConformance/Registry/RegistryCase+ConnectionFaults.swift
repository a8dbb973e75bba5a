// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// What can go wrong with connections. The IDs go on where the other cases end.
    static let connectionFaults: [RegistryCase] = {
        let outage: Set<MicroError.Code> = [.unavailable, .deadlineExceeded]
        return [
            connectionFault("R60", "refused connections", .refuse, dropping: true, .failure(outage)),
            connectionFault(
                "R61", "a server that accepts and never answers", .unresponsive, dropping: true, .failure(outage)),
            connectionFault("R62", "a slow line", .latency(.milliseconds(50), jitter: .milliseconds(30)), .none),
            connectionFault("R63", "a line of two kilobytes a second", .bandwidthLimit(bytesPerSecond: 2048), .either),
            connectionFault("R64", "bytes that come one by one", .slice, .none),
            connectionFault("R65", "connections that let nothing through", .blackHole, .failure(outage)),
            connectionFault("R66", "connections that the server half closes", .halfClose, .either),
            connectionFault("R67", "connections that are reset", .reset, .failure(outage)),
            connectionFault(
                "R68", "connections that are cut off in the middle of an answer", .cut(afterBytes: 100),
                .failure(outage)),
            connectionFault("R69", "connections that are closed late", .slowClose(.milliseconds(300)), .none),
            connectionFault(
                "R70", "connections that are reset again and again", .flap(every: .milliseconds(100)), .either),
        ]
    }()

    private static func connectionFault(
        _ id: String, _ what: String, _ fault: Fault, dropping: Bool = false, _ effect: FaultScenario.Effect
    ) -> RegistryCase {
        RegistryCase(
            id, .fault, "With \(what) every operation ends in time, and all is well again by itself afterwards",
            rationale: "Networks fail in more ways than a server that is gone.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            try await context.runScenario(FaultScenario(fault, by: proxy, dropping: dropping, effect))
        }
    }
}
