// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// What can go wrong with the answers of a backend that speaks HTTP.
    static let responseFaults: [RegistryCase] = {
        let outage: Set<MicroError.Code> = [.unavailable, .deadlineExceeded]
        let nonsense: Set<MicroError.Code> = [.internal, .unavailable, .deadlineExceeded]
        let page = "<html><body><h1>Welcome</h1></body></html>"
        return [
            responseFault("R71", "a storm of 500", .status(500), .failure(outage)),
            responseFault("R72", "a storm of 503", .status(503), .failure(outage)),
            responseFault(
                "R73", "a storm of 429", .status(429, headers: ["Retry-After": "1"]),
                .failure(outage.union([.resourceExhausted]))),
            responseFault(
                "R74", "a storm of 401", .status(401), .failure([.unauthenticated, .unavailable]), isRefusal: true),
            responseFault(
                "R75", "a storm of 403", .status(403), .failure([.permissionDenied, .unauthenticated]), isRefusal: true),
            responseFault("R76", "a storm of 404", .status(404, body: page), .failure(nonsense)),
            responseFault("R77", "JSON that is cut off", .corruptJSON, .failure(nonsense)),
            responseFault("R78", "a page of HTML in place of every answer", .html, .failure(nonsense)),
            responseFault("R79", "fields that nobody knows", .unknownFields, .none),
            responseFault("R80", "lengths that are too short", .contentLength(.short), .either),
            responseFault("R81", "lengths that are too long", .contentLength(.tooLong), .failure(nonsense)),
            responseFault(
                "R82", "answers that never end", .endlessChunks, .failure(nonsense.union([.payloadTooLarge]))),
            responseFault("R83", "redirects in a circle", .redirectLoop(), .failure(nonsense)),
            responseFault("R84", "an index of history that is always 0", .header("X-Consul-Index", "0"), .none),
        ]
    }()

    private static func responseFault(
        _ id: String, _ what: String, _ fault: HTTPFault, _ effect: FaultScenario.Effect, isRefusal: Bool = false
    ) -> RegistryCase {
        RegistryCase(
            id, .fault, "With \(what) nothing is taken for the truth, and all is well again by itself afterwards",
            rationale: "What answers is not always the backend: a proxy, a login page, a newer version.", hooks: [.http]
        ) { context in
            let proxy = try await context.makeHTTPProxy()
            try await context.runScenario(
                FaultScenario(
                    effect: effect, address: proxy.address, begin: { proxy.faults = [fault] },
                    end: { proxy.faults = [] }, requests: { proxy.requestCount },
                    openConnections: { proxy.traffic.openConnections }),
                recoveryTimeout: isRefusal ? context.bounds.credentialRecoveryTimeout : nil)
        }
    }
}
