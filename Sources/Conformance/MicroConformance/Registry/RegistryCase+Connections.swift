// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// What can go wrong with connections. The IDs go on where the other cases end.
    static let connections: [RegistryCase] = {
        let outage: Set<MicroError.Code> = [.unavailable, .deadlineExceeded]
        return [
            connection("R60", "refused connections", .refuse, dropping: true, .failure(outage)),
            connection("R61", "a server that accepts and never answers", .silence, dropping: true, .failure(outage)),
            connection("R62", "a slow line", .latency(.milliseconds(50), jitter: .milliseconds(30)), .none),
            connection("R63", "a line of two kilobytes a second", .drip(bytesPerSecond: 2048), .either),
            connection("R64", "bytes that come one by one", .slice, .none),
            connection("R65", "connections that let nothing through", .blackHole, .failure(outage)),
            connection("R66", "connections that the server half closes", .halfClose, .either),
            connection("R67", "connections that are reset", .reset, .failure(outage)),
            connection(
                "R68", "connections that are cut off in the middle of an answer", .cut(afterBytes: 100),
                .failure(outage)),
            connection("R69", "connections that are closed late", .slowClose(.milliseconds(300)), .none),
            connection("R70", "connections that are reset again and again", .flap(every: .milliseconds(100)), .either),
        ]
    }()

    private static func connection(
        _ id: String, _ what: String, _ fault: Fault, dropping: Bool = false, _ effect: Disturbance.Effect
    ) -> RegistryCase {
        RegistryCase(
            id, .fault, "With \(what) every operation ends in time, and all is well again by itself afterwards",
            motive: "Networks fail in more ways than a server that is gone.", hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            try await trial.survive(Disturbance(fault, by: proxy, dropping: dropping, effect))
        }
    }
}
